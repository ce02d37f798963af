import { objectAt, queryMethod, textAt, type Method, type Methods, type Param } from './calls.ts';
import { callError, errno, validationErrors } from './errors.ts';
import type { Update } from './hub.ts';
import type { JobHandle } from './jobs.ts';
import type { GivenVirtInstance, VirtStatus } from './options.ts';

interface Instance {
  given: GivenVirtInstance;
  status: VirtStatus;
}

type Transition = readonly [by: VirtStatus, to: VirtStatus];
const starts: Transition = ['STARTING', 'RUNNING'];
const stops: Transition = ['STOPPING', 'STOPPED'];

/** Incus containers and machines of 25.04 and 25.10. Their events tell the status and nothing else. */
export class Virt {
  readonly #instances = new Map<string, Instance>();
  readonly #extraKeys: object;
  readonly #publish: (update: Update) => void;

  constructor(given: readonly GivenVirtInstance[], extraKeys: object, publish: (update: Update) => void) {
    this.#extraKeys = extraKeys;
    this.#publish = publish;
    for (const each of given) this.put(each);
  }

  /** Sets an instance, or makes it, and tells nobody; a status that is left out stays as it was. */
  put(given: GivenVirtInstance): void {
    const before = this.#instances.get(given.name);
    const { status = before?.status ?? 'STOPPED' } = given;
    this.#instances.set(given.name, { given: { ...before?.given, ...given }, status });
  }

  has(name: string): boolean {
    return this.#instances.has(name);
  }

  /** Takes an instance away and tells nobody. */
  forget(name: string): void {
    this.#instances.delete(name);
  }

  /** Sets the status alone, and tells nobody. */
  putStatus(name: string, status: VirtStatus): void {
    if (this.#instances.has(name)) this.put({ name, status });
  }

  entries(): readonly object[] {
    return [...this.#instances.values()].map(({ given, status }) => ({
      id: given.name,
      name: given.name,
      type: given.type ?? 'CONTAINER',
      status,
      cpu: null,
      memory: null,
      autostart: true,
      environment: {},
      aliases: [],
      image: { architecture: 'amd64', description: 'Debian bookworm', os: 'Debian', release: 'bookworm' },
      userns_idmap: null,
      raw: {},
      vnc_enabled: false,
      vnc_port: null,
      vnc_password: null,
      secure_boot: false,
      root_disk_size: null,
      storage_pool: 'tank',
      ...this.#extraKeys,
    }));
  }

  methods(): Methods {
    const id = { name: 'id', type: 'string' } as const;
    const stopArgs = { name: 'stop_args', type: 'object', otherwise: {} } as const;
    const jobMethod = (params: readonly Param[], steps: readonly Transition[]): Method => ({
      role: 'VIRT_INSTANCE_WRITE',
      params,
      job: ({ args }) => {
        if (params.includes(stopArgs)) needsTimeOrForce(objectAt(args, 1));
        const name = textAt(args, 0);
        return {
          lock: `instance_action_${name}`,
          run: async (job) => {
            for (const step of steps) await this.#through(job, name, step);
            return true;
          },
        };
      },
    });
    return {
      'virt.instance.query': queryMethod(() => this.entries(), 'VIRT_INSTANCE_READ'),
      'virt.instance.start': jobMethod([id], [starts]),
      'virt.instance.stop': jobMethod([id, stopArgs], [stops]),
      'virt.instance.restart': jobMethod([id, stopArgs], [stops, starts]),
    };
  }

  #setStatus(name: string, status: VirtStatus): void {
    this.#find(name).status = status;
    this.#publish({ msg: 'changed', collection: 'virt.instance.query', id: name, fields: { status } });
  }

  /** A failed transition puts the status back. */
  async #through(job: JobHandle, name: string, [by, to]: Transition): Promise<void> {
    const before = this.#find(name).status;
    this.#setStatus(name, by);
    try {
      await job.rest();
    } catch (error) {
      if (!job.signal.aborted) this.#setStatus(name, before);
      throw error;
    }
    this.#setStatus(name, to);
  }

  #find(name: string): Instance {
    const found = this.#instances.get(name);
    if (!found) throw callError(`Instance '${name}' does not exist`, errno.noEntry);
    return found;
  }
}

/** Without either it would wait for ever. */
function needsTimeOrForce({ timeout = -1, force = false }: Record<string, unknown>): void {
  if (timeout !== -1 || force === true) return;
  const words = 'Value error, Timeout should be set if force is disabled';
  throw validationErrors([['stop_args', words, errno.invalid]]);
}
