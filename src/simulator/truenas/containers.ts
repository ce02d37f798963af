import { queryMethod, type Methods } from './calls.ts';
import { callError, errno } from './errors.ts';
import type { Update } from './hub.ts';
import type { GivenContainer } from './options.ts';

interface Container {
  readonly id: number;
  readonly given: GivenContainer;
  isRunning: boolean;
}

/** Containers of 26 and later, which took the place of Incus: started at once, stopped by a job; events hold the full entry. */
export class Containers {
  readonly #containers: readonly Container[];
  readonly #publish: (update: Update) => void;

  constructor(given: readonly GivenContainer[], publish: (update: Update) => void) {
    this.#publish = publish;
    this.#containers = given.map((each, i) => ({
      id: i + 1,
      given: each,
      isRunning: each.state === 'RUNNING',
    }));
  }

  entries(): readonly object[] {
    return this.#containers.map(entryOf);
  }

  methods(): Methods {
    const id = { name: 'id', type: 'integer' } as const;
    const options = { name: 'options', type: 'object', otherwise: {} } as const;
    return {
      'container.query': queryMethod(() => this.entries(), 'CONTAINER_READ'),
      'container.start': {
        role: 'CONTAINER_WRITE',
        params: [id],
        run: ({ args }) => {
          this.#become(this.#find(Number(args[0])), true);
          return null;
        },
      },
      'container.stop': {
        role: 'CONTAINER_WRITE',
        params: [id, options],
        job: ({ args }) => ({
          lock: `container_stop_${String(args[0])}`,
          run: async (job) => {
            const container = this.#find(Number(args[0]));
            await job.rest();
            this.#become(container, false);
            return null;
          },
        }),
      },
    };
  }

  #become(container: Container, isRunning: boolean): void {
    container.isRunning = isRunning;
    const fields = entryOf(container);
    this.#publish({ msg: 'changed', collection: 'container.query', id: container.id, fields });
  }

  #find(id: number): Container {
    const found = this.#containers.find((each) => each.id === id);
    if (!found) throw callError(`Container ${String(id)} does not exist`, errno.noEntry);
    return found;
  }
}

function entryOf({ id, given, isRunning }: Container): object {
  return {
    id,
    name: given.name,
    description: '',
    autostart: true,
    status: {
      state: isRunning ? 'RUNNING' : 'STOPPED',
      pid: isRunning ? 5000 + id : null,
      domain_state: isRunning ? 'RUNNING' : 'SHUTOFF',
    },
  };
}
