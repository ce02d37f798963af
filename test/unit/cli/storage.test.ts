import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder, journalPlace } from '../../../src/cli/journalPlace.ts';
import { sendToUnixSocket } from '../../../src/core/wire/unixSender.ts';
import { makeRoot } from '../../../src/simulator/kgsm/root.ts';
import { kgsmEvent } from '../core/helpers.ts';
import { eventsOf, run, type Line } from '../probeRun.ts';
import { launch, temporaryFolder } from '../simulator/kgsmRoot.ts';
import { gsops, runGsops, type Ended } from './gsops.ts';

const statesOf = (lines: readonly Line[]): unknown[] =>
  lines.flatMap((line) => line['connection']?.['state'] ?? []);

describe('a storage folder that several processes share', () => {
  it('has one that captures a connection; another shows its events and lets it run operations', async () => {
    using folder = temporaryFolder();
    const root = join(folder.path, 'kgsm');
    const storage = join(folder.path, 'storage');
    mkdirSync(root);
    mkdirSync(storage);
    makeRoot(root, { launch, instances: [{ name: 'mc-1', blueprint: 'minecraft' }] });
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root });
    const shared = ['--storage', storage, '--seconds', '60'];
    const second: { lines: readonly Line[]; code: number | null }[] = [];
    const first = await run([connection, ...shared], async () => {
      second.push(await run([connection, ...shared, '--run', 'start:mc-1']));
    });
    expect(first.code, first.errors).toBe(0);
    expect(second[0]?.code).toBe(0);
    const lines = second[0]?.lines ?? [];
    expect(statesOf(lines)).toContain('elsewhere');
    expect(statesOf(lines)).not.toContain('ready');
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([
      { id: 'start', subject: 'mc-1', outcome: 'succeeded' },
    ]);
    const started = eventsOf(first.lines).find(({ type }) => type === 'instance_started');
    expect(started).toBeDefined();
    // The same event under the same number, written once.
    expect(eventsOf(lines)).toContainEqual(started);
    expect(await gsops('query', 'type:instance_started', '--count', '--storage', storage)).toMatchObject({
      out: '{"count":1}\n',
    });
  });

  it('asks the process that captures for choices and answers, and takes over when that one ends', async () => {
    using folder = temporaryFolder();
    const root = join(folder.path, 'kgsm');
    const storage = join(folder.path, 'storage');
    mkdirSync(root);
    mkdirSync(storage);
    makeRoot(root, { launch, instances: [{ name: 'mc-1', blueprint: 'minecraft' }] });
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root });
    const shared = [connection, '--storage', storage, '--seconds', '60'];
    const out = join(folder.path, 'after.ndjson');
    const refusals: unknown[] = [];
    const waits = Promise.withResolvers<undefined>();
    const second: Promise<Ended>[] = [];
    await run(shared, async () => {
      for (const operation of ['install', 'remove:mc-1']) {
        const { lines } = await run([...shared, '--run', operation]);
        refusals.push(...lines.flatMap((line) => line['operation']?.['message'] ?? []));
      }
      let isSent = false;
      const record = ['record', connection, '--storage', storage, '--out', out];
      second.push(
        runGsops(record, (told, interrupt) => {
          if (told.includes('elsewhere')) waits.resolve(undefined);
          if (isSent || !/^ready/m.test(told)) return;
          isSent = true;
          const event = Buffer.from(kgsmEvent('instance_started', 'mc-1'));
          void sendToUnixSocket(join(root, 'kgsm.sock'), event).then(interrupt);
        }),
      );
      await waits.promise;
    });
    expect(refusals).toEqual([
      expect.stringContaining('--input needs "blueprint", one of "'),
      expect.stringContaining(`Say so with --input '{"confirm":"mc-1"}'`),
    ]);
    const [ended] = await Promise.all(second);
    expect(ended?.code, ended?.errors).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('"type":"instance_started"');
  });

  it('is recorded from by a process that captures nothing, without what came before or of others', async () => {
    using folder = temporaryFolder();
    const storage = join(folder.path, 'storage');
    const [socket, other] = [join(folder.path, 'a.sock'), join(folder.path, 'b.sock')];
    const out = join(folder.path, 'home.ndjson');
    const config = join(folder.path, 'gsops.jsonc');
    mkdirSync(storage);
    const both = [
      { kind: 'kgsm', id: 'home', socket },
      { kind: 'kgsm', id: 'other', socket: other },
    ];
    writeFileSync(config, JSON.stringify(both));
    const send = (path: string, name: string): Promise<void> =>
      sendToUnixSocket(path, Buffer.from(kgsmEvent('instance_started', name)));
    const recorded: string[] = [];
    const first = await run(['--config', config, '--storage', storage, '--seconds', '60'], async (probe) => {
      await probe.until(() => statesOf(probe.lines).filter((state) => state === 'ready').length === 2);
      await send(socket, 'before');
      await probe.until(() => eventsOf(probe.lines).length === 1);
      let isSent = false;
      const record = ['record', 'home', '--config', config, '--storage', storage, '--out', out];
      const { code, errors } = await runGsops(record, (told, interrupt) => {
        if (isSent || !told.includes('elsewhere')) return;
        isSent = true;
        void send(other, 'of another')
          .then(() => send(socket, 'recorded'))
          .then(() => probe.until(() => eventsOf(probe.lines).length === 3))
          .then(interrupt);
      });
      expect(code, errors).toBe(0);
      const [, ...lines] = readFileSync(out, 'utf8').trim().split('\n');
      recorded.push(...lines.map((line) => (JSON.parse(line) as { raw: string }).raw));
    });
    expect(first.code).toBe(0);
    expect(recorded).toEqual([kgsmEvent('instance_started', 'recorded')]);
  });

  it('must be there, and must hold a journal to be asked', async () => {
    using folder = temporaryFolder();
    const nowhere = join(folder.path, 'nowhere');
    const missing = await gsops('query', '', '--storage', nowhere);
    expect(missing).toMatchObject({ code: 2, out: '' });
    expect(missing.errors).toMatch(/no folder .*nowhere.*GSOPS_STORAGE/);
    const empty = await gsops('query', '', '--storage', folder.path);
    expect(empty).toMatchObject({ code: 1, out: '' });
    expect(empty.errors).toMatch(/There is no journal .*journal\.db\..*storage of the extension/);
    expect((await gsops('query', '', '--storage', 'a', '--journal', 'b')).errors).toContain('exclude');
  });
});

