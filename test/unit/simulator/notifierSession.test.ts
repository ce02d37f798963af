import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import { english } from '../../../src/core/model/text.ts';
import { ConversationError } from '../../../src/core/systems/conversation/conversationError.ts';
import { notifier } from '../../../src/core/systems/notifier/index.ts';
import type { NotifierSession } from '../../../src/core/systems/notifier/notifierSession.ts';
import type { AnySystem } from '../../../src/core/systems/system.ts';
import { openNotifier, ready, startServer, type Opened } from './notifierServer.ts';
import { identities, passphrase } from './pem.ts';

const system: AnySystem = notifier;
const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const revisions = ['seed', 'lax', 'strict'] as const;

function clients({ pipeline }: Opened): string[] {
  return instancesOf(pipeline.fleet(), 'bell').map(
    ({ kind, key, state, detail }) => `${kind} ${key} ${state}${detail ? ` (${english(detail)})` : ''}`,
  );
}

function failed(opened: Opened): Promise<void> {
  return opened.until(() => opened.connection.state === 'failed');
}

function waiting(opened: Opened): Promise<void> {
  return opened.until(() => opened.states().some((state) => state.startsWith('waiting')));
}

function emit(opened: Opened, message: unknown): Promise<void> {
  const { session, secret } = opened.connection;
  const bytes = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const signal = new AbortController().signal;
  return system.emit(session?.address ?? '', bytes, { session, secret, signal });
}

describe.each(revisions.flatMap((revision) => versions.map((tls) => ({ revision, tls }))))(
  'a $revision server with $tls',
  ({ revision, tls }) => {
    it('lets us in after we spoke first, and every step on the way is said once', async () => {
      await using rig = await startServer({ revision, tls });
      await using opened = openNotifier(rig, { settings: { legacyServer: revision === 'seed' } });
      await ready(opened);
      expect(opened.states()).toEqual([
        'connecting',
        `connecting: Connecting to 127.0.0.1, port ${String(rig.server.port)}`,
        'connecting: Securing the connection (TLS)',
        `authenticating: Asking to be let in, over ${tls}`,
        'ready',
      ]);
      expect(opened.types()).toEqual(['request_authentication', 'connection_accepted']);
      const [asked, answered] = opened.events().filter(({ channel }) => channel !== 'control');
      expect(asked).toMatchObject({ channel: 'request', direction: 'out' });
      expect(answered).toMatchObject({ channel: 'reply', direction: 'in', correlation: asked?.correlation });
      expect(clients(opened)).toEqual([`client ${answered?.subject?.key ?? ''} running (this window)`]);
    });
  },
);

describe.each(['lax', 'strict'] as const)('two windows at a %s server', (revision) => {
  it('see each other come, hear each other, and see who says goodbye leave', async () => {
    await using rig = await startServer({ revision });
    await using first = openNotifier(rig);
    await ready(first);
    const second = openNotifier(rig);
    await ready(second);
    await first.until(() => first.types().includes('client_authenticated'));
    expect(clients(first)).toHaveLength(2);

    const [operation] = notifier.operations;
    if (operation?.target !== 'connection') throw new Error('there is one operation');
    const parsed = notifier.parseSettings({ kind: 'notifier' });
    if (!parsed.ok) throw new Error('the settings are right');
    const result = await operation.run({
      settings: parsed.settings,
      connectionName: 'Bell',
      session: second.connection.session as NotifierSession | undefined,
      input: { message: '<b>ünïcode</b> & "quotes"' },
      signal: new AbortController().signal,
      progress: () => undefined,
      output: () => undefined,
      nextSession: () => Promise.resolve(undefined),
      ask: () => Promise.resolve(false),
    });
    expect(result.outcome).toBe('succeeded');
    await first.until(() => first.types().includes('broadcast_message'));
    const said = first.events().find(({ type }) => type === 'broadcast_message');
    expect(english(said?.summary ?? { template: '', args: [] })).toBe('<b>ünïcode</b> & "quotes"');
    expect(second.types().at(-1)).toBe('send_message');

    await second.connection.stop();
    await first.until(() => first.types().includes('client_disconnected'));
    expect(first.types()).toEqual([
      'request_authentication',
      'connection_accepted',
      'client_authenticated',
      'broadcast_message',
      'client_disconnected',
    ]);
    expect(clients(first)).toHaveLength(1);
    expect(clients(first)[0]).toContain('this window');
    expect(clients(second)).toEqual([]);
    expect(first.events().flatMap(({ problems }) => problems)).toEqual([]);
  });
});

