import { filters, textAt, type Methods } from './calls.ts';
import { callError, errno } from './errors.ts';
import type { JobHandle, JobSpec } from './jobs.ts';
import type { GivenJail } from './options.ts';
import { queried } from './query.ts';

interface Jail {
  readonly given: GivenJail;
  readonly number: number;
  state: 'up' | 'down';
}

const release = '13.2-RELEASE-p9';

/** The jails of CORE. Nothing tells of their changes: who wants to know asks. */
export class Jails {
  readonly #jails: readonly Jail[];
  readonly #extraKeys: object;

  constructor(given: readonly GivenJail[], extraKeys: object) {
    this.#extraKeys = extraKeys;
    this.#jails = given.map((each, i) => ({ given: each, number: i + 1, state: each.state ?? 'down' }));
  }

  entries(): readonly object[] {
    return this.#jails.map((jail) => this.#entry(jail));
  }

  /** It goes up or down in a shell of the NAS, and nobody is told. */
  setState(name: string, state: 'up' | 'down'): void {
    this.#find(name).state = state;
  }

  methods(): Methods {
    const jail = { name: 'jail', type: 'string' } as const;
    return {
      'jail.query': {
        params: filters,
        run: ({ args }) => queried(this.entries(), args[0], args[1]),
      },
      'jail.start': { params: [jail], job: ({ args }) => this.#start(textAt(args, 0)) },
      'jail.stop': {
        params: [jail, { name: 'force', type: 'boolean', otherwise: false }],
        job: ({ args }) => this.#stop(textAt(args, 0), args[1] === true),
      },
      'jail.restart': { params: [jail], job: ({ args }) => this.#restart(textAt(args, 0)) },
    };
  }

  #start(name: string): JobSpec {
    return {
      lock: `jail_start:${name}`,
      failsWith: `Command 'ioc-${name}' returned non-zero exit status 1.`,
      run: async (job) => {
        const jail = this.#find(name);
        if (jail.state === 'up') throw callError(`${name} is already running`);
        await this.#become(job, jail, 'up');
        return true;
      },
    };
  }

  #stop(name: string, force: boolean): JobSpec {
    return {
      lock: `jail_stop:${name}`,
      run: async (job) => {
        const jail = this.#find(name);
        if (jail.state === 'down') throw callError(`${name} is not running`);
        if (force) jail.state = 'down';
        else await this.#become(job, jail, 'down');
        return null;
      },
    };
  }

  #restart(name: string): JobSpec {
    return {
      lock: `jail_restart:${name}`,
      run: async (job) => {
        const jail = this.#find(name);
        if (jail.state === 'up') await this.#become(job, jail, 'down');
        await this.#become(job, jail, 'up');
        return true;
      },
    };
  }

  async #become(job: JobHandle, jail: Jail, state: Jail['state']): Promise<void> {
    await job.rest();
    jail.state = state;
    await job.rest();
  }

  #find(name: string): Jail {
    const found = this.#jails.find(({ given }) => given.name === name);
    if (!found) throw callError(`'${name}' jail does not exist`, errno.noEntry);
    return found;
  }

  /** Some of the many properties of iocage; numbers stand for what is on or off. */
  #entry({ given, number, state }: Jail): object {
    const { name, plugin } = given;
    return {
      id: name,
      host_hostuuid: name,
      host_hostname: name.replaceAll('_', '-'),
      jid: state === 'up' ? number : null,
      state,
      type: plugin === undefined ? 'jail' : 'pluginv2',
      plugin_name: plugin ?? 'none',
      release,
      cloned_release: release.replace(/-p\d+$/, ''),
      boot: 1,
      template: 0,
      basejail: 0,
      vnet: 1,
      dhcp: 0,
      nat: 0,
      interfaces: 'vnet0:bridge0',
      ip4_addr: `vnet0|192.168.1.${String(100 + number)}/24`,
      ip6_addr: 'none',
      defaultrouter: '192.168.1.1',
      last_started: state === 'up' ? '2026-11-20 20:10:17' : 'none',
      ...this.#extraKeys,
    };
  }
}
