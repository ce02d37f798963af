import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/simulator/truenas/profiles.ts';
import { TrueNasServer } from '../../src/simulator/truenas/server.ts';
import { eventsOf, run, type Line, type Probed, type Watched } from './probeRun.ts';

const password = 'swordfish-the-password';
const key = '7-swordfish-the-key';
const gib = 2 ** 30;

const ways = [
  { profile: 'core-13', protocol: 'ddp', asked: ['/websocket'] },
  { profile: '24.10', protocol: 'ddp', asked: ['/websocket'] },
  { profile: '24.10', protocol: 'auto', asked: ['/api/current', '/websocket'] },
  { profile: '25.10', protocol: 'ddp', asked: ['/websocket'] },
  { profile: '25.10', protocol: 'jsonrpc', asked: ['/api/current'] },
  { profile: '25.10', protocol: 'auto', asked: ['/api/current'] },
] as const;

/** Each way of signing in once, the fall-back among them. */
const tongues = ways.filter(
  ({ profile, protocol }) => protocol === 'auto' || (protocol === 'ddp' && profile !== '24.10'),
);

async function start(profile: Profile): Promise<TrueNasServer & AsyncDisposable> {
  const server = await TrueNasServer.listen({
    profile,
    users: [{ name: 'root', password }],
    apiKeys: [{ key, name: 'ops' }],
    apps: [
      { name: 'minecraft', usage: () => ({ cpuPercent: 37, memory: 3 * gib, received: 40, sent: 90 }) },
      { name: 'valheim', state: 'STOPPED' },
      { name: 'terraria', state: 'CRASHED' },
    ],
    vms: [{ name: 'windows' }, { name: 'ark', state: 'RUNNING' }],
    jails: [{ name: 'factorio', plugin: 'factorio' }],
    virtInstances: [{ name: 'rust', status: 'RUNNING' }],
    timing: { jobStepMs: 5, refusalMs: 2, rateLimitMs: 2, sourceSecondMs: 20 },
    extraKeys: { from_the_future: 1 },
    duplicateTerminal: true,
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

function connectionTo({ url }: TrueNasServer, protocol = 'auto'): string {
  return JSON.stringify({ kind: 'truenas', id: 'nas', url, protocol });
}

interface Told {
  readonly type: string;
  readonly channel: string;
  readonly direction: string;
  readonly correlation?: string;
  readonly subject?: string;
  readonly raw: string;
}

const toldIn = (lines: readonly Line[]): readonly Told[] => eventsOf(lines) as unknown as readonly Told[];

/** Ids of jobs whose end was told: each end is told twice. */
function endsIn(lines: readonly Line[]): ReadonlySet<string> {
  return new Set(
    toldIn(lines)
      .filter(({ type, channel }) => type === 'core.get_jobs' && channel === 'push')
      .flatMap(({ raw }) => {
        const [, id = ''] = /"id": (\d+), /.exec(raw) ?? [];
        return /"state": "(?:SUCCESS|FAILED|ABORTED)"/.test(raw) ? [id] : [];
      }),
  );
}

/** Asks again where an event told too little; true when that was answered after the last event. */
function isAskedAgain(lines: readonly Line[], collection: string, subject: string): boolean {
  const told = toldIn(lines);
  const last = told.findLastIndex((each) => each.channel === 'push' && each.subject === subject);
  const asked = told.findLast(
    ({ type, direction, raw }) =>
      type === collection && direction === 'out' && new RegExp(`"=","?${subject}"?\\]`).test(raw),
  );
  const answer = told.findIndex(
    ({ channel, direction, correlation }) =>
      channel === 'reply' && direction === 'in' && correlation === asked?.correlation,
  );
  return asked !== undefined && last >= 0 && answer > last;
}

/** Instances that all have: machines and jobs of the NAS itself. Apps and containers where there are some. */
async function evening(server: TrueNasServer, profile: Profile, probe: Watched): Promise<void> {
  let jobs = 0;
  const ended = async (begun: unknown): Promise<void> => {
    expect(await begun).toBe(++jobs);
    await probe.until(() => endsIn(probe.lines).size === jobs);
  };
  const asksAgain = (collection: string, subject: string): Promise<void> =>
    probe.until(() => isAskedAgain(probe.lines, collection, subject));
  if (profile !== 'core-13') {
    await ended(server.act('app.start', 'valheim'));
    await ended(server.act('app.redeploy', 'minecraft'));
    await ended(server.act('app.stop', 'minecraft'));
    await ended(server.act('app.start', 'minecraft'));
    // The job fails, and yet the app is said to be stopped.
    server.failNext('app.stop');
    await ended(server.act('app.stop', 'valheim'));
    await asksAgain('app.query', 'valheim');
  }
  if (profile === 'core-13') {
    await ended(server.act('jail.start', 'factorio'));
    await asksAgain('jail.query', 'factorio');
  }
  if (profile === '25.10') await ended(server.act('virt.instance.stop', 'rust', { timeout: 30 }));
  await server.act('vm.start', 1);
  await probe.until(() =>
    toldIn(probe.lines).some(({ type, subject }) => type === 'vm.query' && subject === '1'),
  );
  await ended(server.act('vm.stop', 2));
  await asksAgain('vm.query', '2');
  server.failNext('vm.stop', 'It did not shut down in time');
  await ended(server.act('vm.stop', 1));
  await asksAgain('vm.query', '1');
  const scrub = server.runJob('pool.scrub', ['tank'], {
    description: 'Scrub of tank',
    abortable: true,
    run: (job) => job.rest(3_600_000),
  });
  await server.act('core.job_abort', scrub);
  await ended(scrub);
  // By now it is measured; the first sample of the oldest release is not whole.
  await probe.until(() => probe.lines.filter(isHost).length >= 2);
  if (profile !== 'core-13')
    await probe.until(() => probe.lines.some(({ measured }) => measured?.['key'] === 'minecraft'));
}

function isHost({ measured }: Line): boolean {
  return measured?.['kind'] === 'host';
}

interface FleetLine {
  readonly connections: readonly { readonly state: string }[];
  readonly instances: readonly {
    readonly kind: string;
    readonly name: string;
    readonly state: string;
    readonly version?: string;
  }[];
  readonly tasks: readonly {
    readonly title: string;
    readonly state: string;
    readonly message?: string;
    readonly percent: number | null;
  }[];
}

function fleetOf({ lines }: Probed): FleetLine {
  return lines.at(-1)?.['fleet'] as unknown as FleetLine;
}

function withoutSecrets({ lines, errors }: Probed): void {
  expect(errors).not.toContain('swordfish');
  expect(JSON.stringify(lines)).not.toContain('swordfish');
}

describe('the probe at TrueNAS', () => {
  it.each(ways)(
    'sees what becomes of apps, machines and jobs on $profile with $protocol, and what is measured',
    { timeout: 60_000 },
    async ({ profile, protocol, asked }) => {
      await using server = await start(profile);
      const probed = await run(
        [connectionTo(server, protocol), '--seconds', '60', '--measure'],
        (probe) => evening(server, profile, probe),
        { GSOPS_SECRET: password },
      );
      const { lines, code } = probed;
      expect(code).toBe(0);
      expect(lines.flatMap((line) => line['problem'] ?? [])).toEqual([]);
      expect(server.requests).toEqual(asked);
      expect(server.messages.some((each) => each.includes(password))).toBe(true);
      withoutSecrets(probed);

      const { instances, tasks } = fleetOf(probed);
      const apps = profile !== 'core-13';
      const modern = profile === '25.10';
      expect(instances.map(({ kind, name, state }) => `${kind} ${name} ${state}`).sort()).toEqual([
        ...(apps ? ['app minecraft running', 'app terraria crashed', 'app valheim running'] : []),
        'host truenas running',
        ...(apps ? [] : ['jail factorio running']),
        ...(modern ? ['virt rust stopped'] : []),
        'vm ark stopped',
        'vm windows running',
      ]);
      expect(instances.find(({ kind }) => kind === 'host')?.version).toMatch(/^TrueNAS-/);
      expect(tasks.map(({ title, state }) => `${title}: ${state}`).sort()).toEqual([
        ...(apps ? ['Redeploy minecraft: succeeded', 'Scrub of tank: aborted'] : []),
        ...(apps
          ? ['Start minecraft: succeeded', 'Start valheim: succeeded']
          : ['Start factorio: succeeded']),
        'Stop ark: succeeded',
        ...(apps ? ['Stop minecraft: succeeded'] : []),
        ...(modern ? ['Stop rust: succeeded'] : []),
        ...(apps ? ['Stop valheim: failed'] : []),
        'Stop windows: failed',
        // CORE does not describe its jobs.
        ...(apps ? [] : ['pool.scrub: aborted']),
      ]);
      const done = tasks.filter(({ state }) => state === 'succeeded');
      expect(done.map(({ percent }) => percent)).toEqual(done.map(() => 100));
      expect(tasks.find(({ title }) => title === 'Stop windows')?.message).toBe(
        'It did not shut down in time',
      );

      const samples = lines.filter(isHost).map(({ measured }) => measured?.['values']);
      const { cpu, memory, received, sent } = samples.at(-1) as Readonly<Record<string, number>>;
      expect(cpu).toBeGreaterThan(5);
      expect(cpu).toBeLessThan(60);
      // Of 32 GiB.
      expect((memory ?? 0) / gib).toBeGreaterThan(10);
      expect((memory ?? 0) / gib).toBeLessThan(16);
      expect(received).toBeGreaterThan(1000);
      expect(sent).toBeGreaterThan(1000);
      if (apps) {
        const ofApp = lines.findLast(({ measured }) => measured?.['key'] === 'minecraft')?.['measured'];
        expect(ofApp).toEqual({
          connection: 'nas',
          kind: 'app',
          key: 'minecraft',
          values: { cpu: 37, memory: 3 * gib },
        });
      }
    },
  );

  it('does not ask for what is measured unless it is told to', async () => {
    await using server = await start('25.10');
    const { lines } = await run(
      [connectionTo(server), '--seconds', '60'],
      async (probe) => {
        await server.act('app.stop', 'minecraft');
        await probe.until(() => endsIn(probe.lines).size === 1);
      },
      { GSOPS_SECRET: password },
    );
    expect(lines.some(({ measured }) => measured)).toBe(false);
    expect([...server.messages].some((each) => /reporting\.realtime|app\.stats/.test(each))).toBe(false);
  });

  it.each(tongues)(
    'signs in on $profile with $protocol with a key and with a token',
    async ({ profile, protocol }) => {
      await using server = await start(profile);
      const [root] = server.accounts.users;
      if (!root) throw new Error('There is a user.');
      const token = server.accounts.issue(server.accounts.login(root), 600, false);
      for (const [kind, secret] of [
        ['apiKey', key],
        ['token', token],
      ] as const) {
        let names: readonly string[] = [];
        const probed = await run(
          [connectionTo(server, protocol), '--seconds', '60'],
          () => {
            names = server.loggedIn;
            return Promise.resolve();
          },
          { GSOPS_SECRET: secret, GSOPS_SECRET_KIND: kind },
        );
        expect(probed.code).toBe(0);
        // Keys belong to nobody before they belonged to users.
        expect(names).toEqual([kind === 'apiKey' && profile !== '25.10' ? 'ops' : 'root']);
        expect(probed.lines.flatMap((line) => line['problem'] ?? [])).toEqual([]);
        expect(JSON.stringify(probed)).not.toContain(secret);
      }
    },
  );

  it.each(tongues)(
    'says which secret was wrong on $profile with $protocol, and not what it was',
    async ({ profile, protocol }) => {
      await using server = await start(profile);
      for (const [kind, words] of [
        ['password', /does not accept this password of root/],
        ['apiKey', /The API key is not accepted/],
        ['token', /The token is not accepted/],
      ] as const) {
        const probed = await run([connectionTo(server, protocol), '--seconds', '60'], undefined, {
          GSOPS_SECRET: '9-swordfish-and-wrong',
          GSOPS_SECRET_KIND: kind,
        });
        expect(probed.code).toBe(1);
        expect(probed.errors).toMatch(words);
        withoutSecrets(probed);
        expect(fleetOf(probed).connections.map(({ state }) => state)).toEqual(['failed']);
      }
      expect(server.messages.some((each) => each.includes('9-swordfish-and-wrong'))).toBe(true);
    },
  );

  it('keeps to its time while a sign-in is not answered', async () => {
    await using server = await start('25.10');
    server.hold('auth.login_ex');
    const probed = await run([connectionTo(server), '--seconds', '0.5'], undefined, {
      GSOPS_SECRET: password,
    });
    expect(probed.code).toBe(1);
    expect(probed.lines.at(-1)).toHaveProperty('fleet');
  });

  it('knows after a restart of the NAS that the jobs of before are lost', async () => {
    await using server = await start('24.10');
    server.define('pool.scrub.scrub', { job: () => ({ run: (job) => job.rest(600_000) }) });
    const probed = await run(
      [connectionTo(server), '--seconds', '60'],
      async (probe) => {
        await server.act('pool.scrub.scrub');
        await probe.until(() => toldIn(probe.lines).some(({ raw }) => raw.includes('"state": "RUNNING"')));
        const isReady = (): number =>
          probe.lines.filter(({ connection }) => connection?.['state'] === 'ready').length;
        const before = isReady();
        await server.restart();
        await probe.until(() => isReady() > before);
      },
      { GSOPS_SECRET: password },
    );
    expect(fleetOf(probed).tasks.map(({ state }) => state)).toEqual(['lost']);
  });

  it.each([
    ['stop:minecraft', undefined, 'refused', /Stop minecraft on nas\?.*"confirm":"yes"/],
    ['stop:minecraft', '{"confirm":"yes"}', 'succeeded', /minecraft stopped/],
    ['rollback:minecraft', '{"confirm":"yes"}', 'refused', /--input needs "version", one of "1\.0\.2"/],
    ['rollback:minecraft', '{"confirm":"yes","version":"9"}', 'refused', /one of "1\.0\.2"/],
    ['start:minecraft', undefined, 'refused', /not on offer while it is running/],
    ['start:nobody', undefined, 'refused', /there is no instance nobody on nas; there is: .*minecraft/],
    [
      'request',
      '{"method":"app.delete","params":"[\\"minecraft\\"]"}',
      'refused',
      /Call app\.delete on nas\?/,
    ],
  ])('asks for %s with %j what a window would ask', async (wanted, input, outcome, message) => {
    await using server = await start('25.10');
    server.define('app.rollback_versions', { params: [{ name: 'name', type: 'any' }], run: () => ['1.0.2'] });
    const more = input === undefined ? [] : ['--input', input];
    const args = [connectionTo(server), '--seconds', '30', '--run', wanted, ...more];
    const { lines } = await run(args, undefined, { GSOPS_SECRET: password });
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([
      { outcome, message: expect.stringMatching(message) as string },
    ]);
    expect(server.calls.get('app.stop') ?? 0).toBe(outcome === 'succeeded' ? 1 : 0);
  });

  it('tells how an operation ended whose job went on while the connection was gone', async () => {
    await using server = await start('25.10');
    const end = Promise.withResolvers<null>();
    server.define('app.redeploy', {
      params: [{ name: 'app_name', type: 'string' }],
      job: () => ({ run: () => end.promise }),
    });
    const args = ['--seconds', '60', '--run', 'redeploy:minecraft', '--input', '{"confirm":"yes"}'];
    const { lines } = await run(
      [connectionTo(server), ...args],
      async (probe) => {
        await probe.until(() =>
          toldIn(probe.lines).some(({ raw }) => raw.includes('"state": "RUNNING", "time')),
        );
        server.dropSockets(1001, 'Going away');
        end.resolve(null);
        await probe.until(() => probe.lines.some(({ operation }) => operation));
      },
      { GSOPS_SECRET: password },
    );
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([{ outcome: 'succeeded' }]);
  });
});
