import { parentPort, workerData } from 'node:worker_threads';
import { compileText } from '../compileText.ts';
import { checkInWorker, runCheck, type CheckData } from './checkWorker.ts';
import { nodeServiceOptions } from './nodeOptions.ts';
import { JournalService } from './service.ts';

/** For the command line in the package, which has the code of the journal from here. */
export { inProcessBackend } from './inProcessBackend.ts';

/** Entry of the worker thread, and of the one that it starts for a check. */
const port = parentPort;
const data = workerData as CheckData | null | undefined;
if (port && data)
  runCheck(data, (damage) => {
    port.postMessage(damage);
  });
else if (port)
  new JournalService(port, {
    ...nodeServiceOptions,
    compile: compileText,
    checkFile: (path) => checkInWorker(new URL(import.meta.url), path),
  });
