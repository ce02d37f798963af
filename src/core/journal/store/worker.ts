import { parentPort } from 'node:worker_threads';
import { compileText } from '../compileText.ts';
import { nodeServiceOptions } from './nodeOptions.ts';
import { JournalService } from './service.ts';

/** Entry of the worker thread. */
if (parentPort) new JournalService(parentPort, { ...nodeServiceOptions, compile: compileText });
