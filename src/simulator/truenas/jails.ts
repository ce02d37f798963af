import { filters, textAt, type Methods } from './calls.ts';
import { callError, errno } from './errors.ts';
import type { JobSpec } from './jobs.ts';
import type { GivenJail } from './options.ts';
import { queried } from './query.ts';

interface Jail {
  readonly given: GivenJail;
  up: boolean;
}

const release = '13.2-RELEASE-p9';

/** The jails of CORE. They begin and end without an event: only their jobs and what lists them tell. */
export class Jails {
  readonly #jails: readonly Jail[];
  readonly #extraKeys: object;

  constructor(given: readonly GivenJail[], extraKeys: object) {
    this.#jails = given.map((each) => ({ given: each, up: each.up ?? false }));
    this.#extraKeys = extraKeys;
  }

  entries(): readonly object[] {
    return this.#jails.map(({ given: { name, plugin }, up }, i) => ({
      id: name,
      host_hostuuid: name,
      host_hostname: name,
      type: plugin === undefined ? 'jail' : 'pluginv2',
      ...(plugin === undefined ? {} : { plugin_name: plugin }),
      release,
      state: up ? 'up' : 'down',
      jid: up ? i + 1 : null,
      boot: 1,
      ip4_addr: `vnet0|192.0.2.${i + 10}/24`,
      template: null,
      ...this.#extraKeys,
    }));
  }

  methods(): Methods {
    const jail = { name: 'jail', type: 'string' } as const;
    const job = (to: readonly boolean[]): Methods[string] => ({
      params: [jail, { name: 'force', type: 'boolean', otherwise: false }],
      job: ({ args }) => this.#job(textAt(args, 0), to),
    });
    return {
      'jail.query': { params: filters, run: ({ args }) => queried(this.entries(), args[0], args[1]) },
      'jail.start': job([true]),
      'jail.stop': job([false]),
      'jail.restart': job([false, true]),
    };
  }

  #job(name: string, to: readonly boolean[]): JobSpec {
    return {
      lock: `jail_${name}`,
      run: async (job) => {
        const jail = this.#jails.find(({ given }) => given.name === name);
        if (!jail) throw callError(`${name} not found!`, errno.noEntry);
        if (to.length === 1 && jail.up === to[0])
          throw callError(jail.up ? `${name} is already running!` : `${name} is not running!`);
        for (const up of to) {
          await job.rest();
          jail.up = up;
        }
        return true;
      },
    };
  }
}
