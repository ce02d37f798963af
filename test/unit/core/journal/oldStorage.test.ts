import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { captureLock } from '../../../../src/core/connections/captureLock.ts';
import type { JournalsOptions } from '../../../../src/core/journal/journals.ts';
import { OldStorage } from '../../../../src/core/journal/oldStorage.ts';
import { workerBackend } from '../../../../src/core/journal/store/workerBackend.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english, type Text } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { draft, kgsmEvent, silentLog } from '../helpers.ts';
import { temporaryFolder } from '../../simulator/kgsmRoot.ts';
import { openWindow, type Window } from './journalWindow.ts';

/** Written by the version before the journal: KGSM with an update under way, TrueNAS with its apps. */
const golden = fileURLToPath(new URL('oldStorage/', import.meta.url));
const workerEntry = new URL('../../../../src/core/journal/store/worker.ts', import.meta.url);

/** A storage folder of that version, and windows on it. */
function rig() {
  const folder = temporaryFolder();
  onTestFinished(() => {
    folder[Symbol.dispose]();
  });
  const storage = folder.path;
  const restoreFiles = (): void => {
    cpSync(golden, storage, { recursive: true });
  };
  restoreFiles();
  const lock = captureLock(join(storage, 'locks'));
  const warnings: string[] = [];
  const warn = (message: Text): void => void warnings.push(english(message));
  return {
    storage,
    restoreFiles,
    lock,
    warnings,
    open: async (given: Partial<JournalsOptions> = {}): Promise<Window> => {
      const window = await openWindow(join(storage, 'journal'), 'kgsm', {
        oldStorage: { folder: storage, lock },
        log: { ...silentLog, warn },
        ...given,
      });
      onTestFinished(() => window.journals.dispose().catch(() => undefined));
      return window;
    },
  };
}

const states = ({ pipeline }: Window, connection = 'home'): Record<string, string> =>
  Object.fromEntries(instancesOf(pipeline.fleet(), connection).map(({ key, state }) => [key, state]));
const home = { 'mc-1': 'running', 'valheim 2': 'updating' };
const tasks = ({ pipeline }: Window): string[] =>
  [...pipeline.fleet().tasks.values()].map(({ state }) => state);

async function beginnings({ journals }: Window): Promise<string[]> {
  const store = await journals.store('live');
  const { events } = await store.range('type:journal.begun', 0, Number.MAX_SAFE_INTEGER);
  return events.map(({ connection }) => connection);
}

it('the state that the version before the journal left is that of the next start, in a journal with its worker', async () => {
  const { storage, open } = rig();
  const window = await open({ backend: () => workerBackend(workerEntry) });
  expect(states(window)).toEqual(home);
  expect(states(window, 'nas')).toMatchObject({ minecraft: 'running', valheim: 'crashed' });
  expect(window.journals.memory('home').load()).toMatchObject({
    directory: '/opt/kgsm/events',
    cursor: { offset: 4711 },
  });
  const release = await window.capture();
  // The decoder knows which task ends.
  window.pipeline.ingest(draft(kgsmEvent('instance_update_finished', 'valheim 2')));
  expect(tasks(window)).toEqual(['succeeded']);
  await release();
  expect(await beginnings(window)).toEqual(['home', 'nas']);
  expect(readdirSync(storage)).toEqual(['before-journal', 'journal', 'locks']);
  expect(readdirSync(join(storage, 'before-journal', 'fleet'))).toEqual(['home.json', 'nas.json']);
});

it('a state that was taken over once is not taken over again, though its files come back', async () => {
  const { storage, restoreFiles, open } = rig();
  const first = await open();
  const release = await first.capture();
  first.pipeline.ingest(draft(kgsmEvent('instance_stopped', 'mc-1')));
  await release();
  await first.journals.dispose();
  // As after a death between the commit and the move of the files.
  restoreFiles();
  const second = await open();
  expect(states(second)['mc-1']).toBe('stopped');
  expect(await beginnings(second)).toEqual(['home', 'nas']);
  expect(existsSync(join(storage, 'fleet'))).toBe(false);
});

it('a takeover that dies before its commit is done by the next start', async () => {
  const { storage, open } = rig();
  const old = new OldStorage({ folder: storage, now: () => 1, log: silentLog });
  const window = await openWindow(join(storage, 'journal'));
  const store = await window.journals.store('live');
  store.append = () => Promise.reject(new Error('killed'));
  await expect(old.takeOver(store, 'home')).rejects.toThrow('killed');
  await window.journals.dispose();
  expect(states(await open())).toEqual(home);
});

it('windows that start at once take each connection over once, and all of them show it', async () => {
  const { open } = rig();
  const windows = await Promise.all([open(), open(), open()]);
  for (const window of windows) {
    await window.where((fleet) => instancesOf(fleet, 'home').length === 2);
    await window.where((fleet) => instancesOf(fleet, 'nas').length === 4);
    expect(states(window)).toEqual(home);
  }
  expect(await beginnings(windows[0])).toHaveLength(2);
});

it('a connection that a window of the old version captures is taken over when that lets go, as it stands then', async () => {
  const { storage, lock, open } = rig();
  const letGo = await lock.acquire('home', new AbortController().signal, () => undefined);
  const window = await open();
  expect(states(window)).toEqual({});
  const captured = window.capture();
  writeFileSync(join(storage, 'sessions', 'home.json'), '{"later":true}');
  await letGo();
  await captured;
  expect(states(window)).toEqual(home);
  expect(window.journals.memory('home').load()).toEqual({ later: true });
});

it('damaged and foreign files are told in the log and stay; the position beside a damaged state is kept', async () => {
  const { storage, warnings, open } = rig();
  writeFileSync(join(storage, 'fleet', 'home.json'), '{"gameServerOpsCheckpoint":2,"conn');
  writeFileSync(join(storage, 'fleet', 'other.json'), '{"theirs":1}');
  const window = await open();
  expect(states(window, 'nas')).not.toEqual({});
  await window.capture();
  expect(window.journals.memory('home').load()).toMatchObject({ cursor: { offset: 4711 } });
  expect(readdirSync(join(storage, 'fleet'))).toEqual(['home.json', 'other.json']);
  expect(existsSync(join(storage, 'sessions'))).toBe(false);
  expect(warnings.some((line) => line.includes('home.json of an earlier version'))).toBe(true);
  expect(warnings.some((line) => line.includes('other.json of an earlier version'))).toBe(true);
});

it('files stay as long as the journal is in memory only', async () => {
  const { storage, open } = rig();
  writeFileSync(join(storage, 'journal'), 'a file in the place of the folder');
  const window = await open({ folder: join(storage, 'journal', 'deeper') }).catch(() => undefined);
  await window?.journals.dispose();
  expect(readdirSync(join(storage, 'fleet'))).toEqual(['home.json', 'nas.json']);
  rmSync(join(storage, 'journal'));
  expect(states(await open())).toEqual(home);
});

it.each([
  ['of another version of its decoder', { version: 2 }, 'another version of the decoder'],
  [
    'that its decoder cannot load',
    {
      load: () => {
        throw new Error('no such thing');
      },
    },
    'no such thing',
  ],
])('a context %s begins at initial, with one line in the log', async (_name, other, words) => {
  const { warnings, open } = rig();
  await (await open()).journals.dispose();
  const window = await open({ decoderOf: () => ({ ...kgsm.decoder, ...other }) });
  await window.capture();
  expect(window.pipeline.context('live', 'home')).toBeUndefined();
  expect(states(window)).toEqual(home);
  expect(warnings.filter((line) => line.startsWith('home: ') && line.includes(words))).toHaveLength(1);
});