describe('a server that is restarted under a live connection', () => {
  it('is found again, and nobody from before is taken for still there; relayed instances stay', async () => {
    await using rig = await startServer({ capacity: 4 });
    await using opened = openNotifier(rig);
    await ready(opened);
    const other = rig.server.admit();
    rig.server.say(
      other,
      JSON.stringify({
        EventType: 'instance_started',
        Data: { InstanceName: 'mc-1' },
        Timestamp: '2026-11-20T18:00:00Z',
      }),
    );
    await opened.until(() => opened.types().includes('instance_started'));
    expect(clients(opened)).toHaveLength(3);

    await rig.server.stop();
    await waiting(opened);
    expect(clients(opened).filter((line) => line.startsWith('client'))).toEqual([
      expect.stringContaining('unknown'),
    ]);
    await rig.server.start();
    await opened.until(() => opened.types().filter((type) => type === 'connection_accepted').length === 2);
    await ready(opened);
    const now = clients(opened);
    expect(now).toHaveLength(2);
    expect(now.filter((line) => line.includes('this window'))).toHaveLength(1);
    expect(now).toContain('instance mc-1 running');
    expect(now.join()).not.toContain(other);
  });
});

describe('refusals', () => {
  it('a full server is tried again until there is room', async () => {
    await using rig = await startServer({ capacity: 1 });
    const first = openNotifier(rig);
    await ready(first);
    await using second = openNotifier(rig);
    await waiting(second);
    expect(second.states()).toContain(
      'waiting: The server is full: Server Full: Server is at its max capacity',
    );
    expect(second.types()).toContain('connection_rejected');
    await first.connection.stop();
    await ready(second);
  });

  it.each([
    [401, 'Unauthorized: Not Authenticated', 'failed: The server does not accept this client', 'token'],
    [
      '401',
      'Unauthorized: Invalid Certificate',
      'failed: The server does not accept the client certificate',
      undefined,
    ],
    [403, 'Forbidden: Insufficient Permissions', 'failed: This client is not allowed to connect', undefined],
    [418, 'Teapot', 'failed: The server refused the connection with code 418: Teapot', undefined],
    ['[code]', '[reason]', 'failed: The server refused the connection with code [code]: [reason]', undefined],
    [503, 'Later', 'waiting: The server refused the connection with code 503: Later', undefined],
    ['504', 'Full', 'waiting: The server is full: Full', undefined],
  ])('code %s (%s) is understood', async (code, reason, said, secret) => {
    for (const event of ['connection_rejected', 'connection_refused'] as const) {
      await using rig = await startServer();
      rig.server.refusal = { event, code, reason };
      await using opened = openNotifier(rig);
      await opened.until(() => opened.states().some((state) => state.startsWith(said)));
      expect(opened.types().slice(0, 2)).toEqual(['request_authentication', event]);
      expect(opened.connection.failure?.secret).toBe(secret);
    }
  });

  it.each(versions)('a client certificate that is refused waits for the user (%s)', async (tls) => {
    await using rig = await startServer({ revision: 'strict', tls });
    for (const [name, alert] of [
      ['selfSigned', 'unknown ca'],
      ['strange', 'unknown ca'],
      ['serverAsClient', 'bad certificate'],
    ] as const) {
      const settings = { cert: rig.files.path(`${name}.crt`), key: rig.files.path(`${name}.key`) };
      await using opened = openNotifier(rig, { settings });
      await failed(opened);
      expect(opened.states().at(-1), name).toBe(
        `failed: 127.0.0.1:${String(rig.server.port)} refused the client certificate (${alert}).`,
      );
    }
    await using none = openNotifier(rig, { settings: { cert: undefined, key: undefined } });
    await failed(none);
    expect(none.states().at(-1)).toContain('wants a client certificate, and none is set');
  });

  it.each(['seed', 'early', 'lax'] as const)(
    'no certificate of a client is looked at by a %s server',
    async (revision) => {
      await using rig = await startServer({ revision, capacity: 5 });
      for (const name of ['selfSigned', 'strange', 'serverAsClient']) {
        const settings = {
          cert: rig.files.path(`${name}.crt`),
          key: rig.files.path(`${name}.key`),
          legacyServer: true,
        };
        await using opened = openNotifier(rig, { settings });
        await ready(opened);
      }
    },
  );
});

