import { filters, objectAt, textAt, type Methods } from './calls.ts';
import { callError, errno, validationErrors } from './errors.ts';
import type { Update } from './hub.ts';
import type { JobHandle, JobSpec } from './jobs.ts';
import type { GivenVirtInstance, VirtStatus } from './options.ts';
import { queried } from './query.ts';

interface Instance {
  readonly given: GivenVirtInstance;
  status: VirtStatus;
}

/** Incus containers and machines of 25.04 and 25.10. Their events tell the status and nothing else. */
export class Virt {
  readonly #instances: readonly Instance[];
  readonly #extraKeys: object;
  readonly #publish: (update: Update) => void;

  constructor(given: readonly GivenVirtInstance[], extraKeys: object, publish: (update: Update) => void) {
    this.#extraKeys = extraKeys;
    this.#publish = publish;
    this.#instances = given.map((each) => ({ given: each, status: each.status ?? 'STOPPED' }));
  }

  entries(): readonly object[] {
    return this.#instances.map(({ given, status }) => ({
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

  setStatus(name: string, status: VirtStatus): void {
    const instance = this.#find(name);
    instance.status = status;
    this.#publish({ msg: 'changed', collection: 'virt.instance.query', id: name, fields: { status } });
  }

  methods(): Methods {
    const id = { name: 'id', type: 'string' } as const;
    const stopArgs = { name: 'stop_args', type: 'object', otherwise: {} } as const;
    return {
      'virt.instance.query': {
        role: 'VIRT_INSTANCE_READ',
        params: filters,
        run: ({ args }) => queried(this.entries(), args[0], args[1]),
      },
      'virt.instance.start': {
        role: 'VIRT_INSTANCE_WRITE',
        params: [id],
        job: ({ args }) =>
          this.#job(textAt(args, 0), async (job, name) => {
            await this.#through(job, name, 'STARTING', 'RUNNING');
          }),
      },
      'virt.instance.stop': {
        role: 'VIRT_INSTANCE_WRITE',
        params: [id, stopArgs],
        job: ({ args }) => {
          needsTimeOrForce(objectAt(args, 1));
          return this.#job(textAt(args, 0), async (job, name) => {
            await this.#through(job, name, 'STOPPING', 'STOPPED');
          });
        },
      },
      'virt.instance.restart': {
        role: 'VIRT_INSTANCE_WRITE',
        params: [id, stopArgs],
        job: ({ args }) => {
          needsTimeOrForce(objectAt(args, 1));
          return this.#job(textAt(args, 0), async (job, name) => {
            await this.#through(job, name, 'STOPPING', 'STOPPED');
            await this.#through(job, name, 'STARTING', 'RUNNING');
          });
        },
      },
    };
  }

  #job(name: string, work: (job: JobHandle, name: string) => Promise<void>): JobSpec {
    return {
      lock: `instance_action_${name}`,
      async run(job) {
        await work(job, name);
        return true;
      },
    };
  }

  /** What fails leaves it as it was. */
  async #through(job: JobHandle, name: string, by: VirtStatus, to: VirtStatus): Promise<void> {
    const before = this.#find(name).status;
    this.setStatus(name, by);
    try {
      await job.rest();
    } catch (error) {
      if (!job.signal.aborted) this.setStatus(name, before);
      throw error;
    }
    this.setStatus(name, to);
  }

  #find(name: string): Instance {
    const found = this.#instances.find(({ given }) => given.name === name);
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
