import { describe, expect, it } from 'vitest';
import { short, startTrueNas, type Client } from './truenasServer.ts';

const source = 'reporting.realtime';

async function connected(client: Client): Promise<Client> {
  await client.connect();
  return client;
}

describe('DDP', () => {
  it('wants a handshake first, and lets one try again', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.open();
    client.say({ msg: 'ping' });
    expect(await client.next()).toEqual({ msg: 'failed', version: '1' });
    client.say({ msg: 'connect', version: 'pre1', support: ['pre1'] });
    expect(await client.next()).toEqual({ msg: 'failed', version: '1' });
    client.say({ msg: 'connect', version: '1', support: ['1'] });
    expect(await client.next()).toEqual({ msg: 'connected', session: expect.any(String) as unknown });
  });

  it('answers a ping up to 24.10', async () => {
    await using old = await startTrueNas({ profile: '24.10' });
    const client = await connected(await old.open());
    client.say({ msg: 'ping', id: 'p' });
    expect(await client.next()).toEqual({ msg: 'pong', id: 'p' });
    await using modern = await startTrueNas({ profile: '25.10' });
    const other = await connected(await modern.open());
    other.say({ msg: 'ping' });
    expect(await other.soFar()).toEqual([]);
  });

  it.each([
    [{ msg: 'sub', name: 'app.query' }, "'id'"],
    [{ msg: 'sub', id: 's' }, "'name'"],
    [{ msg: 'sub', id: 's', name: source }, 'Ident s is already used'],
  ])('breaks at %j', async (message, reason) => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    client.say({ msg: 'sub', id: 's', name: source });
    client.say(message);
    expect(await client.closed).toEqual({ code: 1011, reason });
  });

  it('breaks at a number as the id of a source, not of an event', async () => {
    await using rig = await startTrueNas({ profile: '24.10' });
    const client = await rig.enter();
    client.say({ msg: 'sub', id: 7, name: 'app.query' });
    expect(await client.next()).toEqual({ msg: 'ready', subs: [7] });
    client.say({ msg: 'sub', id: 7, name: source });
    expect(await client.closed).toMatchObject({ code: 1011 });
  });

  it('refuses what is no call in words, and says nothing where there is no id', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    client.say({ msg: 'method', id: 'a' });
    expect(await client.next()).toMatchObject({
      error: { errname: 'EINVAL', reason: expect.stringContaining("'method' is absent") as unknown },
    });
    client.say({ msg: 'method', id: 'b', method: 'core.ping', params: {} });
    expect(await client.next()).toMatchObject({ id: 'b', error: { errname: 'EINVAL' } });
    client.say({ msg: 'method', method: 'core.ping' });
    expect(await client.soFar()).toEqual([]);
  });
});

