import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection } from '../../../../../src/core/connections/connection.ts';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { kgsm } from '../../../../../src/core/systems/kgsm/index.ts';
import type { Finding } from '../../../../../src/core/systems/diagnosis.ts';
import { makeRoot, type RootOptions } from '../../../../../src/simulator/kgsm/root.ts';
import { kgsm as runProgram, launch } from '../../../simulator/kgsmRoot.ts';
import { core, fleetWhere, type Core, openKgsm } from '../../helpers.ts';
import { Room } from '../../wire/sockets.ts';
import { listenForWebhooks } from '../../wire/webhooks.ts';
import { kgsmSettings } from './sessions.ts';

const signal = new AbortController().signal;

describe('a KGSM that sends nothing', () => {
  let room: Room;
  let parts: Core;
  beforeEach(() => {
    room = new Room();
    parts = core();
  });
  afterEach(() => room.close());

  function root(options: Partial<RootOptions>): string {
    makeRoot(room.dir, { launch, instances: [{ name: 'a', blueprint: 'factorio' }], ...options });
    return room.dir;
  }

  async function connect(fields: Readonly<Record<string, unknown>>, secret?: string): Promise<Connection> {
    const connection = openKgsm(parts, fields, { secrets: () => () => Promise.resolve(secret) });
    room.onClose(() => connection.stop());
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
    return connection;
  }

  async function look(connection: Connection, fields: Readonly<Record<string, unknown>>, secret?: string) {
    const findings: Finding[] = [];
    const environment = {
      signal,
      session: connection.session,
      secret: () => Promise.resolve(secret),
      async arrives(marker: string) {
        const has = (): boolean => [...parts.journal.events()].some(({ raw }) => raw.includes(marker));
        while (!has()) await new Promise((done) => parts.pipeline.subscribe('test', done));
        return true;
      },
    };
    for await (const one of kgsm.diagnose?.(kgsmSettings(fields), environment) ?? []) findings.push(one);
    return findings;
  }
  const bad = (findings: readonly Finding[]): string[] =>
    findings.filter(({ outcome }) => outcome === 'wrong').map(({ title }) => english(title));

  const started = (): Promise<unknown> =>
    fleetWhere(parts.pipeline, (fleet) =>
      instancesOf(fleet, 'home').some(
        ({ key, state }) => key === 'a' && (state === 'running' || state === 'ready'),
      ),
    );

  it('sends to our socket beside that of the bot after one yes', async () => {
    const fields = {
      root: root({ settings: { enable_event_broadcasting: false, event_socket_filenames: 'bot.sock' } }),
    };
    const bot = await room.listen(room.path('bot.sock'));
    const advice = await kgsm.advise?.(kgsmSettings(fields), signal);
    expect(advice?.fix).toBeDefined();
    await advice?.fix?.apply(signal);
    expect(await kgsm.advise?.(kgsmSettings(fields), signal)).toBeUndefined();
    const connection = await connect(fields);
    expect(bad(await look(connection, fields))).toEqual([]);
    await runProgram(room.dir, '-i', 'a', '--start');
    await started();
    expect((await bot.messages.first(1)).length).toBe(1);
  });

  it('posts to us, signed, after two', async () => {
    const { listener } = await listenForWebhooks(room);
    await listener.dispose();
    const fields = {
      root: root({ settings: { webhook_secret: 'hush' } }),
      events: 'webhook',
      webhook: { port: listener.port, path: '/kgsm' },
    };
    const connection = await connect(fields, 'hush');
    const findings = await look(connection, fields, 'hush');
    expect(bad(findings)).toEqual(['Webhooks are switched on', 'KGSM posts to this connection']);
    for (const { fix } of findings) await fix?.apply(signal);
    expect(bad(await look(connection, fields, 'hush'))).toEqual([]);
    await runProgram(room.dir, '-i', 'a', '--start');
    await started();
  });

  it('writes its journal, where there is nothing to switch on', async () => {
    const fields = { root: root({ protocolVersion: '3.16' }) };
    await runProgram(room.dir, 'start', 'a');
    expect(await kgsm.advise?.(kgsmSettings(fields), signal)).toBeUndefined();
    const connection = await connect(fields);
    await started();
    expect(connection.session?.address).toBe(`journal:${room.path('events')}`);
    const findings = await look(connection, fields);
    expect(bad(findings)).toEqual([]);
    expect(findings.map(({ title }) => english(title))).toContain('This KGSM writes a journal there');
  });

  it('sends to sockets no longer, where one was asked for', async () => {
    const fields = { root: root({ protocolVersion: '3.16' }), events: 'socket' };
    const connection = await connect(fields);
    expect(bad(await look(connection, fields))).toEqual(['This KGSM sends to sockets']);
  });
});