describe('the journal of gsops itself', () => {
  it('keeps what is watched, for its user alone, and is asked without being named', async () => {
    using folder = temporaryFolder();
    const env = { XDG_DATA_HOME: folder.path };
    const none = await runGsops(['query', ''], undefined, env);
    expect(none.code).toBe(1);
    expect(none.errors).toContain('gsops watch makes it');
    const socket = join(folder.path, 'kgsm.sock');
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', socket });
    const events: unknown[] = [];
    await watchKept(connection, env, async () => {
      await sendToUnixSocket(socket, Buffer.from(kgsmEvent('instance_started', 'a')));
      // The same id with another address, at the same time, gets on all the same.
      const other = JSON.stringify({ kind: 'kgsm', id: 'home', socket: join(folder.path, 'other.sock') });
      const { errors } = await watchKept(other, env, async () => {
        await sendToUnixSocket(
          join(folder.path, 'other.sock'),
          Buffer.from(kgsmEvent('instance_started', 'b')),
        );
      });
      expect(errors).toContain('The events are not kept: another gsops has home open with other settings.');
    });
    const found = await runGsops(['query', 'type:instance_started'], undefined, env);
    for (const line of found.out.trim().split('\n')) events.push((JSON.parse(line) as Line)['event']);
    expect(events).toMatchObject([{ type: 'instance_started', subject: 'a' }]);
    if (process.platform !== 'win32') expect(statSync(join(folder.path, 'gsops')).mode & 0o777).toBe(0o700);
  });

  it('is done without where it cannot be made', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const socket = join(folder.path, 'kgsm.sock');
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', socket });
    const { code, errors, lines } = await watchKept(connection, { XDG_DATA_HOME: file }, async () => {
      await sendToUnixSocket(socket, Buffer.from(kgsmEvent('instance_started', 'a')));
    });
    expect(code).toBe(0);
    expect(errors).toContain('The events are not kept: ');
    expect(eventsOf(lines)).toMatchObject([{ seq: expect.any(Number) as number, subject: 'a' }]);
  });

  it('stands where the operating system keeps data of programs', () => {
    const home = '/home/me';
    const linux = { platform: 'linux', home } as const;
    expect(dataFolder({ ...linux, env: {} })).toBe('/home/me/.local/share/gsops');
    expect(dataFolder({ ...linux, env: { XDG_DATA_HOME: '/data' } })).toBe('/data/gsops');
    expect(dataFolder({ ...linux, env: { XDG_DATA_HOME: 'relative' } })).toBe('/home/me/.local/share/gsops');
    expect(journalPlace({ journal: 'x.db' })).toEqual({ kind: 'file', file: 'x.db' });
  });
});

/** Watches with a journal that is not named; ends when what is done on `ready` has been seen. */
async function watchKept(
  connection: string,
  env: Readonly<Record<string, string>>,
  onReady: () => Promise<void>,
): Promise<{ readonly code: number | null; readonly errors: string; readonly lines: readonly Line[] }> {
  return run(
    [connection, '--seconds', '60'],
    async (probe) => {
      await onReady();
      await probe.until(() => eventsOf(probe.lines).length > 0);
    },
    env,
    [],
  );
}