describe('events', () => {
  it('come once for every name and its star, and every source as often as it was asked for', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    for (const name of ['app.query', 'app.query', '*', 'app.query:{}', source, source])
      await client.subscribe(name);
    await client.soFar();
    rig.server.apps.setState('minecraft', 'STOPPED');
    expect(short(await client.soFar())).toEqual(['changed minecraft STOPPED']);
    await rig.clock.advance(2000);
    expect(await client.soFar()).toHaveLength(2);
    expect(rig.server.subscriptions).toEqual(
      new Map([
        ['app.query', 2],
        ['*', 1],
        ['app.query:{}', 1],
        [source, 2],
      ]),
    );
  });

  it('tell of what is new with all of it, of what is gone with its id alone', async () => {
    await using rig = await startTrueNas({ profile: '25.10', extraKeys: { brand_new: 1 } });
    const client = await rig.enter();
    await client.subscribe('app.query');
    rig.server.apps.add({ name: 'factorio' });
    rig.server.apps.remove('factorio');
    rig.server.pushEvent('app.query', { msg: 'changed', id: 'x', fields: {}, extra: { odd: true } });
    const [added, removed, pushed] = await client.soFar();
    expect(added).toMatchObject({ msg: 'added', fields: { name: 'factorio', brand_new: 1 } });
    expect(removed).toEqual({ msg: 'removed', collection: 'app.query', id: 'factorio' });
    expect(pushed).toMatchObject({ extra: { odd: true } });
  });

  it('of machines hold the words of the hypervisor, those of containers the status alone', async () => {
    await using rig = await startTrueNas({
      profile: '25.10',
      vms: [{ name: 'ark' }],
      virtInstances: [{ name: 'rust', status: 'RUNNING' }],
    });
    const client = await rig.enter();
    await client.subscribe('vm.query');
    await client.subscribe('virt.instance.query');
    expect((await client.exchange('vm.start', 1)).answer).toBe(null);
    expect(await client.call('vm.start', 1)).toMatchObject({ reason: '[EFAULT] ark is already running' });
    const { before } = await client.exchange('vm.poweroff', 1);
    expect(before).toMatchObject([
      { id: 1, fields: { status: { state: 'SHUTOFF', pid: null } }, extra: { state: 'SHUTOFF' } },
    ]);
    expect(before[0]?.['fields']).not.toHaveProperty('devices');
    expect(await client.call('virt.instance.stop', 'rust', {})).toMatchObject({ type: 'VALIDATION' });
    expect(await client.call('virt.instance.stop', 'rust', { timeout: 5 })).toBe(1);
    await rig.clock.advance(400);
    expect(await client.soFar()).toMatchObject([
      { collection: 'virt.instance.query', id: 'rust', fields: { status: 'STOPPING' } },
      { fields: { status: 'STOPPED' } },
    ]);
  });

  it('of a source end with a cause when it breaks', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const [ddp, rpc] = [await rig.enter(), await rig.enter('jsonrpc')];
    for (const client of [ddp, rpc]) await client.subscribe('app.stats');
    const measured = { fields: [{ app_name: 'minecraft', cpu_usage: 0, blkio: { read: 0, write: 0 } }] };
    for (const client of [ddp, rpc]) expect(await client.event('app.stats')).toMatchObject(measured);
    rig.server.endSource('app.stats', 'Docker is gone');
    expect(await ddp.next()).toMatchObject({
      msg: 'nosub',
      collection: 'app.stats',
      error: { error: 22, reason: 'Docker is gone' },
    });
    expect(await rpc.next()).toMatchObject({ params: { collection: 'app.stats', error: { error: 22 } } });
  });

  it('of a log begin with its last lines', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    for (const line of ['one', 'two', 'three']) rig.server.apps.writeLog('minecraft', line);
    const follow = (container_id: string): string =>
      `app.container_log_follow:${JSON.stringify({ app_name: 'minecraft', container_id, tail_lines: 2 })}`;
    const name = follow('c0ffee25565');
    await client.subscribe(name);
    expect(await client.event(name)).toHaveProperty('fields.data', 'two');
    expect(await client.event(name)).toHaveProperty('fields.data', 'three');
    rig.server.apps.writeLog('minecraft', 'four');
    await rig.clock.advance(1000);
    expect(await client.event(name)).toHaveProperty('fields.data', 'four');
    client.say({ msg: 'sub', id: 'other', name: follow('nobody') });
    expect(await client.next()).toMatchObject({ msg: 'nosub', error: { errname: 'ENOENT' } });
  });

  it('of alerts come with the alert, which is listed from then on', async () => {
    await using rig = await startTrueNas({ profile: '24.10' });
    const client = await rig.enter();
    await client.subscribe('alert.list');
    rig.server.raiseAlert({ klass: 'PoolCapacity', level: 'CRITICAL', formatted: 'Pool tank is full.' });
    expect(await client.soFar()).toMatchObject([{ msg: 'added', fields: { klass: 'PoolCapacity' } }]);
    expect(await client.call('alert.list')).toHaveLength(1);
  });

  it('of measurements say that nothing measures, up to 24.10', async () => {
    await using old = await startTrueNas({ profile: '24.10' });
    old.server.realtimeBroken = true;
    const client = await old.enter();
    await client.subscribe(source);
    expect((await client.event(source))['fields']).toEqual({ failed_to_connect: true });
    await using modern = await startTrueNas({ profile: '25.10' });
    modern.server.realtimeBroken = true;
    const other = await modern.enter();
    await other.subscribe(source);
    await modern.clock.advance(4000);
    expect(await other.soFar()).toEqual([]);
  });

  it('stop with their connection, which can be dropped or closed from here', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const [one, two] = [await rig.enter(), await rig.enter()];
    await one.subscribe(source);
    rig.server.dropSockets(1001, 'Bye');
    expect(await one.closed).toEqual({ code: 1001, reason: 'Bye' });
    expect(await two.closed).toMatchObject({ code: 1001 });
    const three = await rig.enter();
    rig.server.dropSockets('abrupt');
    expect(await three.closed).toMatchObject({ code: 1006 });
  });
});

