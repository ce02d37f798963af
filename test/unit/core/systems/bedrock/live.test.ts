import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { Emitter } from '../../../../../src/core/playback/emitter.ts';
import { ConversationError } from '../../../../../src/core/systems/conversation/conversationError.ts';
import { bedrock } from '../../../../../src/core/systems/bedrock/index.ts';
import { ManualClock, realClock } from '../../helpers.ts';
import { fake, obliging } from './fake.ts';
import { open, ready, startServer, type Opened } from './rig.ts';

function count(opened: Opened, type: string): number {
  return opened.types().filter((each) => each === type).length;
}

function subscribers(server: { readonly subscriptions: ReadonlyMap<unknown, number> }): string[] {
  return [...server.subscriptions]
    .filter(([, number]) => number > 0)
    .map(([topic]) => String(topic))
    .sort();
}

const alpha = { kind: 'instance', key: 'alpha' };

describe('subscriptions', () => {
  it('are for all events with one topic where there is one, and with every topic where there is none', async () => {
    await using tenth = await startServer();
    await using first = open(tenth.url);
    await ready(first);
    expect(subscribers(tenth)).toEqual(['*']);
    await using seventh = await startServer({ protocolVersion: '3.7' });
    await using second = open(seventh.url);
    await ready(second);
    expect(subscribers(seventh)).toHaveLength(47);
    expect(subscribers(seventh)).toContain('event:after_server_start');
    expect(subscribers(seventh)).not.toContain('*');
  });

  it('measure only servers that somebody looks at, and only as long', async () => {
    await using server = await startServer({ servers: [{ name: 'alpha', running: true }, { name: 'beta' }] });
    await using opened = open(server.url);
    await ready(opened);
    const session = opened.conversation();
    session.watch?.([alpha, { kind: 'instance', key: 'never-heard-of' }, { kind: 'other', key: 'beta' }]);
    await opened.until(() => opened.types().includes('resource_update'));
    expect(subscribers(server)).toEqual(['*', 'resource-monitor:alpha']);
    expect([...server.subscriptions.keys()]).not.toContain('resource-monitor:never-heard-of');
    const values = opened.metrics.latest({ connection: 'mc', ...alpha });
    expect(Object.keys(values ?? {}).sort()).toEqual(['cpu', 'memory', 'players', 'uptime']);
    session.watch?.([]);
    await opened.until(() =>
      opened.events().some(({ raw }) => raw.includes("Unsubscribed from topic 'resource-monitor:alpha'")),
    );
    expect(subscribers(server)).toEqual(['*']);
  });

  it('of the user are any topic, acknowledged or said to have failed', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    expect(await opened.run('subscribe', { input: { topic: 'app_log' } })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(subscribers(server)).toEqual(['*', 'app_log']);
    expect(await opened.run('unsubscribe', { input: { topic: 'app_log' } })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(subscribers(server)).toEqual(['*']);
    expect(await opened.run('subscribe', { input: { topic: ' ' } })).toMatchObject({ outcome: 'refused' });
  });

  it('that are not acknowledged stand in the journal as a gap', async () => {
    const clock = new ManualClock();
    await using server = await fake({
      version: '3.10.3',
      socket(socket) {
        socket.on('message', (data: Buffer) => {
          if (data.toString().includes('authenticate'))
            socket.send('{"status":"success","message":"Authenticated successfully"}');
          // Time passes for everybody only when it is known that the question was asked.
          else clock.advance(10_000);
        });
      },
    });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    const gaps = opened.events().filter(({ type }) => type === 'connection.gap');
    expect(gaps.map(({ summary }) => english(summary)).join()).toContain(
      'Nothing may come from *: The server did not acknowledge within 10 s.',
    );
  });
});

describe('a client that the server has forgotten', () => {
  it('notices by a request that is not answered, and connects anew', async () => {
    const clock = new ManualClock();
    await using server = await startServer();
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    server.makeZombies();
    clock.advance(30_000);
    await opened.until(() => opened.types().at(-1) === 'unsubscribe');
    clock.advance(10_000);
    await opened.until(() => opened.states().at(-1)?.startsWith('waiting') === true);
    expect(opened.states().at(-1)).toBe(
      'waiting: The server does not answer any more, though the connection stands.',
    );
    clock.advance(60_000);
    await ready(opened);
  });
});

describe('the list of servers', () => {
  it('is never asked for while a server is on its way', async () => {
    await using server = await startServer({ servers: [{ name: 'alpha', running: true }] });
    await using opened = open(server.url);
    await ready(opened);
    const before = count(opened, 'GET /api/servers');
    await server.emit('event:after_server_status_change', {
      server_name: 'alpha',
      status: 'STOPPING',
      result: { status: 'success', previous_status: 'RUNNING', new_status: 'STOPPING' },
    });
    await opened.until(() => opened.servers().includes('alpha stopping'));
    opened.connection.refresh();
    await opened.until(() => count(opened, 'GET /api/tasks/list') === 4);
    const input = { method: 'GET', path: '/api/servers', body: '' };
    expect(await opened.run('request', { input })).toMatchObject({ outcome: 'refused' });
    expect(count(opened, 'GET /api/servers')).toBe(before);
    await server.emit('event:after_server_status_change', {
      server_name: 'alpha',
      status: 'RUNNING',
      result: { status: 'success', previous_status: 'STOPPING', new_status: 'RUNNING' },
    });
    await opened.until(() => count(opened, 'GET /api/servers') === before + 2);
  });
});

describe('a crash', () => {
  it('is known by a start without a stop, and giving up by the error', async () => {
    await using server = await startServer({ servers: [{ name: 'alpha', running: true }] });
    await using opened = open(server.url);
    await ready(opened);
    for (let crash = 1; crash <= 3; crash++) {
      server.crash('alpha');
      await server.poll();
      await opened.until(
        () =>
          opened.events().filter(({ summary }) => english(summary) === 'Ended by itself and is started again')
            .length === crash,
      );
    }
    await opened.until(() => opened.servers().includes('alpha running'));
    const [instance] = instancesOf(opened.pipeline.fleet(), 'mc');
    expect(instance?.detail && english(instance.detail)).toBe(
      'it crashed and was started again; crashes so far: 3',
    );
    server.crash('alpha');
    await server.poll();
    await opened.until(() => opened.servers().includes('alpha failed'));
  });
});

describe('tasks', () => {
  it('of others are seen and ended, though nothing of them is pushed', async () => {
    const clock = new ManualClock();
    await using server = await startServer();
    const gate = Promise.withResolvers<undefined>();
    await server.runTask('mod', async () => {
      await gate.promise;
      return { status: 'success', message: 'done' };
    });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    expect(opened.tasks()).toEqual([expect.stringMatching(/^Task [0-9a-f]{4}… \(by mod\): running$/)]);
    gate.resolve(undefined);
    clock.advance(5000);
    await opened.until(() => opened.tasks().some((task) => task.endsWith('(by mod): succeeded')));
  });

  it.each(['3.7', '3.10'] as const)(
    'that a restarted server of %s does not know are lost',
    async (protocolVersion) => {
      await using server = await startServer({ protocolVersion });
      await using opened = open(server.url);
      await ready(opened);
      const running = server.runTask('admin', () => new Promise(() => undefined));
      await opened.until(() => opened.tasks().some((task) => task.endsWith('(by admin): running')));
      await running;
      await server.restart();
      await opened.until(() => opened.tasks().some((task) => task.endsWith('(by admin): lost')));
    },
  );

  it('whose server goes away in the middle have an unknown end when the connection is given up', async () => {
    await using server = await startServer({ timing: { startMs: 60_000 } });
    await using opened = open(server.url);
    await ready(opened);
    const running = opened.run('start', { instance: 'alpha' });
    await opened.until(() => opened.tasks().includes('Start alpha: running'));
    await server.stop();
    await opened.until(() => opened.states().at(-1)?.startsWith('waiting') === true);
    await opened.connection.stop();
    const { outcome, message } = await running;
    expect(outcome).toBe('failed');
    expect(english(message)).toBe('How it ended is not known: the connection ended before the task did');
  });
});

describe('messages of our own', () => {
  it('are journalled as a pair with their acknowledgement', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const { session, secret } = opened.connection;
    const address = session?.address ?? '';
    expect(bedrock.emitTargets(opened.settings)).toEqual([address]);
    const emitter = new Emitter({
      pipeline: opened.pipeline,
      clock: { now: Date.now, after: () => () => undefined },
      host: 'h',
      newId: () => 'emission-1',
    });
    const target = { system: bedrock, address, connection: 'mc', session, secret };
    const bytes = Buffer.from('{"action":"subscribe","topic":"app_log"}');
    const result = await emitter.emit({
      target,
      bytes,
      origin: 'emitted',
      signal: new AbortController().signal,
    });
    expect(result).toMatchObject({ ok: true });
    await opened.until(() => opened.events().some(({ raw }) => raw.includes("topic 'app_log'")));
    const pair = opened.events().filter(({ correlation }) => correlation === 'emission-1');
    expect(pair.map(({ direction, type }) => `${direction} ${type}`)).toEqual([
      'out subscribe',
      'in acknowledged',
    ]);
  });

  it('read through the web API, as a pair of call and answer', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const before = opened.events().length;
    await opened
      .conversation()
      .send?.(Buffer.from('{"method":"GET","path":"/api/info"}'), new AbortController().signal);
    await opened.until(() =>
      opened
        .events()
        .slice(before)
        .some(({ channel }) => channel === 'reply'),
    );
    const pair = opened
      .events()
      .slice(before)
      .filter(({ type }) => type.includes('/api/info'));
    expect(pair.map(({ channel, direction }) => `${channel} ${direction}`)).toEqual([
      'request out',
      'reply in',
    ]);
    expect(pair[0]?.correlation).toBe(pair[1]?.correlation);
  });

  it.each([
    ['{"method":"POST","path":"/api/server/alpha/stop"}', 'only GET'],
    ['{"method":"GET","path":"http://elsewhere/"}', 'begins with'],
    ['not json', 'no JSON'],
    ['[]', 'clients can say "subscribe"'],
    ['{"action":"subscribe","topic":5}', 'a topic that is no text'],
    ['{"type":"event","topic":"event:after_server_start","data":{}}', 'clients can say "subscribe"'],
    ['{"action":"authenticate","token":"x"}', 'clients can say "subscribe"'],
  ])('that would do harm are not sent: %s', async (raw, words) => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const sent = opened.conversation().send?.(Buffer.from(raw), new AbortController().signal);
    await expect(sent).rejects.toSatisfy(
      (error) => ConversationError.is(error, 'unsuitable') && error.message.includes(words),
    );
    expect(opened.connection.state).toBe('ready');
  });
});

