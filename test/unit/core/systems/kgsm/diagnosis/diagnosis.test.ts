import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection } from '../../../../../../src/core/connections/connection.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import { adviseKgsm, diagnoseKgsm } from '../../../../../../src/core/systems/kgsm/diagnosis/diagnosis.ts';
import type { DiagnosisEnvironment, Finding } from '../../../../../../src/core/systems/diagnosis.ts';
import { freePort } from '../../../../freePort.ts';
import { core, fleetWhere, type Core, openKgsm } from '../../../helpers.ts';
import { Room } from '../../../wire/sockets.ts';
import { kgsmSettings } from '../sessions.ts';

const signal = new AbortController().signal;

describe('why there are no events', () => {
  let room: Room;
  let parts: Core;
  let storedSecret: string | undefined;
  beforeEach(() => {
    room = new Room();
    parts = core();
    storedSecret = undefined;
    for (const program of ['socat', 'jq', 'wget'])
      expect(
        spawnSync(program, ['--version']).error,
        `${program} is needed here, as KGSM needs it`,
      ).toBeUndefined();
  });
  afterEach(() => room.close());

  function file(name: string, content: string): void {
    mkdirSync(dirname(room.path(name)), { recursive: true });
    writeFileSync(room.path(name), content);
  }
  /** A KGSM 2.2 that is told this. */
  function lists(config: string): void {
    file('modules/events.socket.sh', '');
    file('config.ini', config);
  }
  const right = 'enable_event_broadcasting=true\nevent_socket_filenames=bot.sock,kgsm.sock\n';

  async function connect(fields: Readonly<Record<string, unknown>>): Promise<Connection> {
    // A KGSM that says no more than that it is there.
    if ('root' in fields) {
      file('kgsm.sh', '#!/bin/sh\n[ "$1" = --version ] && echo "KGSM, version 2.2.0"\n');
      chmodSync(room.path('kgsm.sh'), 0o755);
    }
    const connection = openKgsm(parts, fields, { secrets: () => () => Promise.resolve(storedSecret) });
    room.onClose(() => connection.stop());
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
    return connection;
  }

  function environment(connection?: Connection): DiagnosisEnvironment {
    return {
      signal,
      session: connection?.session,
      secret: () => Promise.resolve(storedSecret),
      // As the connection does it, but without the wait for what never comes.
      async arrives(marker) {
        if (!connection) return false;
        const has = (): boolean =>
          [...parts.journal.events()].some(
            ({ raw, direction }) => direction === 'in' && raw.includes(marker),
          );
        while (!has()) await new Promise((done) => parts.pipeline.subscribe('test', done));
        return true;
      },
    };
  }

  async function look(
    fields: Readonly<Record<string, unknown>>,
    connection?: Connection,
    overrides: Partial<DiagnosisEnvironment> = {},
  ): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    const settings = kgsmSettings({ id: 'home', ...fields });
    for await (const one of diagnoseKgsm(settings, { ...environment(connection), ...overrides }))
      findings.push(one);
    return findings;
  }
  const lines = (findings: readonly Finding[]): string[] =>
    findings.map(({ outcome, title }) => `${outcome}: ${english(title)}`);
  function of(findings: readonly Finding[], title: string): Finding {
    const found = findings.find((one) => english(one.title).startsWith(title));
    if (!found) throw new Error(`there is no "${title}" in ${lines(findings).join('; ')}`);
    return found;
  }
  const detailOf = (findings: readonly Finding[], title: string): string => {
    const { detail } = of(findings, title);
    return detail ? english(detail) : '';
  };

  describe('through a socket', () => {
    it('looks at everything in its order, and a test event comes in, where all is well', async () => {
      lists(right);
      const connection = await connect({ root: room.dir });
      expect(lines(await look({ root: room.dir }, connection))).toEqual([
        'fine: How events come',
        'fine: The configuration of KGSM',
        'fine: Event broadcasting is switched on (enable_event_broadcasting)',
        'fine: KGSM sends to the socket of this connection',
        'fine: The place of the socket',
        'fine: socat is installed',
        'fine: jq is installed',
        'fine: The socket file is there',
        'fine: Who listens',
        'fine: The user of KGSM may write to the socket',
        'fine: A test event arrives',
      ]);
      const tests = [...parts.journal.events()].filter(({ type }) => type === 'socket_test');
      expect(tests).toHaveLength(1);
      expect(tests[0]?.problems).toEqual([]);
    });

    it('offers to switch broadcasting on, names what is changed, and changes it', async () => {
      lists('# mine\nenable_event_broadcasting=1\nevent_socket_filenames=kgsm.sock\n');
      const findings = await look({ root: room.dir });
      const { outcome, fix } = of(findings, 'Event broadcasting');
      expect(outcome).toBe('wrong');
      expect(detailOf(findings, 'Event broadcasting')).toBe(
        `enable_event_broadcasting is 1 in ${room.path('config.ini')}; KGSM wants true.`,
      );
      expect(fix?.question && english(fix.question.detail)).toBe(
        `In ${room.path('config.ini')}:\nenable_event_broadcasting: 1 becomes true`,
      );
      expect(readFileSync(room.path('config.ini'), 'utf8')).toContain('broadcasting=1');
      if (!fix) throw new Error('there is a fix');
      await fix.apply(signal);
      expect(readFileSync(room.path('config.ini'), 'utf8')).toBe(
        '# mine\nenable_event_broadcasting=true\nevent_socket_filenames=kgsm.sock\n',
      );
      // Once more: it is no longer what was shown.
      await expect(fix.apply(signal)).rejects.toMatchObject({ reason: 'changed' });
    });

    it('offers to add the socket and leaves the others theirs', async () => {
      lists('enable_event_broadcasting=true\nevent_socket_filenames=bot.sock\n');
      const { fix, outcome } = of(await look({ root: room.dir, socket: 'gso.sock' }), 'KGSM sends to');
      expect(outcome).toBe('wrong');
      expect(fix?.question && english(fix.question.detail)).toContain(
        'event_socket_filenames: bot.sock becomes bot.sock,gso.sock',
      );
      await fix?.apply(signal);
      expect(of(await look({ root: room.dir, socket: 'gso.sock' }), 'KGSM sends to').outcome).toBe('fine');
    });

    it('sees through a line that ends as on Windows', async () => {
      lists('enable_event_broadcasting=true\r\nevent_socket_filenames=kgsm.sock\n');
      const findings = await look({ root: room.dir });
      expect(of(findings, 'Event broadcasting').outcome).toBe('wrong');
      expect(detailOf(findings, 'Event broadcasting')).toContain('ends as on Windows');
    });

    it('does not mind the switch where KGSM does not', async () => {
      file('modules/include/events.sh', 'InstanceId');
      file('config.ini', 'USE_EVENTS=0\n');
      const findings = await look({ root: room.dir });
      expect(of(findings, 'Event broadcasting').outcome).toBe('fine');
      expect(detailOf(findings, 'Event broadcasting')).toContain('sends its events all the same');
    });

    it('names another program that listens, and sends it nothing', async () => {
      lists(right);
      await room.foreignProcess(room.path('kgsm.sock'));
      const findings = await look({ root: room.dir });
      expect(of(findings, 'Who listens').outcome).toBe('wrong');
      if (process.platform === 'linux')
        expect(detailOf(findings, 'Who listens')).toMatch(/but \S+ \(process \d+\)\./);
      expect(of(findings, 'A test event').outcome).toBe('skipped');
    });

    it('tells a file that was left behind, one that is no socket, and none', async () => {
      lists(right);
      await room.staleSocket(room.path('kgsm.sock'));
      expect(detailOf(await look({ root: room.dir }), 'Who listens')).toContain('left behind');
      file('other.sock', '');
      const other = await look({ root: room.dir, socket: 'other.sock' });
      expect(detailOf(other, 'The socket file')).toContain('it is no socket');
      const none = await look({ root: room.dir, socket: 'none/x.sock' });
      expect(of(none, 'The socket file').outcome).toBe('wrong');
      expect(detailOf(none, 'The place of the socket')).toBe(
        `The directory ${room.path('none')} does not exist.`,
      );
      const long = await look({ root: room.dir, socket: 'l'.repeat(120) });
      expect(detailOf(long, 'The place of the socket')).toContain('at most');
    });

    it('says what went wrong with a test event that does not come in', async () => {
      lists(right);
      const connection = await connect({ root: room.dir });
      const findings = await look({ root: room.dir }, connection, { arrives: () => Promise.resolve(false) });
      expect(detailOf(findings, 'A test event')).toBe('It was sent and did not come in.');
    });

    it('does without KGSM where only a socket is known', async () => {
      const socket = room.path('odd, name!!.sock');
      const connection = await connect({ socket });
      const findings = await look({ socket }, connection);
      expect(of(findings, 'The configuration').outcome).toBe('skipped');
      // Such a name would be options to socat.
      expect(of(findings, 'A test event').outcome).toBe('fine');
    });

    it('says where there is no configuration', async () => {
      const findings = await look({ root: room.dir });
      expect(of(findings, 'The configuration').outcome).toBe('wrong');
      expect(detailOf(findings, 'The configuration')).toContain(`There is no ${room.path('config.ini')}.`);
    });

    it('finds a program that is missing', async () => {
      lists(right);
      const path = process.env['PATH'];
      process.env['PATH'] = `:.:${room.path('bin')}`;
      room.onClose(() => {
        process.env['PATH'] = path;
      });
      file('bin/socat', '');
      mkdirSync(room.path('bin', 'jq'));
      const findings = await look({ root: room.dir });
      expect(of(findings, 'socat').outcome).toBe('wrong');
      expect(of(findings, 'jq').outcome).toBe('wrong');
    });

    it('ends when it is called off', async () => {
      lists(right);
      const abort = AbortSignal.abort(new Error('called off'));
      await expect(look({ root: room.dir }, undefined, { signal: abort })).rejects.toThrow('called off');
    });
  });

  describe('from a journal', () => {
    // One day for the test and for what it looks at, also at midnight.
    const today = '2026-11-20.ndjson';
    beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-20T12:00:00Z') }));
    afterEach(() => vi.useRealTimers());
    it('looks at directory and file, and writes nothing unless it is wanted', async () => {
      const fields = { events: 'journal', journalDir: room.path('events') };
      mkdirSync(room.path('events'));
      file(`events/${today}`, '{"EventType":"instance_started","Data":{"InstanceName":"a"}}\n');
      const connection = await connect(fields);
      const findings = await look(fields, connection);
      expect(lines(findings)).toEqual([
        'fine: How events come',
        'skipped: The configuration of KGSM',
        'fine: jq is installed',
        'fine: The journal can be read',
        'skipped: The user of KGSM may write there',
        'fine: There is a file of today',
        'fine: This connection follows the journal',
        'skipped: A test event arrives',
      ]);
      const before = readFileSync(room.path('events', today), 'utf8');
      const { fix } = of(findings, 'A test event');
      expect(fix?.question).toBeDefined();
      expect(readFileSync(room.path('events', today), 'utf8')).toBe(before);
      if (!fix) throw new Error('there is a fix');
      expect(english(await fix.apply(signal))).toBe('The test event came in.');
    });

    it('tells another directory, none, and a version without a journal', async () => {
      lists(right);
      const fields = { root: room.dir, events: 'journal', journalDir: room.path('none') };
      const findings = await look(fields);
      expect(detailOf(findings, 'This KGSM writes')).toContain('It sends to sockets.');
      expect(of(findings, 'The journal can be read').outcome).toBe('wrong');
      file('config.ini', `event_journal_dir=${room.path('there')}\n`);
      file('modules/events.socket.sh', '');
      rmSync(room.path('modules'), { recursive: true });
      expect(detailOf(await look(fields), 'This KGSM writes')).toBe(
        `event_journal_dir in ${room.path('config.ini')} is ${room.path('there')}, and this connection reads ${room.path('none')}.`,
      );
    });
  });

  describe('by webhook', () => {
    it('looks at everything in its order, and a signed test event comes in', async () => {
      const port = await freePort();
      lists(
        `enable_webhook_events=true\nwebhook_urls=https://x.org/token, http://localhost:${String(port)}/any\nwebhook_secret=hush\n`,
      );
      storedSecret = 'hush';
      const fields = { root: room.dir, events: 'webhook', webhook: { port } };
      const connection = await connect(fields);
      const findings = await look(fields, connection);
      expect(lines(findings)).toEqual([
        'fine: How events come',
        'fine: The configuration of KGSM',
        'fine: Webhooks are switched on',
        'fine: KGSM posts to this connection',
        'fine: KGSM and this connection agree on a secret',
        'fine: wget is installed',
        'fine: jq is installed',
        expect.stringContaining('openssl is installed'),
        'fine: This connection answers',
        'fine: A test event arrives',
      ]);
      expect(JSON.stringify(findings)).not.toMatch(/hush|token/);
    });

    it('offers switch and address, and warns of what that does to version 2.2', async () => {
      lists('enable_webhook_events=false\nwebhook_urls=https://x.org/token\n');
      storedSecret = 'mine';
      const fields = { root: room.dir, events: 'webhook', webhook: { host: '0.0.0.0', path: '/k' } };
      const findings = await look(fields);
      const on = of(findings, 'Webhooks are switched on');
      expect(on.fix?.question && english(on.fix.question.detail)).toContain('creating an instance fails');
      const address = of(findings, 'KGSM posts to');
      expect(english(address.detail ?? { template: '', args: [] })).not.toContain('token');
      await on.fix?.apply(signal);
      await address.fix?.apply(signal);
      expect(readFileSync(room.path('config.ini'), 'utf8')).toBe(
        'enable_webhook_events=true\nwebhook_urls=https://x.org/token,http://127.0.0.1:8787/k\n',
      );
      expect(detailOf(findings, 'KGSM and this connection')).toContain('all that it sends is refused');
      expect(of(findings, 'This connection answers').outcome).toBe('wrong');
    });

    it('says that somebody else answers where nothing comes in', async () => {
      const fields = { events: 'webhook', webhook: { port: await freePort() } };
      const connection = await connect(fields);
      storedSecret = 'another than the connection was opened with';
      const findings = await look(fields, connection, { arrives: () => Promise.resolve(false) });
      expect(detailOf(findings, 'A test event')).toBe('It was sent and did not come in.');
    });
  });

  describe('in short, after connecting', () => {
    const advise = (fields: Readonly<Record<string, unknown>>): Promise<Finding | undefined> =>
      adviseKgsm(kgsmSettings(fields), signal);

    it('says nothing where all is well, or nothing is known', async () => {
      expect(await advise({ root: room.dir })).toBeUndefined();
      expect(await advise({ socket: '/run/x.sock' })).toBeUndefined();
      lists(right);
      expect(await advise({ root: room.dir })).toBeUndefined();
      expect(await advise({ root: room.dir, events: 'journal' })).toBeUndefined();
    });

    it('mends switch and name with one yes', async () => {
      lists('enable_event_broadcasting=false\nevent_socket_filenames=bot.sock\n');
      const found = await advise({ root: room.dir });
      expect(found && english(found.title)).toBe('KGSM does not send its events to sockets');
      await found?.fix?.apply(signal);
      expect(await advise({ root: room.dir })).toBeUndefined();
      expect(readFileSync(room.path('config.ini'), 'utf8')).toBe(
        'enable_event_broadcasting=true\nevent_socket_filenames=bot.sock,kgsm.sock\n',
      );
    });

    it('mends the name alone, and webhooks', async () => {
      lists('enable_event_broadcasting=true\nevent_socket_filenames=bot.sock\n');
      expect((await advise({ root: room.dir }))?.fix).toBeDefined();
      const webhook = { root: room.dir, events: 'webhook' };
      await (await advise(webhook))?.fix?.apply(signal);
      expect(await advise(webhook)).toBeUndefined();
    });

    it('does not call a switch wrong that its version ignores', async () => {
      file('modules/include/events.sh', 'InstanceName');
      file('config.ini', 'enable_event_broadcasting=false\n');
      expect(await advise({ root: room.dir })).toBeUndefined();
    });
  });
});