describe('CORE 13', () => {
  it('says of errors what it knows', async () => {
    await using rig = await startTrueNas({ profile: 'core-13' });
    const client = await connected(await rig.open());
    const refusal = { error: 13, type: null, reason: 'Not authenticated', trace: null, extra: null };
    expect(await client.call('core.get_jobs')).toEqual(refusal);
    expect(await client.subscribe('vm.query')).toEqual(refusal);
    await client.call('auth.login', 'root', 'secret');
    const error = (await client.call('vm.start', 9)) as { trace: object };
    expect(error.trace).not.toHaveProperty('repr');
    expect(await client.call('app.query')).toMatchObject({ error: 201 });
  });

  it('knows sources by the id of their subscription, and removals as changes', async () => {
    await using rig = await startTrueNas({ profile: 'core-13' });
    const client = await rig.enter();
    const id = await client.subscribe(source);
    // Rates need a sample before.
    expect((await client.event(source))['fields']).not.toHaveProperty('disks');
    await rig.clock.advance(2000);
    expect(await client.event(source)).toHaveProperty('fields.disks');
    expect(await client.subscribe(source)).toEqual({ error: 'Already subscribed' });
    await client.unsubscribe(id);
    expect(await client.soFar()).toEqual([]);
    await client.subscribe('vm.query');
    rig.server.pushEvent('vm.query', { msg: 'removed', id: 3 });
    expect(await client.soFar()).toEqual([{ msg: 'changed', collection: 'vm.query', id: 3, cleared: true }]);
  });
});

describe('questions', () => {
  it('are filtered, ordered, counted and cut', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    const ask = (filters: unknown, options = {}): Promise<unknown> =>
      client.call('app.query', filters, { select: ['name'], ...options });
    const named = (...names: string[]): object[] => names.map((name) => ({ name }));
    expect(await ask([['name', '^', 'm']])).toEqual(named('minecraft'));
    expect(await ask([['state', 'in', ['STOPPED', 'CRASHED']]], { order_by: ['name'] })).toEqual(
      named('terraria', 'valheim'),
    );
    expect(
      await ask([
        [
          'OR',
          [
            ['name', '=', 'valheim'],
            ['active_workloads.containers', '>', 0],
          ],
        ],
      ]),
    ).toEqual(named('minecraft', 'valheim'));
    expect(await ask([], { order_by: ['-name'], offset: 1, limit: 1 })).toEqual(named('terraria'));
    expect(await ask([], { count: true })).toBe(3);
    expect(await ask([['nothing', '=', 1]])).toEqual([]);
    expect(await ask([['name', '=', 'x']], { get: true })).toMatchObject({ error: 22 });
    expect(await ask([['name', 'like', 'x']])).toMatchObject({ type: 'VALIDATION' });
  });
});
