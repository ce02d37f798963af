import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import type { TrueNasServerOptions } from '../../../../../src/simulator/truenas/options.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { eventually } from '../../../simulator/truenasServer.ts';
import { failed, open, ready, type Given, type Opened } from './rig.ts';

const ways = [
  { profile: 'core-13', protocol: 'auto', spoken: 'ddp' },
  { profile: '24.10', protocol: 'auto', spoken: 'ddp' },
  { profile: '25.10', protocol: 'auto', spoken: 'jsonrpc' },
  { profile: '25.10', protocol: 'ddp', spoken: 'ddp' },
] as const;

const password = 'swordfish-the-password';
const quick = { jobStepMs: 2, refusalMs: 2, rateLimitMs: 2, sourceSecondMs: 5 };

async function start(options: TrueNasServerOptions): Promise<TrueNasServer & AsyncDisposable> {
  const server = await TrueNasServer.listen({
    timing: quick,
    users: [{ name: 'root', password }],
    apps: [
      { name: 'minecraft', version: '1.0.2', latestVersion: '1.0.3' },
      { name: 'valheim', state: 'STOPPED' },
    ],
    vms: [{ name: 'windows', state: 'RUNNING' }],
    virtInstances: [{ name: 'ark', status: 'STOPPED' }],
    jails: [{ name: 'rust', plugin: 'rust-server', state: 'up' }, { name: 'factorio' }],
    extraKeys: { from_the_future: 1 },
    duplicateTerminal: true,
    ...options,
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

function connect(server: TrueNasServer, protocol: string, given: Given = {}): Opened {
  return open(server.url, {
    secrets: { password },
    ...given,
    settings: { protocol, ...given.settings },
  });
}

/** Problems that the frames had, with what they were. */
function problems(opened: Opened): string[] {
  return opened
    .events()
    .flatMap((event) =>
      event.problems.map(({ path, message }) => `${event.type} ${path} ${english(message)}`),
    );
}

async function done(
  opened: Opened,
  id: string,
  instance: string,
  input: Record<string, string> = {},
): Promise<void> {
  const { outcome, message } = await opened.run(id, { instance, input });
  expect(`${id} ${outcome} ${english(message)}`).toContain(`${id} succeeded`);
}

/** What the operation offers to choose from. */
async function olderVersions(opened: Opened, key: string): Promise<readonly unknown[]> {
  const input = trueNas.operations.find(({ id }) => id === 'rollback')?.inputs?.[0];
  const parsed = trueNas.parseSettings({ kind: 'truenas', url: 'ws://127.0.0.1' });
  const instance = instancesOf(opened.pipeline.fleet(), 'nas').find((each) => each.key === key);
  if (!input || !('options' in input) || !parsed.ok) throw new Error('it offers versions');
  const { signal } = new AbortController();
  return input.options({
    settings: parsed.settings,
    instance,
    session: opened.conversation(),
    given: {},
    signal,
  });
}

describe.each(ways)('$profile over $spoken', ({ profile, protocol, spoken }) => {
  const modern = profile === '25.10';
  const apps = profile !== 'core-13';

  it('shows what there is, and what becomes of it', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    expect(opened.conversation().protocol).toBe(spoken);
    expect(opened.instances()).toEqual([
      ...(apps ? ['app minecraft running', 'app valheim stopped'] : []),
      'host truenas running',
      ...(apps ? [] : ['jail factorio stopped', 'jail rust running']),
      ...(modern ? ['virt ark stopped'] : []),
      'vm windows running',
    ]);
    if (apps) {
      server.apps.setState('minecraft', 'CRASHED');
      await opened.until(() => opened.instances().includes('app minecraft crashed'));
      server.apps.remove('minecraft');
      await opened.until(() => !opened.instances().some((each) => each.includes('minecraft')));
      server.apps.add({ name: 'terraria' });
      await opened.until(() => opened.instances().includes('app terraria running'));
    }
    expect(problems(opened)).toEqual([]);
    expect(opened.gaps()).toEqual([]);
  });

  it('leaves no socket open beside its own, however often it connects', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    for (let time = 0; time < 3; time++) {
      await ready(opened);
      await eventually(() => server.refusedSockets === 0);
      expect(server.sockets).toBe(1);
      server.dropSockets('abrupt');
      await opened.until(() => opened.connection.state !== 'ready');
    }
  });

  it('does everything that is on offer, and its jobs end', async () => {
    await using server = await start({ profile });
    if (apps)
      server.define('app.rollback_versions', {
        params: [{ name: 'app_name', type: 'string' }],
        run: () => ['1.0.2'],
      });
    await using opened = connect(server, protocol);
    await ready(opened);
    if (apps) {
      await done(opened, 'start', 'valheim');
      await opened.until(() => opened.instances().includes('app valheim running'));
      await done(opened, 'stop', 'valheim');
      await opened.until(() => opened.instances().includes('app valheim stopped'));
      await done(opened, 'update', 'minecraft');
      await done(opened, 'redeploy', 'minecraft');
      const versions = await olderVersions(opened, 'minecraft');
      expect(versions).toContain('1.0.2');
      await done(opened, 'rollback', 'minecraft', { version: '1.0.2' });
      await opened.until(() => opened.instances().includes('app minecraft running'));
    }
    if (!apps) {
      await done(opened, 'start', 'factorio');
      await opened.until(() => opened.instances().includes('jail factorio running'));
      await done(opened, 'restart', 'rust');
      await opened.until(() => opened.instances().includes('jail rust running'));
      await done(opened, 'stop', 'rust');
      await opened.until(() => opened.instances().includes('jail rust stopped'));
      // Somebody else does it, and no event tells.
      await server.act('jail.start', 'rust');
      await opened.until(() => opened.instances().includes('jail rust running'));
      expect(server.subscriptions.has('jail.query')).toBe(false);
    }
    const vm = '1';
    await server.act('vm.suspend', 1);
    await opened.until(() => opened.instances().includes('vm windows paused'));
    await done(opened, 'start', vm);
    await opened.until(() => opened.instances().includes('vm windows running'));
    await done(opened, 'stop', vm);
    await opened.until(() => opened.instances().includes('vm windows stopped'));
    await done(opened, 'start', vm);
    await opened.until(() => opened.instances().includes('vm windows running'));
    await done(opened, 'restart', vm);
    await opened.until(() => opened.instances().includes('vm windows running'));
    if (modern) {
      await done(opened, 'start', 'ark');
      await done(opened, 'restart', 'ark');
      await opened.until(() => opened.instances().includes('virt ark running'));
    }
    await opened.until(() => opened.tasks().every((task) => task.endsWith(': succeeded')));
    expect(opened.tasks().length).toBeGreaterThan(0);
    expect(problems(opened)).toEqual([]);
  });

  it('says of machines what people call them, in events as in tasks', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    await server.act('vm.stop', 1);
    await opened.until(() => opened.tasks().join() === 'Stop windows: succeeded');
    const about = (type: string) => opened.events().findLast((event) => event.type === type)?.subject;
    const windows = { kind: 'vm', key: '1', name: 'windows' };
    expect(about('core.get_jobs')).toEqual(windows);
    await opened.until(() => about('vm.query') !== undefined);
    expect(about('vm.query')).toEqual(windows);
    expect(opened.events().some(({ subject }) => subject?.name === 'windows')).toBe(true);
  });

  it('measures the NAS and its apps while somebody looks', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    opened.connection.session?.watch?.([
      { kind: 'host', key: 'host' },
      { kind: 'app', key: 'minecraft' },
    ]);
    const host = { connection: 'nas', kind: 'host', key: 'host' };
    const app = { connection: 'nas', kind: 'app', key: 'minecraft' };
    const measured = (): string[] => Object.keys(opened.metrics.latest(host) ?? {});
    await opened.until(() =>
      ['cpu', 'memory', 'received', 'sent'].every((name) => measured().includes(name)),
    );
    if (apps) await opened.until(() => opened.metrics.latest(app)?.['cpu'] !== undefined);
    opened.connection.session?.watch?.([]);
    await opened.until(() =>
      opened
        .events()
        .some(({ raw, direction }) => direction === 'out' && /"unsub"|core\.unsubscribe/.test(raw)),
    );
    expect(problems(opened)).toEqual([]);
  });

  it('measures for whoever looks away and back again at once', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    const { session } = opened.connection;
    const host = { connection: 'nas', kind: 'host', key: 'host' };
    const subscribed = (): readonly string[] =>
      opened.conversation().subscribed.filter((name) => name.startsWith('reporting.realtime'));
    session?.watch?.([host]);
    await opened.until(() => opened.metrics.latest(host) !== undefined);
    for (let turn = 0; turn < 20; turn++) {
      session?.watch?.([]);
      session?.watch?.([host]);
      // Now and then there is time for a part of what was asked.
      for (let rest = 0; rest < turn % 4; rest++) await nextTurn();
    }
    // What is answered in order is over when this is.
    await opened.conversation().call('system.info', [], new AbortController().signal);
    await opened.until(() => subscribed().length === 1);
    const since = opened.events().length;
    await opened.until(() =>
      opened
        .events()
        .slice(since)
        .some(({ type, direction }) => direction === 'in' && type === 'reporting.realtime'),
    );
    expect(opened.gaps()).toEqual([]);
    const standing = [...server.subscriptions].filter(([name]) => name.startsWith('reporting.realtime'));
    expect(standing.map(([, count]) => count)).toEqual([1]);
  });

  it('follows jobs of others, and aborts where that can be', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of tank',
      abortable: true,
      async run(job) {
        job.progress(10, 'Scrubbing');
        await job.rest(60_000);
      },
    });
    await opened.until(() => opened.conversation().openJobs.length === 1);
    const [job] = opened.conversation().openJobs;
    const result = await opened.run('abortJob', { input: { job: job?.id ?? '' } });
    // CORE does not tell what can be aborted.
    expect(result.outcome).toBe(profile === 'core-13' ? 'refused' : 'succeeded');
    if (profile !== 'core-13') await opened.until(() => opened.tasks().join() === 'Scrub of tank: aborted');
  });

  it('comes back after a restart of the NAS with nothing left over', async () => {
    let now = 1_795_200_000_000;
    await using server = await start({ profile, now: () => now });
    await using opened = connect(server, protocol);
    await ready(opened);
    server.runJob('pool.scrub', ['tank'], { run: (job) => job.rest(60_000) });
    await opened.until(() => opened.tasks().length === 1);
    now += 60_000;
    await server.restart();
    server.runJob('pool.scrub', ['tank'], { run: (job) => job.rest(60_000) });
    await opened.until(() => opened.tasks().length === 2 && opened.connection.state === 'ready');
    const states = opened.tasks().map((task) => task.split(': ')[1]);
    expect(states).toEqual(expect.arrayContaining(['lost', 'running']));
  });

  it('signs in again when its session ran out', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    server.endSessions();
    const { signal } = new AbortController();
    await expect(opened.conversation().call('vm.query', [], signal)).rejects.toThrow('Not authenticated');
    await opened.until(() => opened.states().at(-1) === 'ready' && server.loggedIn.length === 1);
    expect(opened.states().join()).toContain('does not know the sign-in any more');
    await opened.conversation().call('vm.query', [], signal);
  });

  it('lets no secret into the journal or the log, whichever it signs in with', async () => {
    await using server = await start({ profile, apiKeys: [{ key: '7-swordfish-the-key', name: 'ops' }] });
    for (const secrets of [
      { password },
      { apiKey: '7-swordfish-the-key' },
      { password: 'swordfish-wrong' },
    ]) {
      await using opened = connect(server, protocol, { secrets });
      await (secrets.password === 'swordfish-wrong' ? failed(opened) : ready(opened));
      const all = JSON.stringify([opened.events(), opened.logged, String(opened.connection.failure?.stack)]);
      expect(all).not.toContain('swordfish');
    }
  });

  it('gives a call by hand one correlation with its answer', async () => {
    await using server = await start({ profile });
    await using opened = connect(server, protocol);
    await ready(opened);
    const call =
      spoken === 'ddp'
        ? { id: 'mine', msg: 'method', method: 'core.ping', params: [] }
        : { jsonrpc: '2.0', id: 'mine', method: 'core.ping', params: [] };
    await opened.connection.session?.send?.(Buffer.from(JSON.stringify(call)), new AbortController().signal);
    await opened.until(() => opened.events().some(({ correlation }) => correlation === 'mine'));
    const asked = await opened.run('request', { input: { method: 'core.ping', params: '' } });
    expect(english(asked.message)).toBe('Answered: "pong"');
    const calls = opened.events().filter(({ type }) => type === 'core.ping');
    const last = calls.at(-1)?.correlation;
    expect(calls.filter(({ correlation }) => correlation === last).map(({ direction }) => direction)).toEqual(
      ['out', 'in'],
    );
  });
});
