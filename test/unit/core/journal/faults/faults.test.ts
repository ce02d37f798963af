import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { compileText } from '../../../../../src/core/journal/compileText.ts';
import { inProcessBackend } from '../../../../../src/core/journal/store/inProcessBackend.ts';
import type { FromWorker } from '../../../../../src/core/journal/store/messages.ts';
import { migrations } from '../../../../../src/core/journal/store/migrations.ts';
import { openJournal, temporaryFolder } from '../store/helpers.ts';
import type { Report } from './faultChild.ts';
import { openWindow } from '../journalWindow.ts';

const child = fileURLToPath(new URL('faultChild.ts', import.meta.url));
/** Modes do not hold for root: the window belongs to a user who owns nothing else. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A folder of that user. */
function storage(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const path = join(folder, 'journal');
  mkdirSync(path, 0o700);
  if (user.uid !== undefined) chownSync(path, user.uid, user.gid);
  return path;
}

/** A window in a process of its own; `under` is a program that starts it. */
function start(folder: string, { under = [], flags = [] }: { under?: string[]; flags?: string[] } = {}) {
  const [program, ...args]: string[] = [...under, process.execPath, ...flags, child, folder];
  const run = spawn(program ?? '', args, {
    ...user,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  onTestFinished(() => {
    run.kill('SIGKILL');
  });
  const lines = createInterface({ input: run.stdout })[Symbol.asyncIterator]();
  return {
    pid: run.pid ?? 0,
    async tell(command: string): Promise<Report> {
      run.stdin.write(`${command}\n`);
      const { value } = (await lines.next()) as { value?: string };
      if (value === undefined) throw new Error(`the window ended at "${command}"`);
      return JSON.parse(value) as Report;
    },
  };
}

type Window = ReturnType<typeof start>;

/** A window of which the events of before are in the file, and that is closed. */
async function filled(folder: string): Promise<void> {
  const window = start(folder);
  expect(await window.tell('event before')).toMatchObject({ kept: 'file', errors: [] });
  await window.tell('end');
}

/** Capture goes on in memory with one message, also while the file stays as it is. */
async function goesOnInMemory(window: Window, reason: string): Promise<Report> {
  const first = await window.tell('event meanwhile');
  expect(first).toMatchObject({ kept: reason, errors: [expect.stringContaining('in memory only')] });
  expect(first.tree).toContain('meanwhile');
  expect(first.events).toContain('meanwhile');
  const second = await window.tell('retry');
  expect(second).toMatchObject({ kept: reason, errors: first.errors });
  return second;
}

/** Once the file can be written again it has what memory held, and what comes. */
async function goesOnInFile(window: Window, folder: string, events: readonly string[]): Promise<void> {
  expect(await window.tell('retry')).toMatchObject({ kept: 'file', events, cursor: { after: 'meanwhile' } });
  await window.tell('event after');
  await window.tell('end');
  const next = await start(folder).tell('report');
  expect(next).toMatchObject({ kept: 'file', events: [...events, 'after'], cursor: { after: 'after' } });
  expect(next.tree.toSorted()).toEqual([...events, 'after'].toSorted());
}

it('a folder that may not be written is no end: what was held comes into the file when it may', async () => {
  const folder = storage();
  chmodSync(folder, 0o500);
  const window = start(folder);
  await goesOnInMemory(window, 'read-only');
  chmodSync(folder, 0o700);
  await goesOnInFile(window, folder, ['meanwhile']);
});

it('a file that may not be written is no end: what was held comes behind what is in it', async () => {
  const folder = storage();
  await filled(folder);
  chmodSync(join(folder, 'journal.db'), 0o400);
  const window = start(folder);
  await goesOnInMemory(window, 'read-only');
  // SQLite made its other two files with the mode of the database.
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600);
  await goesOnInFile(window, folder, ['before', 'meanwhile']);
});

it('a file that may not grow is no end: what was held comes into it when it may', async (context) => {
  if (process.platform !== 'linux') {
    context.skip('needs prlimit');
    return;
  }
  const folder = storage();
  await filled(folder);
  // Less than the index of the WAL needs (SQLITE_IOERR_SHMSIZE), as on a full disk.
  const window = start(folder, { under: ['bash', '-c', 'ulimit -S -f 8; exec "$@"', 'bash'] });
  await goesOnInMemory(window, 'disk-full');
  execFileSync('prlimit', ['--pid', String(window.pid), '--fsize=unlimited:unlimited'], user);
  await goesOnInFile(window, folder, ['before', 'meanwhile']);
});

it('a file that a newer version migrated is left alone, and the window says so once', async () => {
  const folder = storage();
  const window = start(folder);
  await window.tell('event before');
  openJournal(join(folder, 'journal.db'), {
    migrations: [...migrations, ['ALTER TABLE names ADD COLUMN note TEXT']],
  });
  const { errors, tree } = await goesOnInMemory(window, 'newer-version');
  expect(errors[0]).toContain('newer version');
  expect(tree.toSorted()).toEqual(['before', 'meanwhile']);
});

it('a file whose middle was overwritten is set aside, and the new one has the whole state', async () => {
  const folder = storage();
  const path = join(folder, 'journal.db');
  await filled(folder);
  const window = start(folder);
  expect((await window.tell('report')).tree).toEqual(['before']);
  const file = openSync(path, 'r+');
  const pages = statSync(path).size / 8192;
  for (let page = 2; page < pages; page++) writeSync(file, Buffer.alloc(512, 0xcd), 0, 512, page * 8192);
  closeSync(file);
  const { kept, errors } = await window.tell('check');
  expect([kept, errors]).toEqual(['file', [expect.stringContaining('damaged')]]);
  expect(readdirSync(folder).filter((name) => name.includes('damaged')).length).toBeGreaterThan(0);
  await window.tell('event after');
  await window.tell('end');
  const next = await start(folder).tell('report');
  expect(next.tree.toSorted()).toEqual(['after', 'before']);
  expect(next).toMatchObject({ events: ['after'], cursor: { after: 'after' }, errors: [] });
});

it('a WAL that was deleted takes nothing with it of a window that ends well', async () => {
  const folder = storage();
  const window = start(folder);
  await window.tell('event before');
  rmSync(join(folder, 'journal.db-wal'));
  await window.tell('event meanwhile');
  await window.tell('end');
  const next = await start(folder).tell('report');
  expect(next).toMatchObject({ kept: 'file', events: ['before', 'meanwhile'], errors: [] });
});

it('without SQLite the tree goes on, and one message says that there is no history', async () => {
  const window = start(storage(), { flags: ['--no-experimental-sqlite'] });
  await window.tell('event a');
  await window.tell('retry');
  expect(await window.tell('event b')).toEqual({
    kept: 'nowhere',
    tree: expect.arrayContaining(['a', 'b']) as unknown,
    events: [],
    errors: [expect.stringContaining('node:sqlite')],
  });
  await window.tell('end');
});

it('events for which memory had no room stand in the journal as a gap', async () => {
  const tellWindow: ((message: FromWorker) => void)[] = [];
  const backend = inProcessBackend(compileText);
  const { journals } = await openWindow(temporaryFolder(), 'kgsm', {
    backend: () => ({
      start() {
        const run = backend.start();
        const on = (event: string, listener: (message: unknown) => void): void => {
          run.port.on(event, listener);
          tellWindow.push(listener);
        };
        return { ...run, port: { postMessage: (message) => run.port.postMessage(message), on } };
      },
    }),
  });
  const store = await journals.store('live');
  for (const tell of tellWindow) tell({ notice: 'status', status: { ...store.status, lost: 7 } });
  await journals.settle();
  await store.append({ events: [] });
  const { events } = await store.range('is:gap', 0, Number.MAX_SAFE_INTEGER);
  expect(events.map(({ summary }) => summary.args)).toEqual([[7]]);
  await journals.dispose();
});
