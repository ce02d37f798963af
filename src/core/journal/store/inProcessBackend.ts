import { MessageChannel } from 'node:worker_threads';
import type { CompileQuery } from './compiled.ts';
import { nodeServiceOptions } from './nodeOptions.ts';
import { JournalService, type ServiceOptions } from './service.ts';
import type { Backend } from './workerBackend.ts';

/** The same in this thread, for tests and the command line. */
export function inProcessBackend(compile?: CompileQuery, options: Partial<ServiceOptions> = {}): Backend {
  return {
    start() {
      const { port1, port2 } = new MessageChannel();
      new JournalService(port2, { ...nodeServiceOptions, ...options, ...(compile ? { compile } : {}) });
      return {
        port: port1,
        onEnd: () => undefined,
        end() {
          port1.close();
          return Promise.resolve();
        },
      };
    },
  };
}
