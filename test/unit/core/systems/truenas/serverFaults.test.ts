import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { isFinished, type Task } from '../../../../../src/core/model/task.ts';
import { HandClock } from '../../../../../src/simulator/truenas/clock.ts';
import { callError, errno, Refused } from '../../../../../src/simulator/truenas/errors.ts';
import type { Profile } from '../../../../../src/simulator/truenas/profiles.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { rounds } from '../../../../harness/proof.ts';
import { seeded } from '../../seeded.ts';
import { open, ready, type Opened } from './rig.ts';

const ways = [
  { profile: 'core-13', protocol: 'ddp' },
  { profile: '24.10', protocol: 'ddp' },
  { profile: '24.10', protocol: 'auto' },
  { profile: '25.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'jsonrpc' },
  { profile: '26.0', protocol: 'jsonrpc' },
] as const;

/** Jobs that somebody starts, by what there is: the method, and to what it is done. */
const calls: Readonly<Record<Profile, readonly (readonly [string, ...unknown[]])[]>> = {
  'core-13': machines(),
  '24.10': [...apps(), ...machines()],
  '26.0': [...apps(), ...machines()],
  '25.10': [
    ...apps(),
    ...machines(),
    ['virt.instance.start', 'rust'],
    ['virt.instance.stop', 'rust', { timeout: 30 }],
    ['virt.instance.restart', 'rust', { force: true }],
  ],
};

function apps(): readonly (readonly [string, string])[] {
  return ['minecraft', 'valheim'].flatMap((name) =>
    ['app.start', 'app.stop', 'app.redeploy'].map((method) => [method, name] as const),
  );
}

function machines(): readonly (readonly [string, number])[] {
  return [1, 2].flatMap((id) => ['vm.start', 'vm.stop', 'vm.restart'].map((method) => [method, id] as const));
}

const endStates: Readonly<Record<string, string>> = {
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  ABORTED: 'aborted',
};
const shownAs: Readonly<Record<string, string>> = {
  RUNNING: 'running',
  STOPPED: 'stopped',
  CRASHED: 'crashed',
  DEPLOYING: 'starting',
  STARTING: 'starting',
  STOPPING: 'stopping',
};

interface JobShown {
  readonly id: number;
  readonly state: string;
  readonly time_started: { readonly $date: number };
}

/** An evening on which everything breaks that can. */
class Evening {
  readonly seed: number;
  readonly profile: Profile;
  readonly server: TrueNasServer;
  readonly opened: Opened;
  readonly #clock: HandClock;
  readonly #random: () => number;
  readonly #pass: (ms: number) => void;
  /** What we did ourselves: it must come to an end too. */
  readonly #own: Promise<unknown>[] = [];

  private constructor(
    seed: number,
    profile: Profile,
    random: () => number,
    parts: { server: TrueNasServer; opened: Opened; clock: HandClock; pass: (ms: number) => void },
  ) {
    this.seed = seed;
    this.profile = profile;
    this.#random = random;
    this.server = parts.server;
    this.opened = parts.opened;
    this.#clock = parts.clock;
    this.#pass = parts.pass;
  }

  static async play(seed: number, profile: Profile, protocol: string): Promise<readonly Task[]> {
    const random = seeded(seed);
    const clock = new HandClock();
    let passed = 0;
    const server = await TrueNasServer.listen({
      profile,
      now: () => clock.now() + passed,
      wait: clock.wait,
      duplicateTerminal: random() < 0.5,
      apps: [{ name: 'minecraft' }, { name: 'valheim', state: 'STOPPED' }],
      vms: [{ name: 'windows', state: 'RUNNING' }, { name: 'ark' }],
      virtInstances: [{ name: 'rust', status: 'RUNNING' }],
    });
    try {
      await using opened = open(server.url, { secrets: { password: 'secret' }, settings: { protocol } });
      await ready(opened);
      const pass = (ms: number): void => void (passed += ms);
      const evening = new Evening(seed, profile, random, { server, opened, clock, pass });
      for (let step = 0; step < 12; step++) {
        await evening.#step();
        // Coming back would show what was missed: the last steps have to do without.
        if (step < 8) await evening.#fault();
      }
      return await evening.#end();
    } finally {
      await server.stop();
    }
  }

  async #step(): Promise<void> {
    // Ids may begin anew: what begins later does so in another second.
    this.#pass(1000);
    if (this.#random() < 0.3) this.server.loseNextEnd();
    if (this.#random() < 0.25) await this.#scrub();
    else await this.#do();
    // A step of a job takes 400: some are in the middle, some are through.
    await this.#clock.advance(Math.floor(this.#random() * 1500));
    // Half of what breaks does so while we come back from the last.
    if (this.#random() < 0.5) await ready(this.opened);
  }

  /** Somebody does something, or we do. */
  async #do(): Promise<void> {
    const [method, ...args] = this.#oneOf(calls[this.profile]);
    const isJob = method !== 'vm.start';
    const fails = isJob && this.#random() < 0.3;
    if (fails) this.server.failNext(method);
    const [found] = instancesOf(this.opened.pipeline.fleet(), 'nas').filter(
      ({ key }) => key === String(args[0]),
    );
    if (found && this.#random() < 0.4) {
      const verb = method.slice(method.lastIndexOf('.') + 1);
      this.#own.push(this.opened.run(verb, { instance: found.key }));
      return;
    }
    const begun = await this.server.act(method, ...args).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
    // What is aborted goes on; that it fails later is told to nobody, so it does not.
    if (isJob && !fails && this.#random() < 0.2) await this.#abort(begun);
  }

  async #scrub(): Promise<void> {
    const id = this.server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of tank',
      abortable: true,
      run: (job) => job.rest(60_000),
    });
    await this.#clock.advance(100);
    if (this.#random() < 0.7) await this.#abort(id);
  }

  async #abort(id: unknown): Promise<void> {
    if (typeof id === 'number') await this.server.act('core.job_abort', id);
  }

  async #fault(): Promise<void> {
    const which = this.#random();
    if (this.#random() < 0.2) this.#busy();
    // Whoever comes back often is not kept out for it: that is another test.
    this.#pass(60_000);
    if (which < 0.25) this.server.dropSockets('abrupt');
    else if (which < 0.4) this.server.dropSockets(1011, 'KeyError');
    else if (which < 0.45) this.server.dropSockets(1001);
    else if (which < 0.6) await this.server.restart();
  }

  #busy(): void {
    const method = this.profile === '25.10' ? 'auth.login_ex' : 'auth.login';
    this.server.failNext(method, callError('Rate Limit Exceeded', errno.busy));
  }

  /** Everything that still goes on comes to its end; then we must know all that the server knows. */
  async #end(): Promise<readonly Task[]> {
    await this.#clock.advance(600_000);
    const limit = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      limit.reject(new Error(`run ${this.seed}: ${this.#wrong().join('; ')}`));
    }, 60_000);
    try {
      await Promise.race([this.opened.until(() => this.#wrong().length === 0), limit.promise]);
      await Promise.race([Promise.all(this.#own), limit.promise]);
    } finally {
      clearTimeout(timer);
    }
    return this.#tasks();
  }

  #tasks(): readonly Task[] {
    return [...this.opened.pipeline.fleet().tasks.values()];
  }

  /** In what we differ from the server. */
  #wrong(): readonly string[] {
    const { connection, pipeline } = this.opened;
    const { tasks, taskIds } = pipeline.fleet();
    const listed = this.#listed();
    return [
      ...(connection.state === 'ready' ? [] : [connection.state]),
      ...this.#tasks().flatMap(({ id, state }) => (isFinished(state) ? [] : [`${id} ${state}`])),
      ...(this.server.jobs as unknown as readonly JobShown[]).flatMap(({ id, state, time_started: at }) => {
        const task = tasks.get(taskIds.get(`nas/${String(id)}@${String(at.$date)}`) ?? '');
        const wanted = endStates[state] ?? state;
        return task === undefined || task.state === wanted
          ? []
          : [`job ${String(id)} ${task.state}, not ${wanted}`];
      }),
      ...(this.opened.instances().join() === listed.join()
        ? []
        : [`${this.opened.instances().join()}, not ${listed.join()}`]),
    ];
  }

  /** What is there, in our words. */
  #listed(): readonly string[] {
    const { apps, vms, virt } = this.server;
    const has = { apps: this.profile !== 'core-13', virt: this.profile === '25.10' };
    const of = (kind: string, entries: readonly object[]): readonly string[] =>
      (entries as readonly { name: string; state?: string; status?: string | { state: string } }[]).map(
        ({ name, state, status }) => {
          const said = state ?? (typeof status === 'object' ? status.state : status) ?? '';
          return `${kind} ${name} ${shownAs[said] ?? said}`;
        },
      );
    return [
      ...(has.apps ? of('app', apps.entries()) : []),
      'host truenas running',
      ...(has.virt ? of('virt', virt.entries()) : []),
      ...of('vm', vms.entries()),
    ].sort();
  }

  #oneOf<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.#random() * list.length)];
    if (found === undefined) throw new Error('There is nothing.');
    return found;
  }
}

