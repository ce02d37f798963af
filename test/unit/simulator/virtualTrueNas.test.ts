import { describe, expect, it } from 'vitest';
import type { ServedEvent, ServedInstance } from '../../../src/core/playback/serving/servedEvents.ts';
import { failed, open, ready } from '../core/systems/truenas/rig.ts';
import { pythonJson } from '../../../src/simulator/python.ts';
import { realtime, recordNight } from './truenasNight.ts';
import { fleetOf, impatient, noEvents, pushed, pushesOf } from './roundTrip.ts';
import { caughtUp, enter, openVirtual, served } from './truenasRoundTrip.ts';
import { Client, eventIn } from './truenasServer.ts';

const generations = [
  ['core-13', 'ddp'],
  ['24.10', 'ddp'],
  ['25.10', 'ddp'],
  ['25.10', 'jsonrpc'],
  ['26.0', 'ddp'],
  ['26.0', 'jsonrpc'],
] as const;

describe.each(generations)('a recording of %s over %s that is served', (profile, protocol) => {
  it('is to our own connection what the NAS was: the same events, the same fleet', async () => {
    const recorded = await recordNight(profile, protocol);
    const recording = await served(recorded.events);
    await using virtual = await openVirtual(recording);
    await using opened = open(virtual.settings.url, {
      settings: virtual.settings,
      secrets: { password: virtual.password },
    });

    await ready(opened);
    await virtual.play(recording.events);
    await caughtUp(opened);
    const wanted = pushesOf(recorded.events);
    expect(wanted.length).toBeGreaterThan(20);
    expect(pushesOf(opened.events())).toEqual(wanted);
    expect(recorded.fleet.instances.length).toBeGreaterThan(4);
    expect(fleetOf(opened.pipeline.fleet(), 'nas')).toEqual(recorded.fleet);
  });
});