describe('the log of a server', () => {
  it('is asked for only while it is looked at, and takes commands', async () => {
    await using server = await startServer({
      servers: [{ name: 'alpha', running: true, log: 'first line\n' }],
    });
    await using opened = open(server.url);
    await ready(opened);
    const [instance] = instancesOf(opened.pipeline.fleet(), 'mc');
    if (!instance) throw new Error('there is an instance');
    let seen = '';
    const shown = Promise.withResolvers<undefined>();
    const console = await bedrock.console?.open({
      settings: opened.settings,
      instance,
      session: opened.conversation(),
      clock: realClock,
      signal: new AbortController().signal,
      write(chunk) {
        seen += chunk;
        if (seen.includes('second')) shown.resolve(undefined);
      },
      note: () => undefined,
    });
    expect(subscribers(server)).toEqual(['*', 'server_log:alpha']);
    server.writeLog('alpha', 'second line\n');
    await shown.promise;
    expect(seen).toContain('first line\nsecond line\n');
    expect(await console?.send?.('say hello')).toMatchObject({ outcome: 'succeeded' });
    const refused = await console?.send?.('stop');
    expect(refused?.outcome).toBe('refused');
    expect(refused && english(refused.message)).toContain("Command 'stop' is blocked");
    await console?.dispose();
    expect(subscribers(server)).toEqual(['*']);
  });
});

