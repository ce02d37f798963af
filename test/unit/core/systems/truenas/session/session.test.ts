import { describe, expect, it } from 'vitest';
import { english } from '../../../../../../src/core/model/text.ts';
import { FakeNas, Refusal, silence } from '../fake.ts';
import { failed, open, ready } from '../rig.ts';

const both = [
  { name: 'JSON-RPC', modern: true },
  { name: 'DDP', modern: false },
];

describe.each(both)('a session over $name', ({ modern }) => {
  it('signs in, subscribes before it asks, and shows what there is', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.app('minecraft', 'RUNNING');
    nas.app('valheim', 'CRASHED');
    nas.job(3, { state: 'RUNNING', method: 'app.upgrade', arguments: ['minecraft'] });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.conversation().protocol).toBe(modern ? 'jsonrpc' : 'ddp');
    expect(opened.instances()).toEqual([
      'app minecraft updating',
      'app valheim crashed',
      'host tank-nas running',
    ]);
    expect(opened.tasks()).toEqual(['Upgrade minecraft: running']);
    const types = opened.events().map(({ type, direction }) => `${direction} ${type}`);
    const subscribed = types.lastIndexOf(modern ? 'out core.subscribe' : 'out sub');
    expect(subscribed).toBeGreaterThan(-1);
    expect(types.indexOf('out app.query')).toBeGreaterThan(subscribed);
    nas.job(3, { state: 'SUCCESS' });
    await opened.until(() => opened.tasks().includes('Upgrade minecraft: succeeded'));
    expect(opened.instances()).toContain('app minecraft running');
  });

  it('keeps what an event told while an older answer was on its way', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.methods.set('app.query', () => {
      nas.app('minecraft', 'STOPPED');
      nas.event('app.query', 'removed', { id: 'old' });
      return [
        { id: 'minecraft', name: 'minecraft', state: 'RUNNING' },
        { id: 'old', name: 'old', state: 'RUNNING' },
      ];
    });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.instances()).toEqual(['app minecraft stopped', 'host tank-nas running']);
  });

  it('does a job and tells its end, though it was told before its id was known, and twice', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.app('minecraft', 'STOPPED');
    nas.methods.set('app.start', () => {
      nas.job(7, { state: 'RUNNING' }, 'added');
      nas.app('minecraft', 'RUNNING');
      nas.job(7, { state: 'SUCCESS' });
      nas.job(7, { state: 'SUCCESS' });
      return 7;
    });
    await using opened = open(nas.url);
    await ready(opened);
    const result = await opened.run('start', { instance: 'minecraft' });
    expect(english(result.message)).toBe('minecraft started');
    expect(opened.tasks()).toEqual(['Start minecraft: succeeded']);
    expect(opened.instances()).toContain('app minecraft running');
  });

  it('tells why a job failed', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.app('minecraft', 'STOPPED');
    nas.methods.set('app.start', () => {
      nas.job(7, { state: 'FAILED', error: '[EFAULT] No such image' }, 'added');
      return 7;
    });
    await using opened = open(nas.url);
    await ready(opened);
    const result = await opened.run('start', { instance: 'minecraft' });
    expect(result.outcome).toBe('failed');
    expect(english(result.message)).toBe('No such image');
  });

  it('does not believe that an app was stopped before the list says so', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.app('minecraft', 'RUNNING');
    nas.methods.set('app.stop', () => {
      nas.event('app.query', 'changed', { id: 'minecraft', fields: { id: 'minecraft', state: 'STOPPED' } });
      nas.job(8, { method: 'app.stop', state: 'SUCCESS' }, 'added');
      return 8;
    });
    await using opened = open(nas.url);
    await ready(opened);
    expect((await opened.run('stop', { instance: 'minecraft' })).outcome).toBe('failed');
    expect(opened.instances()).toContain('app minecraft running');
  });

  it('asks after a job whose last word got lost', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.job(4, { state: 'RUNNING' });
    await using opened = open(nas.url);
    await ready(opened);
    nas.job(4, { state: 'ABORTED' }, 'changed', true);
    await opened.until(() => opened.tasks().includes('Start minecraft: aborted'));
  });

  it('still asks for the jobs of before when the next conversation ends while it begins', async () => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = open(nas.url);
    await ready(opened);
    nas.job(1, { state: 'RUNNING' }, 'added');
    await opened.until(() => opened.tasks().length === 1);
    nas.job(1, { state: 'SUCCESS' }, 'changed', true);
    let times = 1;
    nas.beforeReady = (name) => {
      // The goodbye comes together with the last yes, before anything is asked.
      if (name !== 'alert.list' || times-- <= 0) return;
      setImmediate(() => {
        nas.drop(1011, 'KeyError');
      });
    };
    nas.drop();
    await opened.until(() => opened.states().some((state) => state.includes('KeyError')));
    await opened.until(() => opened.tasks().join() === 'Start minecraft: succeeded');
    await ready(opened);
    const readied = opened
      .events()
      .filter(({ type, raw }) => type === 'connection.state' && raw.includes('"state":"ready"'));
    // The one that ended while it began never was.
    expect(readied.length).toBe(2);
  });

  it('ends the jobs of before a restart of the NAS, whose ids begin again', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.job(1, { state: 'RUNNING', method: 'app.start', arguments: ['one'] });
    nas.job(2, { state: 'RUNNING', method: 'app.start', arguments: ['two'] });
    nas.job(3, { state: 'RUNNING', method: 'app.start', arguments: ['three'] });
    nas.job(4, { state: 'RUNNING', method: 'app.start', arguments: ['four'] });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.tasks()).toHaveLength(4);
    nas.jobs.delete(2);
    nas.job(1, { method: 'app.stop', time_started: { $date: 1_795_299_999_000 } }, 'changed', true);
    nas.job(3, { state: 'SUCCESS' }, 'changed', true);
    // Its clock is not right yet.
    nas.job(4, { method: 'app.stop', time_started: { $date: 60_000 } }, 'changed', true);
    nas.drop();
    await opened.until(() => opened.tasks().includes('Stop one: running'));
    await opened.until(() => opened.connection.state === 'ready');
    expect(opened.tasks().sort()).toEqual([
      'Start four: lost',
      'Start one: lost',
      'Start three: succeeded',
      'Start two: lost',
      'Stop four: running',
      'Stop one: running',
    ]);
  });

  it('asks for measurements only while somebody looks', async () => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = open(nas.url);
    await ready(opened);
    const session = opened.conversation();
    const names = (): string[] => [...nas.peers].flatMap((peer) => [...peer.names.values()]);
    expect(names().filter((name) => name.startsWith('reporting'))).toEqual([]);
    session.watch?.([{ kind: 'host', key: 'host' }]);
    const source = 'reporting.realtime:{"interval": 2}';
    await opened.until(() => names().includes(source));
    const fields = {
      cpu: { cpu: { usage: 12 } },
      memory: { physical_memory_total: 100, physical_memory_available: 40 },
      interfaces: {
        a: { received_bytes_rate: 1, sent_bytes_rate: 2 },
        b: { received_bytes_rate: 3, sent_bytes_rate: 4 },
      },
    };
    nas.event(source, 'added', { fields });
    const host = { connection: 'nas', kind: 'host', key: 'host' };
    await opened.until(() => opened.metrics.latest(host) !== undefined);
    expect(opened.metrics.latest(host)).toEqual({ cpu: 12, memory: 60, received: 4, sent: 6 });
    session.watch?.([]);
    await opened.until(() =>
      opened.events().some(({ type }) => type === (modern ? 'core.unsubscribe' : 'unsub')),
    );
  });

  it('tells in one way that nothing comes, refused before or after it was accepted, and asks a source again', async () => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = open(nas.url);
    await ready(opened);
    const error = { error: 22, errname: 'EINVAL', reason: '[EINVAL] too short', trace: null, extra: null };
    nas.beforeReady = (name) => {
      if (name.includes('"interval": 1')) nas.nosub(name, error);
      return undefined;
    };
    const refused = await opened.run('subscribe', { input: { name: 'reporting.realtime:{"interval": 1}' } });
    expect(refused.outcome).toBe('failed');
    expect(english(refused.message)).toContain('too short');
    expect((await opened.run('subscribe', { input: { name: 'app.stats' } })).outcome).toBe('succeeded');
    nas.nosub('app.stats', error);
    await opened.until(() => opened.gaps().some((gap) => gap === 'Nothing comes from app.stats: too short'));
    const asked = (): number =>
      opened.events().filter(({ direction, raw }) => direction === 'out' && raw.includes('"app.stats"'))
        .length;
    await opened.until(() => asked() === 2);
  });

  it('asks again for what was not answered, and for what it would have told', async () => {
    await using nas = await FakeNas.listen({ modern });
    let asked = 0;
    nas.beforeReady = (name) => (name === 'app.query' && asked++ < 2 ? silence : undefined);
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.gaps()).toEqual(['Nothing comes from app.query: The NAS did not answer within 15 s.']);
    // Nobody hears of it.
    nas.app('valheim', 'RUNNING');
    await opened.until(() => opened.instances().includes('app valheim running'));
    expect(opened.conversation().subscribed).toContain('app.query');
    expect(asked).toBe(3);
  });

  it('has no more than ten calls on their way', async () => {
    await using nas = await FakeNas.listen({ modern });
    let now = 0;
    let most = 0;
    const release: (() => void)[] = [];
    nas.methods.set('test.slow', async () => {
      most = Math.max(most, ++now);
      if (most === 10) for (const each of release.splice(0)) each();
      if (most < 10) await new Promise<void>((resolve) => release.push(resolve));
      now--;
      return 1;
    });
    await using opened = open(nas.url);
    await ready(opened);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 30 }, () => opened.conversation().call('test.slow', [], signal)));
    expect(most).toBe(10);
  });

  it('says a call again that was one too many', async () => {
    await using nas = await FakeNas.listen({ modern });
    let count = 0;
    nas.methods.set('test.crowded', () =>
      count++ === 0 ? new Refusal(109, '[ETOOMANYREFS] Maximum number of concurrent calls') : 'in',
    );
    await using opened = open(nas.url);
    await ready(opened);
    expect(await opened.conversation().call('test.crowded', [], new AbortController().signal)).toBe('in');
  });

  it('does not say a call again for ever', async () => {
    await using nas = await FakeNas.listen({ modern });
    nas.methods.set('test.crowded', () => new Refusal(109, '[ETOOMANYREFS] Maximum number of calls'));
    await using opened = open(nas.url);
    await ready(opened);
    const { signal } = new AbortController();
    await expect(opened.conversation().call('test.crowded', [], signal)).rejects.toThrow('Maximum number');
    expect(nas.called.filter(([method]) => method === 'test.crowded').length).toBeGreaterThan(10);
  });

  it.each([
    ['request', { method: 'auth.generate_token' }, 'is about secrets'],
    ['request', { method: 'nonsense' }, 'A method such as'],
    ['request', { method: 'app.query', params: '{}' }, 'The parameters are a list'],
    ['subscribe', { name: 'app.stats:{' }, 'must be JSON'],
    ['unsubscribe', {}, 'An event is needed'],
  ])('is not asked for what cannot be meant: %s %j', async (id, input, words) => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = open(nas.url);
    await ready(opened);
    const before = nas.called.length;
    const { outcome, message } = await opened.run(id, { input, ask: () => true });
    expect(`${outcome}: ${english(message)}`).toMatch(new RegExp(`^refused: .*${words}`));
    expect(nas.called.length).toBe(before);
  });

  it('notices that nobody is there any more', async () => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = open(nas.url);
    await ready(opened);
    nas.methods.set('core.ping', () => silence);
    await opened.until(() => opened.states().some((state) => state.includes('does not answer any more')));
  });

  it.each([
    [{ password: 'wrong' }, 'does not accept this password'],
    [{}, 'A password or an API key is needed'],
  ])('fails for good with a wrong or missing password', async (secrets, words) => {
    await using nas = await FakeNas.listen({ modern });
    await using opened = open(nas.url, { secrets });
    await failed(opened);
    expect(opened.states().at(-1)).toContain(words);
    expect(opened.connection.failure?.secret).toBe('password');
  });

  it('waits where too many signed in, and stops where its address is not allowed', async () => {
    let count = 0;
    const method = modern ? 'auth.login_ex' : 'auth.login';
    await using nas = await FakeNas.listen({
      modern,
      methods: {
        [method]: () => {
          if (count++ === 0) return new Refusal(16, '[EBUSY] Rate Limit Exceeded');
          return modern ? { response_type: 'SUCCESS' } : true;
        },
      },
    });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.states().some((state) => state.includes('wants a pause'))).toBe(true);
    nas.drop(1008, 'You are not allowed to access this resource');
    await failed(opened);
    expect(opened.states().at(-1)).toContain('allowed addresses');
  });

  it('lets no secret into journal, log or words', async () => {
    await using nas = await FakeNas.listen({
      modern,
      methods: {
        'auth.login': () => new Refusal(22, 'boom'),
        'auth.login_ex': () => new Refusal(22, 'boom'),
        'auth.login_with_api_key': () => new Refusal(22, 'boom'),
        'auth.login_with_token': () => new Refusal(22, 'boom'),
      },
    });
    for (const kind of ['password', 'apiKey', 'token'] as const) {
      const secret = `swordfish-${kind}`;
      await using opened = open(nas.url, { secrets: { [kind]: secret } });
      await failed(opened);
      const all = JSON.stringify([opened.events(), opened.logged, String(opened.connection.failure?.stack)]);
      expect(all).not.toContain('swordfish');
      expect(all).not.toContain('leaked-by-trace');
      expect(all).not.toContain('secret-login-id');
      expect(nas.called.some(([, params]) => JSON.stringify(params).includes(secret))).toBe(true);
      nas.called.length = 0;
    }
  });
});

