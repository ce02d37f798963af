import { queryMethod, type Methods } from './calls.ts';
import { callError, errno } from './errors.ts';
import type { Update } from './hub.ts';
import type { GivenContainer, VmState } from './options.ts';

interface Container {
  readonly id: number | string;
  given: GivenContainer;
  state: VmState;
}

/** Containers of 26 and later, which took the place of Incus: started at once, stopped by a job; events hold the full entry. */
export class Containers {
  readonly #containers = new Map<number | string, Container>();
  readonly #publish: (update: Update) => void;

  constructor(given: readonly GivenContainer[], publish: (update: Update) => void) {
    this.#publish = publish;
    for (const [i, each] of given.entries()) this.put(i + 1, each);
  }

  /** Sets a container, or makes it, and tells nobody; a state that is left out stays as it was. */
  put(id: number | string, given: GivenContainer): void {
    const before = this.#containers.get(id);
    const { state = before?.state ?? 'STOPPED' } = given;
    // Jobs that run hold on to the container.
    this.#containers.set(id, Object.assign(before ?? {}, { id, given, state }));
  }

  has(id: number | string): boolean {
    return this.#containers.has(id);
  }

  /** Takes a container away and tells nobody. */
  forget(id: number | string): void {
    this.#containers.delete(id);
  }

  /** Sets the state alone, and tells nobody. */
  putState(id: number | string, state: VmState): void {
    const container = this.#containers.get(id);
    if (container) container.state = state;
  }

  entries(): readonly object[] {
    return [...this.#containers.values()].map(entryOf);
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
          this.#become(this.#find(Number(args[0])), 'RUNNING');
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
            this.#become(container, 'STOPPED');
            return null;
          },
        }),
      },
    };
  }

  #become(container: Container, state: VmState): void {
    container.state = state;
    const fields = entryOf(container);
    this.#publish({ msg: 'changed', collection: 'container.query', id: container.id, fields });
  }

  #find(id: number): Container {
    const found = this.#containers.get(id);
    if (!found) throw callError(`Container ${String(id)} does not exist`, errno.noEntry);
    return found;
  }
}

function entryOf({ id, given, state }: Container): object {
  const isRunning = state === 'RUNNING';
  return {
    id,
    name: given.name,
    description: '',
    autostart: true,
    status: {
      state,
      pid: isRunning ? 5000 + Number(id) : null,
      domain_state: isRunning ? 'RUNNING' : 'SHUTOFF',
    },
  };
}