describe('secrets', () => {
  it('the token reaches the server and not the journal', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig, { secrets: { token: 'hunter2' } });
    await ready(opened);
    expect(rig.records[0]).toContain('"token":"hunter2"');
    expect(JSON.stringify(opened.events())).not.toContain('hunter2');
    expect(opened.events().find(({ type }) => type === 'request_authentication')?.redacted).toEqual([
      'token',
    ]);
  });

  it('a locked key is opened with its passphrase; a wrong one or none asks for it', async () => {
    await using rig = await startServer({ revision: 'strict', capacity: 4 });
    const settings = { key: rig.files.path('locked.key') };
    await using right = openNotifier(rig, { settings, secrets: { passphrase } });
    await ready(right);
    await using wrong = openNotifier(rig, { settings, secrets: { passphrase: 'wrong' } });
    await failed(wrong);
    expect(wrong.connection.failure?.secret).toBe('passphrase');
    await using none = openNotifier(rig, { settings });
    await failed(none);
    expect(none.connection.failure?.secret).toBe('passphrase');
    expect(none.states().at(-1)).toContain('needs its passphrase');
  });
});

describe('what we send', () => {
  it('is one line of one record, compacted but not rewritten', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig);
    await ready(opened);
    const client = opened.events().find(({ type }) => type === 'connection_accepted')?.subject?.key ?? '';
    const message = `{\n  "event": "send_message", "id": ${JSON.stringify(client)},\n  "content": { "message": "a  b", "n": 1.0 }\n}`;
    await Promise.all([emit(opened, message), emit(opened, message)]);
    await emit(opened, { event: 'disconnecting', id: 'nobody', content: {} });
    await opened.connection.stop();
    const line = `{"event":"send_message","id":"${client}","content":{"message":"a  b","n":1.0}}\n`;
    expect(rig.records.slice(1, 3)).toEqual([line, line]);
  });

  it('may have 1024 bytes with its newline, and not one more', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig);
    await ready(opened);
    const event = (length: number): object => ({
      event: 'send_message',
      id: 'x',
      content: { message: 'm'.repeat(length) },
    });
    const room = 1023 - JSON.stringify(event(0)).length;
    await expect(emit(opened, event(room + 1))).rejects.toThrow(
      'The event has 1025 bytes; the server reads at most 1024.',
    );
    await emit(opened, event(room));
    await using other = openNotifier(rig);
    await ready(other);
    await opened.until(() => opened.types().includes('client_authenticated'));
    expect(rig.records[1]).toHaveLength(1024);
    expect(opened.connection.state).toBe('ready');
  });

  it('is refused where no connection is open, and after a goodbye until we are let in again', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig);
    await expect(emit(opened, { event: 'send_message' })).rejects.toMatchObject({ reason: 'noSession' });
    await ready(opened);
    const { session } = opened.connection;
    await emit(opened, { event: 'disconnecting', id: 'x', content: {} });
    const refused = emit(opened, { event: 'send_message', id: 'x', content: { message: 'm' } });
    await expect(refused).rejects.toSatisfy((error) => ConversationError.is(error, 'notAuthenticated'));
    await emit(opened, { event: 'request_authentication', id: '' });
    await opened.until(() => opened.types().filter((type) => type === 'connection_accepted').length === 2);
    await emit(opened, { event: 'send_message', id: 'x', content: { message: 'm' } });
    expect(opened.connection.session).toBe(session);
  });

  it('and the server does not know closes the connection, which says so and is made anew', async () => {
    await using rig = await startServer();
    await using opened = openNotifier(rig);
    await ready(opened);
    await emit(opened, { event: 'subscribe' });
    await waiting(opened);
    expect(opened.states().at(-1)).toBe(
      'waiting: The server closed the connection after the message of type subscribe: it does not accept it.',
    );
    await ready(opened);
  });

  it('and a server of the first revision cannot read drops everybody; what it surely does not know is not sent', async () => {
    await using rig = await startServer({ revision: 'seed', restartAfterMs: 1 });
    await using opened = openNotifier(rig, { settings: { legacyServer: true } });
    await using other = openNotifier(rig, { settings: { legacyServer: true } });
    await ready(opened);
    await ready(other);
    const { crashed } = rig.server;
    const unknown = emit(opened, { event: 'send_message', id: 'x', content: { message: 'm' } });
    await expect(unknown).rejects.toSatisfy((error) => ConversationError.is(error, 'wouldCrash'));
    expect(opened.connection.state).toBe('ready');
    await emit(opened, { event: 'request_authentication', id: 7 });
    await crashed;
    await Promise.all([waiting(opened), waiting(other)]);
    expect(opened.states().join('\n')).toContain('A server of this revision crashes then');
    await Promise.all([ready(opened), ready(other)]);
  });

  it('is no goodbye to a server of the first revision, and one to all others', async () => {
    for (const legacyServer of [true, false]) {
      await using rig = await startServer({ revision: 'lax' });
      const opened = openNotifier(rig, { settings: { legacyServer } });
      await ready(opened);
      rig.server.leave(rig.server.admit());
      await opened.until(() => opened.types().includes('client_disconnected'));
      await opened.connection.stop();
      // Whoever comes next is served after the goodbye was read.
      await using next = openNotifier(rig, { settings: { legacyServer } });
      await ready(next);
      expect(rig.records.some((record) => record.includes('disconnecting'))).toBe(!legacyServer);
    }
  });
});