describe('a sign-in that is over', () => {
  it('is renewed for a call without a word', async () => {
    let accounts = 0;
    await using server = await fake({
      version: '3.10.3',
      socket: (socket) => {
        obliging(socket);
      },
      answer({ url }, response) {
        if (url !== '/api/account') return false;
        accounts += 1;
        if (accounts !== 2) return false;
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end('{"detail":"Not authenticated"}');
        return true;
      },
    });
    await using opened = open(server.url);
    await ready(opened);
    const input = { method: 'GET', path: '/api/account', body: '' };
    expect(await opened.run('request', { input })).toMatchObject({ outcome: 'succeeded' });
    expect(server.asked.filter((asked) => asked === 'POST /auth/token')).toHaveLength(2);
    expect(opened.connection.state).toBe('ready');
  });

  it('that cannot be renewed ends the connection and asks the user', async () => {
    await using server = await startServer();
    const { token } = server.issueToken('admin');
    await using opened = open(server.url, { secrets: { token } });
    await ready(opened);
    server.expireToken(token);
    const result = await opened.run('request', { input: { method: 'GET', path: '/api/account', body: '' } });
    expect(result.outcome).toBe('failed');
    await opened.until(() => opened.connection.state === 'failed');
    expect(opened.connection.failure).toMatchObject({ retry: false, secret: 'token' });
  });

  it('is renewed before its end', async () => {
    const clock = new ManualClock();
    await using server = await startServer({ now: () => clock.now() });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    const weeks = 28 * 86_400_000;
    // It looks once a day; the last tenth or day is its time.
    for (let waited = 0; waited < weeks; waited += 86_400_000) clock.advance(86_400_000);
    await opened.until(() => opened.types().includes('POST /auth/reauth'));
  });
});

describe('what is too long or no text', () => {
  it('is kept to the cap and told, and the conversation goes on', async () => {
    await using server = await startServer();
    await using opened = open(server.url, { settings: { maxMessageBytes: 2048 } });
    await ready(opened);
    const long = { type: 'event', topic: 'event:after_backup', data: { server_name: 'x'.repeat(5_000_000) } };
    await server.sendRaw(JSON.stringify(long));
    await server.sendRaw(Buffer.from([0, 1, 2, 0xff]));
    await server.sendRaw('<html>');
    await server.emit('event:after_backup', { server_name: '<b>alpha</b>', result: { status: 'success' } });
    await opened.until(() => opened.types().at(-1) === 'event:after_backup');
    const [first, second, third] = opened.events().filter(({ type }) => type === 'unreadable');
    expect(first).toMatchObject({ truncated: true });
    expect(first?.size).toBeGreaterThan(5_000_000);
    expect(first?.problems.map(({ message }) => english(message))).toContain(
      `${String(first?.size)} bytes arrived, more than the cap`,
    );
    expect(second?.problems.map(({ message }) => english(message))).toContain('not UTF-8; kept as bytes');
    expect(third?.raw).toBe('<html>');
    expect(opened.events().at(-1)?.subject?.key).toBe('<b>alpha</b>');
    expect(opened.connection.state).toBe('ready');
  });
});
