import { createHmac } from 'node:crypto';
import { cpSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../../../src/core/model/text.ts';
import { kgsm } from '../../../../../../src/core/systems/kgsm/index.ts';
import { parseKgsmSettings } from '../../../../../../src/core/systems/kgsm/settings.ts';
import { openWebhookSession } from '../../../../../../src/core/systems/kgsm/session/webhookSession.ts';
import { isSigned, sign } from '../../../../../../src/core/systems/kgsm/signature.ts';
import type { KgsmSession } from '../../../../../../src/core/systems/kgsm/session/kgsmSession.ts';
import { SessionError } from '../../../../../../src/core/systems/session.ts';
import { freePort } from '../../../../freePort.ts';
import {
  core,
  fleetWhere,
  freeLock,
  kgsmEvent,
  ManualClock,
  noSecrets,
  openKgsm,
  type Core,
} from '../../../helpers.ts';
import { openWindow } from '../../../journal/journalWindow.ts';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { Room } from '../../../wire/sockets.ts';
import { ask, rawTo } from '../../../wire/webhooks.ts';
import { kgsmSettings, World } from '../sessions.ts';

const secret = 's3cret with spaces';
const digest = (body: string, encoding: 'hex' | 'base64', key = secret): string =>
  `sha256=${createHmac('sha256', key).update(body).digest(encoding)}`;

describe('a session that takes webhooks', () => {
  let room: Room;
  let clock: ManualClock;
  beforeEach(() => {
    room = new Room();
    clock = new ManualClock();
  });
  afterEach(() => room.close());

  async function open(
    world: World,
    { host = '127.0.0.1', port = 0, path }: { host?: string; port?: number; path?: string } = {},
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<KgsmSession & { readonly address: string }> {
    const place = { host, port, ...(path === undefined ? {} : { path }) };
    const session = await openWebhookSession(kgsmSettings({ events: 'webhook', ...fields }), place, world);
    room.onClose(() => session.dispose());
    return { ...session, address: session.address ?? '' };
  }

  it('delivers what is posted as it came and says where it listens', async () => {
    const world = new World(clock);
    const { address } = await open(world, { path: '/kgsm' });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/kgsm$/);
    const body = JSON.stringify({ EventType: 'instance_started', Data: { InstanceName: 'a' } }, undefined, 2);
    expect((await ask(address, { body })).status).toBe(200);
    expect(world.texts).toEqual([body]);
    expect(world.drafts.all).toMatchObject([
      { channel: 'push', direction: 'in', truncated: false, problems: [] },
    ]);
    expect(world.warnings).toEqual([]);
  });

  it('answers when the event is kept, a repeated one as well', async () => {
    const world = new World(clock);
    const { address } = await open(world);
    const kept = Promise.withResolvers<undefined>();
    world.keeping = kept.promise;
    const answers: number[] = [];
    const body = kgsmEvent('instance_started', 'a');
    const headers = { 'X-KGSM-Retry-Count': '1' };
    const note = async (answer: ReturnType<typeof ask>): Promise<void> => {
      answers.push((await answer).status);
    };
    const first = note(ask(address, { body }));
    await world.drafts.first(1);
    const again = note(ask(address, { body, headers }));
    // An answer of another request would have overtaken theirs.
    expect((await ask(address, { method: 'GET' })).status).toBe(200);
    expect(answers).toEqual([]);
    kept.resolve(undefined);
    await Promise.all([first, again]);
    expect(answers).toEqual([200, 200]);
    expect(world.drafts.all).toHaveLength(1);
  });

  it.each(['base64', 'hex'] as const)('takes what is signed in %s', async (encoding) => {
    const world = new World(clock, { webhook: secret });
    const { address } = await open(world);
    const body = kgsmEvent('instance_started', 'ä');
    const headers = { 'X-KGSM-Signature': digest(body, encoding) };
    expect((await ask(address, { body, headers })).status).toBe(200);
    expect(world.texts).toEqual([body]);
  });

  it.each([
    ['no signature', {}],
    ['the signature of another body', { 'X-KGSM-Signature': digest('{"b":1}', 'base64') }],
    ['the signature of another secret', { 'X-KGSM-Signature': digest('{"a":1}', 'base64', 'other') }],
    ['a signature without its method', { 'X-KGSM-Signature': digest('{"a":1}', 'base64').slice(7) }],
    ['a cut signature', { 'X-KGSM-Signature': digest('{"a":1}', 'hex').slice(0, -2) }],
    ['an empty signature', { 'X-KGSM-Signature': 'sha256=' }],
    ['a signature in a wrong method', { 'X-KGSM-Signature': `md5=${digest('{"a":1}', 'hex').slice(7)}` }],
  ])('refuses %s', async (_name, headers) => {
    const world = new World(clock, { webhook: secret });
    const { address } = await open(world);
    expect((await ask(address, { body: '{"a":1}', headers })).status).toBe(401);
    expect(world.drafts.all).toEqual([]);
    expect(world.gaps).toEqual([
      'Webhooks were refused because they are not signed with the secret of this connection',
    ]);
    expect(JSON.stringify([world.gaps, world.warnings])).not.toContain(secret);
  });

  it('tells of refusals once a minute at most', async () => {
    const world = new World(clock, { webhook: secret });
    const { address } = await open(world);
    for (let times = 0; times < 5; times++) await ask(address, { body: '{}' });
    expect(world.gaps).toHaveLength(1);
    clock.advance(60_000);
    await ask(address, { body: '{}' });
    expect(world.gaps).toHaveLength(2);
  });

  it('cannot verify what is not whole, so it does not come in with a secret, and does without', async () => {
    const body = `{"a":"${'x'.repeat(5000)}"}`;
    const headers = { 'X-KGSM-Signature': digest(body, 'base64') };
    const strict = new World(clock, { webhook: secret });
    const closed = await open(strict, {}, { maxMessageBytes: 1024 });
    expect((await ask(closed.address, { body, headers })).status).toBe(413);
    expect(strict.drafts.all).toEqual([]);
    expect(strict.gaps).toHaveLength(1);
    const free = new World(clock);
    const { address } = await open(free, {}, { maxMessageBytes: 1024 });
    expect((await ask(address, { body })).status).toBe(413);
    expect(free.drafts.all).toMatchObject([{ size: body.length, truncated: true }]);
    expect(free.drafts.all[0]?.problems?.map(({ message }) => english(message))).toEqual([
      `${String(body.length)} bytes arrived, more than the cap`,
    ]);
  });

  it('leaves out another try of what has come, and never a first one', async () => {
    const world = new World(clock);
    const { address } = await open(world);
    const post = (body: string, retry?: number): Promise<unknown> =>
      ask(address, { body, headers: retry === undefined ? {} : { 'X-KGSM-Retry-Count': String(retry) } });
    await post('{"a":1}', 0);
    await post('{"a":1}', 1);
    await post('{"a":1}', 2);
    expect(world.texts).toEqual(['{"a":1}']);
    await post('{"a":1}', 0);
    await post('{"a":1}');
    expect(world.texts).toHaveLength(3);
    // The first try was lost on its way, so the second is news.
    await post('{"b":1}', 1);
    expect(world.texts.at(-1)).toBe('{"b":1}');
    expect(world.texts).toHaveLength(4);
  });

  it('counts once what was signed once, whenever it is posted again, and says so', async () => {
    const world = new World(clock, { webhook: secret });
    const session = await open(world);
    const { address } = session;
    const body = kgsmEvent('instance_stopped', 'a');
    const headers = { 'X-KGSM-Signature': digest(body, 'base64') };
    const post = async (): Promise<number> => (await ask(address, { body, headers })).status;
    // KGSM tells the time in seconds, so these may be two events of one second.
    expect([await post(), await post()]).toEqual([200, 200]);
    expect(world.texts).toEqual([body, body]);
    clock.advance(5000);
    expect([await post(), await post()]).toEqual([200, 200]);
    expect(world.texts).toHaveLength(2);
    expect(world.warnings).toEqual(['A webhook was posted once more long after it came; it counts once.']);
    // Sent again from here it is meant.
    session.expectPost?.(Buffer.from(body));
    await post();
    expect(world.texts).toHaveLength(3);
    await post();
    expect(world.texts).toHaveLength(3);
  });

  it('takes what is not signed as often as it comes', async () => {
    const world = new World(clock);
    const { address } = await open(world);
    await ask(address, { body: '{"a":1}' });
    clock.advance(5000);
    await ask(address, { body: '{"a":1}' });
    expect(world.texts).toHaveLength(2);
  });

  it('knows after a crash what came before it, from the commit that its answer waited for', async () => {
    const folders = [room.path('first'), room.path('second')] as const;
    const fields = { id: 'home', events: 'webhook', webhook: { port: await freePort() } };
    const body = kgsmEvent('instance_stopped', 'a');
    const headers = { 'X-KGSM-Signature': digest(body, 'base64') };
    const counted: number[] = [];
    for (const folder of folders) {
      const window = await openWindow(folder);
      const connection = openKgsm({ pipeline: window.pipeline } as Core, fields, {
        lock: window.journals.guard(freeLock),
        memory: (id) => window.journals.memory(id),
        keeping: { committed: (id) => window.journals.settle(id), pressure: () => undefined },
        secrets: () => () => Promise.resolve(secret),
      });
      await window.where((fleet) => fleet.connections.get('home')?.state === 'ready');
      let count = 0;
      window.pipeline.subscribe('test', ({ events }) => {
        count += events.filter(({ type }) => type === 'instance_stopped').length;
      });
      const answer = await ask(connection.session?.address ?? '', { body, headers });
      expect(answer.status).toBe(200);
      // The files of this moment, as a crash would leave them.
      if (folder === folders[0]) cpSync(folder, folders[1], { recursive: true });
      window.pipeline.flush();
      counted.push(count);
      await connection.stop();
      await window.journals.dispose();
    }
    expect(counted).toEqual([1, 0]);
  });

  it('does not let a flood of others push out what a retry may repeat at once', async () => {
    const world = new World(clock);
    const { address } = await open(world);
    for (let index = 0; index < 1100; index++) await ask(address, { body: `{"i":${String(index)}}` });
    await ask(address, { body: '{"i":1099}', headers: { 'X-KGSM-Retry-Count': '1' } });
    expect(world.texts).toHaveLength(1100);
  });

  it('warns where strangers reach it and nothing is signed', async () => {
    const world = new World(clock);
    await open(world, { host: '0.0.0.0' });
    expect(world.warnings).toHaveLength(1);
    const signed = new World(clock, { webhook: secret });
    await open(signed, { host: '0.0.0.0' });
    expect(signed.warnings).toEqual([]);
  });

  it('waits for a port that somebody else has', async () => {
    const { address } = await open(new World(clock));
    const port = Number(new URL(address).port);
    const error: unknown = await open(new World(clock), { port }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toMatchObject({ retry: true });
    expect(error instanceof SessionError && english(error.text)).toBe(
      `Another program listens on 127.0.0.1:${String(port)} already.`,
    );
  });

  it('makes of garbage an event with a problem, and goes on', async () => {
    const parts = core();
    const fields = { id: 'home', events: 'webhook', webhook: { port: await freePort() } };
    const settings = kgsmSettings(fields);
    const connection = openKgsm(parts, fields, { clock });
    room.onClose(() => connection.stop());
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
    const address = connection.session?.address ?? '';
    expect(address).toBe(kgsm.describe(settings));
    expect(kgsm.emitTargets(settings)).toEqual([address]);
    await ask(address, { body: 'garbage' });
    await ask(address, { body: Uint8Array.of(0xff) });
    const raw = await rawTo(room, Number(new URL(address).port));
    raw.socket.end('\0\0\0');
    await raw.ended;
    await kgsm.emit(address, Buffer.from(kgsmEvent('instance_started', 'a')), {
      signal: new AbortController().signal,
      session: undefined,
      secret: noSecrets(),
    });
    const fleet = await fleetWhere(parts.pipeline, (now) => instancesOf(now, 'home').length > 0);
    expect(instancesOf(fleet, 'home').map(({ key, state }) => `${key} ${state}`)).toEqual(['a running']);
    const pushes = [...parts.journal.events()].filter(({ channel }) => channel === 'push');
    expect(pushes.map(({ type }) => type)).toEqual(['unreadable', 'unreadable', 'instance_started']);
  });
});

describe('the signature', () => {
  it('is that of KGSM and openssl', () => {
    const body = Buffer.from('{"a":1}');
    expect(sign(body, secret)).toBe(digest('{"a":1}', 'base64'));
    expect(isSigned(body, sign(body, secret), secret)).toBe(true);
    expect(isSigned(body, [sign(body, secret)], secret)).toBe(false);
    expect(isSigned(body, undefined, secret)).toBe(false);
  });
});

describe('the settings of webhooks', () => {
  it('have defaults, need no root, and are there only where they are wanted', () => {
    expect(kgsmSettings({ events: 'webhook' })).toMatchObject({ webhook: { host: '127.0.0.1', port: 8787 } });
    expect(kgsmSettings({ events: 'webhook', webhook: { path: '/k' } })).toMatchObject({
      webhook: { host: '127.0.0.1', port: 8787, path: '/k' },
    });
    for (const events of ['auto', 'socket', 'journal']) {
      const settings = kgsmSettings({ events, root: '/k', webhook: { port: 9000 } });
      expect(settings.webhook).toBeUndefined();
      expect(kgsm.secrets(settings)).toEqual([]);
    }
  });

  it('make the secret one of the address', () => {
    const settings = kgsmSettings({ events: 'webhook', webhook: { host: '::1', port: 9000, path: '/k' } });
    expect(kgsm.secrets(settings)).toMatchObject([
      { kind: 'webhook', origin: 'http://[::1]:9000', user: '' },
    ]);
    expect(kgsm.describe(settings)).toBe('http://[::1]:9000/k');
  });

  it.each([
    { port: 0 },
    { port: 65_536 },
    { port: '8787' },
    { host: 'a b' },
    { host: '' },
    { host: 'http://x' },
    { path: 'x' },
    { path: '/x\r\ny' },
    { path: '/x?y' },
    'http://127.0.0.1:8787',
  ])('do not take %j', (webhook) => {
    const parsed = parseKgsmSettings({ kind: 'kgsm', events: 'webhook', webhook });
    expect(parsed.ok ? [] : parsed.problems.map(english).join()).toMatch(/^"webhook" must be an object of/);
  });
});