describe('what is no such server', () => {
  async function listening(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  it('is told from a server whose certificate is wrong', async () => {
    await using rig = await startServer();
    const plain = createServer((_, response) => response.end());
    const port = await listening(plain);
    await using opened = openNotifier(rig, { settings: { port } });
    await failed(opened);
    expect(opened.states().at(-1)).toBe(
      `failed: What answers at 127.0.0.1:${String(port)} does not speak TLS. Is this the port of the notification server?`,
    );
    plain.close();

    await using trusted = openNotifier(rig, { settings: { ca: rig.files.path('authority.crt') } });
    await failed(trusted);
    expect(trusted.states().at(-1)).toContain('is not trusted');
  });

  it('may be nobody at all, or somebody who hangs up: both are tried again', async () => {
    await using rig = await startServer();
    const rude = createTcpServer((socket) => socket.destroy());
    const port = await listening(rude);
    await using opened = openNotifier(rig, { settings: { port } });
    await waiting(opened);
    rude.close();
    await opened.until(() =>
      opened.states().includes(`waiting: Nobody listens at 127.0.0.1:${String(port)}.`),
    );
  });

  it.each([
    ['expiredServer', 'has expired'],
    ['otherServer', 'is made out to elsewhere.example, not to localhost.'],
  ] as const)('%s: %s', async (name, said) => {
    await using rig = await startServer({ identity: identities[name] });
    const ca = rig.files.path(`${name}.crt`);
    await using opened = openNotifier(rig, { settings: { ca } });
    await failed(opened);
    expect(opened.states().at(-1)).toContain(said);
    await using careless = openNotifier(rig, { settings: { rejectUnauthorized: false } });
    await ready(careless);
  });
});