const app = (
  key: string,
  state: ServedInstance['state'],
  more: Partial<ServedInstance> = {},
): ServedInstance => ({
  ...{ kind: 'app', key, name: key, state },
  ...more,
});
describe('a virtual TrueNAS', () => {
  it('shows a client that comes late what things are by then, and the job that still runs', async () => {
    const recorded = await recordNight('25.10', 'jsonrpc');
    const recording = await served(recorded.events);
    await using virtual = await openVirtual(recording);
    await virtual.play(recording.events);
    await using opened = open(virtual.settings.url, {
      settings: virtual.settings,
      secrets: { password: virtual.password },
    });

    await ready(opened);
    const { instances, tasks } = fleetOf(opened.pipeline.fleet(), 'nas');
    expect(instances).toEqual(recorded.fleet.instances);
    expect(instances).toContainEqual(expect.objectContaining({ key: 'factorio', state: 'restarting' }));
    expect(tasks).toEqual(['Redeploy factorio running 20']);
  });

  it.each([
    ['ddp', 'jsonrpc'],
    ['jsonrpc', 'ddp'],
  ] as const)('that was recorded over %s is read by plain clients, also over %s', async (same, other) => {
    const recording = await served((await recordNight('25.10', same)).events);
    await using virtual = await openVirtual(recording);
    const clients = [await enter(virtual, same), await enter(virtual, other)] as const;
    for (const client of clients) {
      for (const name of ['core.get_jobs', 'app.query', 'vm.query', 'virt.instance.query', 'alert.list'])
        await client.subscribe(name);
      for (const name of [realtime, 'app.stats']) await client.subscribe(name);
    }
    const before = clients.map((client) => client.texts.length);
    await virtual.play(recording.events);
    for (const client of clients) await client.soFar();
    const [exact = [], foreign = []] = clients.map(({ texts }, i) => texts.slice(before[i], -1));
    expect(exact).toEqual(
      recording.events.filter((event) => virtual.system.isPushed(event)).map(({ bytes }) => String(bytes)),
    );
    const [ddp, rpc] = same === 'ddp' ? [exact, foreign] : [foreign, exact];
    expect(rpc).toEqual(
      ddp.map((text) => `{"jsonrpc": "2.0", "method": "collection_update", "params": ${text}}`),
    );
    for (const client of clients) client.drop();
  });

  it('refuses a wrong password', async () => {
    await using virtual = await openVirtual(noEvents);
    await using opened = open(virtual.settings.url, {
      settings: virtual.settings,
      secrets: { password: 'wrong' },
    });

    await failed(opened);
    expect(opened.connection.failure?.secret).toBe('password');
    await using again = await openVirtual(noEvents);
    expect(again.password).not.toBe(virtual.password);
    expect(again.password.length).toBeGreaterThan(11);
  });

  it('does what clients call, and tells it in jobs whose ids are none of the recording', async () => {
    const job = (state: string): ServedEvent =>
      pushed(
        pythonJson({
          ...{ msg: 'changed', collection: 'core.get_jobs', id: 41 },
          fields: { id: 41, method: 'app.start', state, time_started: { $date: 7 } },
        }),
      );
    await using virtual = await openVirtual({
      events: [job('RUNNING')],
      base: [app('minecraft', 'running')],
    });
    await virtual.play([job('RUNNING')]);
    const client = await enter(virtual, 'ddp');
    expect(await client.call('core.get_jobs')).toMatchObject([{ id: 41, state: 'RUNNING' }]);
    await virtual.play([job('SUCCESS')]);
    expect(await client.call('core.get_jobs', [['id', '=', 41]])).toMatchObject([{ state: 'SUCCESS' }]);
    await client.subscribe('core.get_jobs');
    await client.subscribe('app.query');
    const id = await client.call('app.stop', 'minecraft');
    expect(id).toBeGreaterThan(41);
    await client.event('core.get_jobs', (event) => event['id'] === id && stateIn(event) === 'SUCCESS');
    expect(await client.call('app.query')).toMatchObject([{ name: 'minecraft', state: 'STOPPED' }]);
    // The recording goes on, and has the last word.
    virtual.system.put(app('minecraft', 'running'));
    expect(await client.call('app.query')).toMatchObject([{ name: 'minecraft', state: 'RUNNING' }]);
    client.drop();
  });

  it('lets any number of clients sign in', async () => {
    await using virtual = await openVirtual(noEvents, { protocolVersion: '24.10' });
    for (let n = 0; n < 30; n++) (await enter(virtual, 'ddp')).drop();
  });

  it('knows the state beneath a job, which is seen when that ends', async () => {
    await using virtual = await openVirtual({ events: [], base: [app('factorio', 'stopped')] });
    const client = await enter(virtual, 'ddp');
    virtual.system.put(app('factorio', 'updating'));
    expect(await client.call('app.query')).toMatchObject([{ state: 'STOPPED' }]);
    const fields = { id: 'factorio', name: 'factorio', state: 'DEPLOYING' };
    const event = { msg: 'changed', collection: 'app.query', id: 'factorio', fields };
    await virtual.play([pushed(pythonJson(event), [{ instance: app('factorio', 'updating') }])]);
    expect(await client.call('app.query')).toMatchObject([{ state: 'DEPLOYING' }]);
    virtual.system.put(app('factorio', 'failed'));
    expect(await client.call('app.query')).toMatchObject([{ state: 'CRASHED' }]);
    client.drop();
  });

  it('is set and measured without a word of its own', async () => {
    await using virtual = await openVirtual({ events: [], base: [app('minecraft', 'running')] });
    const client = await enter(virtual, 'ddp');
    for (const name of ['*', 'app.query', 'app.stats', realtime]) await client.subscribe(name);
    virtual.system.put(app('minecraft', 'crashed'));
    virtual.system.put(app('valheim', 'stopped'));
    virtual.system.remove({ kind: 'app', key: 'minecraft' });
    virtual.system.put({
      kind: 'host',
      key: 'host',
      name: 'attic',
      state: 'running',
      version: 'TrueNAS-25.10.0',
    });
    for (let turn = 0; turn < 20; turn++) expect(await client.soFar()).toEqual([]);
    expect(await client.call('app.query')).toMatchObject([{ name: 'valheim', state: 'STOPPED' }]);
    expect(await client.call('system.info')).toMatchObject({ hostname: 'attic', version: 'TrueNAS-25.10.0' });
    client.drop();
  });

  it('keeps the ids of machines, and versions as they were put together', async () => {
    const base: ServedInstance[] = [
      { kind: 'vm', key: '7', name: 'ark', state: 'paused' },
      app('minecraft', 'running', { version: '1.21_1.0.3', latestVersion: '1.0.3', game: 'Minecraft' }),
      app('plain', 'stopped', { version: '2.0' }),
    ];
    await using virtual = await openVirtual({ events: [], base });
    const client = await enter(virtual, 'jsonrpc');
    expect(await client.call('vm.query')).toMatchObject([
      { id: 7, name: 'ark', status: { state: 'SUSPENDED' } },
    ]);
    expect(await client.call('vm.resume', 7)).toBe(null);
    expect(await client.call('app.query')).toMatchObject([
      { human_version: '1.21_1.0.3', version: '1.0.3', upgrade_available: true, latest_version: '1.0.3' },
      { human_version: '2.0', upgrade_available: false },
    ]);
    client.drop();
  });

  it('takes any state, any name and any number of things', async () => {
    await using virtual = await openVirtual(noEvents);
    const odd = ['a/b', 'a\nb', '__proto__', '', '007', '9'.repeat(30)];
    for (const kind of ['app', 'vm', 'virt', 'container', 'jail', 'host', 'chart', 'constructor'])
      for (const key of odd)
        for (const state of ['running', 'wild', '__proto__', 'updating'] as ServedInstance['state'][]) {
          virtual.system.put({ kind, key, name: key, state, version: '_', game: '' });
          virtual.system.remove({ kind, key: `${key}-` });
        }
    for (let n = 0; n < 3000; n++) virtual.system.put(app(`app${String(n)}`, 'running'));
    for (const text of [
      '',
      '{}',
      '[]',
      '{"msg":"added"}',
      '{"msg":"added","collection":"app.query","fields":1}',
    ])
      void virtual.system.push(pushed(text));
    const client = await enter(virtual, 'ddp');
    expect(await client.call('app.query', [], { count: true })).toBe(3000 + odd.length);
    expect(await client.call('vm.query', [], { count: true })).toBe(odd.length);
    client.drop();
  });

  it('says which messages it pushes: events, and nothing that answers', async () => {
    await using virtual = await openVirtual(noEvents);
    const event = { msg: 'changed', collection: 'app.query', id: 'x', fields: {} };
    const isPushed = (body: unknown, more: Partial<ServedEvent> = {}): boolean =>
      virtual.system.isPushed({ ...pushed(JSON.stringify(body)), ...more });
    for (const msg of ['added', 'changed', 'removed']) expect(isPushed({ ...event, msg })).toBe(true);
    expect(isPushed({ jsonrpc: '2.0', method: 'collection_update', params: event })).toBe(true);
    expect(isPushed(event, { direction: 'out' })).toBe(false);
    expect(isPushed(event, { truncated: true })).toBe(false);
    for (const body of [
      { msg: 'result', id: '1', result: [event] },
      { msg: 'pong' },
      { msg: 'ready', subs: ['1'] },
      { msg: 'nosub', collection: 'app.stats' },
      { msg: 'connected', session: 'x' },
      { jsonrpc: '2.0', id: 1, result: event },
      { jsonrpc: '2.0', method: 'notify_unsubscribed', params: { collection: 'app.stats', error: null } },
      { ...event, collection: 7 },
      [event],
    ])
      expect(isPushed(body)).toBe(false);
    expect(
      virtual.system.isPushed({
        ...pushed(''),
        bytes: Buffer.from(JSON.stringify({ ...event, id: 'é' }), 'latin1'),
      }),
    ).toBe(false);
  });

  it('sends measurements under the argument that a client gave, and logs of its own app alone', async () => {
    await using virtual = await openVirtual(noEvents);
    const client = await enter(virtual, 'ddp');
    const exact = await enter(virtual, 'ddp');
    const mine = 'reporting.realtime:{"interval": 5}';
    await client.subscribe(mine);
    await exact.subscribe(realtime);
    await exact.subscribe(mine);
    const sample =
      '{"msg": "added", "collection": "reporting.realtime:{\\"interval\\": 2}", "fields": {"cpu": 1.0}}';
    const otherOrder = JSON.stringify({ msg: 'added', fields: { of: realtime }, collection: realtime });
    for (const text of [otherOrder, sample]) void virtual.system.push(pushed(text));
    expect(await client.soFar()).toMatchObject([
      { collection: mine, fields: { of: realtime } },
      { collection: mine, fields: { cpu: 1 } },
    ]);
    await exact.soFar();
    expect(client.texts.at(-2)).toBe(sample.replace('2}', '5}'));
    expect(exact.texts.slice(-3, -1)).toEqual([otherOrder, sample]);
    const rpc = await enter(virtual, 'jsonrpc');
    await rpc.subscribe(realtime);
    const compact = JSON.stringify({
      jsonrpc: '2.0',
      method: 'collection_update',
      params: JSON.parse(sample) as unknown,
    });
    void virtual.system.push(pushed(compact));
    await rpc.soFar();
    expect(rpc.texts.at(-2)).toBe(compact);
    await exact.soFar();
    expect(exact.texts.at(-2)).toBe(sample.replace('1.0', '1'));
    rpc.drop();

    virtual.system.put(app('minecraft', 'running'));
    const log = (argument: object): string => `app.container_log_follow:${JSON.stringify(argument)}`;
    const [{ active_workloads: work }] = (await client.call('app.query')) as [
      { readonly active_workloads: { readonly container_details: readonly [{ readonly id: string }] } },
    ];
    const container_id = work.container_details[0].id;
    const followed = log({ app_name: 'minecraft', container_id, tail_lines: 9 });
    await client.subscribe(followed);
    for (const app_name of ['minecraft', 'valheim'])
      void virtual.system.push(
        pushed(
          JSON.stringify({
            msg: 'added',
            collection: log({ app_name, container_id: 'recorded' }),
            fields: { data: `line of ${app_name}` },
          }),
        ),
      );
    expect((await client.soFar()).map(eventIn)).toMatchObject([
      { collection: followed, fields: { data: 'line of minecraft' } },
    ]);
    client.drop();
    exact.drop();
  });

  it('reports its clients: one is ready with its first subscription', async () => {
    const told: string[] = [];
    const gone = Promise.withResolvers<undefined>();
    await using virtual = await openVirtual(
      noEvents,
      {},
      {
        came: ({ name }) => told.push(`came from ${name.replace(/\d+$/, 'port')}`),
        ready: () => told.push('ready'),
        said: (_, text) => told.push((JSON.parse(text) as { readonly msg: string }).msg),
        went: () => {
          told.push('went');
          gone.resolve(undefined);
        },
      },
    );
    const client = await Client.open(virtual.settings, 'ddp');
    await client.connect();
    await client.subscribe('app.query');
    await client.call('auth.login', 'root', virtual.password);
    await client.subscribe('app.query');
    await client.subscribe(realtime);
    client.drop();
    await gone.promise;
    expect(told).toEqual([
      'came from 127.0.0.1:port',
      'connect',
      'sub',
      'method',
      'sub',
      'ready',
      'sub',
      'went',
    ]);
  });

  it('drops a client that does not read, and the others get every event', async () => {
    const went: string[] = [];
    await using virtual = await openVirtual(
      noEvents,
      {},
      impatient(({ id }, why) => went.push(`${String(id)} ${why ?? ''}`)),
    );
    const deaf = await enter(virtual, 'ddp');
    const others = await Promise.all(
      Array.from({ length: 10 }, (_, n) => enter(virtual, n % 2 === 0 ? 'ddp' : 'jsonrpc')),
    );
    for (const client of [deaf, ...others]) await client.subscribe('app.query');
    deaf.socket.pause();
    const text = 'x'.repeat(200_000);
    for (let id = 0; id < 60; id++)
      await virtual.play([
        pushed(pythonJson({ msg: 'changed', collection: 'app.query', id, fields: { text } })),
      ]);
    expect(went).toEqual(['1 slow']);
    for (const client of others) {
      const ids = (await client.soFar()).map((frame) => eventIn(frame)?.['id']);
      expect(ids).toEqual(Array.from({ length: 60 }, (_, id) => id));
      client.drop();
    }
  });

  it('listens where it is told to', async () => {
    await using virtual = await openVirtual(noEvents, { host: 'localhost' });
    expect(virtual.settings.url).toMatch(/^ws:\/\/localhost:\d+$/);
    (await enter(virtual, 'ddp')).drop();
  });
});

function stateIn(event: Readonly<Record<string, unknown>>): unknown {
  return (event['fields'] as { readonly state?: unknown }).state;
}
