import { queryMethod, textAt, type Methods } from './calls.ts';
import { callError, errno } from './errors.ts';
import type { JobHandle, JobSpec } from './jobs.ts';
import type { GivenJail, JailState } from './options.ts';

interface Jail {
  given: GivenJail;
  readonly number: number;
  state: JailState;
}

const usualRelease = '13.2-RELEASE-p9';

/** The jails of CORE, which sends no event when they change: clients have to poll. */
export class Jails {
  readonly #jails = new Map<string, Jail>();
  readonly #extraKeys: object;
  #lastNumber = 0;

  constructor(given: readonly GivenJail[], extraKeys: object) {
    this.#extraKeys = extraKeys;
    for (const each of given) this.put(each);
  }

  /** Sets a jail, or makes it; a state that is left out stays as it was. */
  put(given: GivenJail): void {
    const before = this.#jails.get(given.name);
    const { state = before?.state ?? 'down' } = given;
    const number = before?.number ?? (this.#lastNumber += 1);
    // Jobs that run hold on to the jail.
    this.#jails.set(given.name, Object.assign(before ?? {}, { given, number, state }));
  }

  has(name: string): boolean {
    return this.#jails.has(name);
  }

  forget(name: string): void {
    this.#jails.delete(name);
  }

  entries(): readonly object[] {
    return [...this.#jails.values()].map((jail) => this.#entry(jail));
  }

  /** A change made in a shell of the NAS: no job, no event. */
  setState(name: string, state: JailState): void {
    this.#find(name).state = state;
  }

  methods(): Methods {
    const jail = { name: 'jail', type: 'string' } as const;
    const force = { name: 'force', type: 'boolean', otherwise: false } as const;
    return {
      'jail.query': queryMethod(() => this.entries()),
      'jail.start': {
        params: [jail],
        job: ({ args }) => ({
          ...this.#job('start', textAt(args, 0), async (job, found) => {
            if (found.state === 'up') throw callError(`${found.given.name} is already running`);
            await this.#become(job, found, 'up');
            return true;
          }),
          failsWith: `Command 'ioc-${textAt(args, 0)}' returned non-zero exit status 1.`,
        }),
      },
      'jail.stop': {
        params: [jail, force],
        job: ({ args }) =>
          this.#job('stop', textAt(args, 0), async (job, found) => {
            if (found.state === 'down') throw callError(`${found.given.name} is not running`);
            if (args[1] === true) found.state = 'down';
            else await this.#become(job, found, 'down');
            return null;
          }),
      },
      'jail.restart': {
        params: [jail],
        job: ({ args }) =>
          this.#job('restart', textAt(args, 0), async (job, found) => {
            if (found.state === 'up') await this.#become(job, found, 'down');
            await this.#become(job, found, 'up');
            return true;
          }),
      },
    };
  }

  #job(verb: string, name: string, run: (job: JobHandle, jail: Jail) => Promise<true | null>): JobSpec {
    return { lock: `jail_${verb}:${name}`, run: (job) => run(job, this.#find(name)) };
  }

  async #become(job: JobHandle, jail: Jail, state: Jail['state']): Promise<void> {
    await job.rest();
    jail.state = state;
    await job.rest();
  }

  #find(name: string): Jail {
    const found = this.#jails.get(name);
    if (!found) throw callError(`'${name}' jail does not exist`, errno.noEntry);
    return found;
  }

  /** Some of the many properties of iocage; numbers stand for what is on or off. */
  #entry({ given, number, state }: Jail): object {
    const { name, plugin, release = usualRelease } = given;
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