const runs = rounds(10, 500);

describe('a NAS whose conversations break at any time', () => {
  it.each(ways)(
    `is shown as it is in the end, and has no task that runs for ever, in ${runs} runs on $profile with $protocol`,
    { timeout: 600_000, tags: ['proof'] },
    async ({ profile, protocol }) => {
      const states = new Set<string>();
      for (let at = 0; at < runs; at += 5) {
        const runs = Array.from({ length: 5 }, (_, i) => Evening.play(at + i, profile, protocol));
        for (const tasks of await Promise.all(runs)) for (const { state } of tasks) states.add(state);
      }
      // All that can become of a job did.
      expect([...states].sort()).toEqual(['aborted', 'failed', 'lost', 'succeeded']);
    },
  );

  it('asks for an app again when its stop failed and only the list of jobs tells so', async () => {
    const clock = new HandClock();
    const server = await TrueNasServer.listen({
      profile: '24.10',
      now: clock.now,
      wait: clock.wait,
      apps: [{ name: 'minecraft' }],
    });
    try {
      await using opened = open(server.url, { secrets: { password: 'secret' } });
      await ready(opened);
      server.failNext('app.stop');
      server.loseNextEnd();
      await server.act('app.stop', 'minecraft');
      await clock.advance(1000);
      await opened.until(() => opened.instances().includes('app minecraft stopped'));
      await opened.until(() => opened.tasks().join() === 'Stop minecraft: failed');
      await opened.until(() => opened.instances().includes('app minecraft running'));
    } finally {
      await server.stop();
    }
  });
});