describe('the opening', () => {
  it.each([
    [307, {}, 'Change "url" to wss://'],
    [403, {}, 'a proxy in between'],
    [404, { protocol: 'jsonrpc' }, 'older than TrueNAS 25.04'],
    [404, {}, 'Is this the address of a TrueNAS?'],
  ] as const)('says what to change where %i is answered', async (httpStatus, settings, words) => {
    await using nas = await FakeNas.listen({ httpStatus });
    await using opened = open(nas.url, { settings });
    await failed(opened);
    expect(opened.states().at(-1)).toContain(words);
  });

  it('waits for a NAS that is starting', async () => {
    await using nas = await FakeNas.listen({ httpStatus: 502 });
    await using opened = open(nas.url, { options: { random: () => 0.99 } });
    await opened.until(() => opened.connection.state === 'waiting');
    expect(opened.states().at(-1)).toContain('the NAS is starting');
  });

  it.each(['ws://nas.invalid', 'ws://127.invalid', 'ws://127.0.0.1.invalid'])(
    'sends no API key where it could be read, not even to try: %s',
    async (url) => {
      await using opened = open(url, { secrets: { apiKey: '1-swordfish' } });
      await failed(opened);
      expect(opened.states().at(-1)).toContain('revokes a key');
      expect(opened.events().filter(({ direction }) => direction === 'out')).toEqual([]);
    },
  );
});

describe('the setting "apps"', () => {
  it('shows those that are game servers, and lets go of the others when it changes', async () => {
    await using nas = await FakeNas.listen({ modern: true });
    nas.app('minecraft', 'RUNNING');
    nas.app('plex', 'RUNNING');
    await using opened = open(nas.url, { settings: { apps: ['mine*'] } });
    await ready(opened);
    expect(opened.instances()).toEqual(['app minecraft running', 'host tank-nas running']);
    nas.app('plex', 'STOPPED');
    nas.app('minecraft', 'STOPPED');
    await opened.until(() => opened.instances().includes('app minecraft stopped'));
    expect(opened.instances()).toHaveLength(2);
  });
});
