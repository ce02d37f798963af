import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileText } from '../../../../src/core/journal/compileText.ts';
import { takeOverOldStorage } from '../../../../src/core/journal/oldStorage.ts';
import { inProcessBackend } from '../../../../src/core/journal/store/inProcessBackend.ts';
import { JournalStore } from '../../../../src/core/journal/store/journalStore.ts';
import { defaultLimits } from '../../../../src/core/journal/store/retention.ts';
import { restoredFleet } from '../../../../src/core/journal/fleetState.ts';
import { english, type Text } from '../../../../src/core/model/text.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { realClock } from '../helpers.ts';
import { temporaryFolder } from '../../simulator/kgsmRoot.ts';

/** Storage as the last version before the journal wrote it, of a connection with four servers and an update under way. */
const golden = fileURLToPath(new URL('oldStorage/', import.meta.url));

async function rig(folder: string) {
  const storage = join(folder, 'storage');
  const store = await JournalStore.open({
    path: join(folder, 'journal.db'),
    software: 'test',
    limits: defaultLimits,
    clock: realClock,
    backend: inProcessBackend(compileText),
  });
  const warnings: string[] = [];
  return {
    storage,
    store,
    warnings,
    takeOver: (
      runs: (pid: number) => boolean = () => true,
      to: Pick<JournalStore, 'append' | 'state' | 'status'> = store,
    ) =>
      takeOverOldStorage({
        storage,
        store: to,
        contextVersion: () => Promise.resolve('1'),
        runs,
        log: { warn: (message: Text) => warnings.push(english(message)) },
      }),
    said: async () => {
      const { changes, contexts, cursors } = await store.state();
      const fleet = restoredFleet(changes);
      return {
        instances: instancesOf(fleet, 'home').map(({ key, state }) => `${key} ${state}`),
        tasks: [...fleet.tasks.values()].map(({ operation, state }) => `${operation ?? ''} ${state}`),
        contexts: contexts.map(({ address, version }) => `${address.connection} ${version}`),
        cursors: cursors.map(({ cursor }) => JSON.parse(cursor) as unknown),
      };
    },
  };
}

const everything = {
  instances: ['factorio-1 updating', 'minecraft-1 running', 'rust-1 unknown', 'valheim-1 stopped'],
  tasks: ['update running'],
  contexts: ['home 1'],
  cursors: [{ directory: '/var/lib/kgsm/events', cursor: { file: '2026-11-20.ndjson', offset: 812 } }],
};
const nothing = { instances: [], tasks: [], contexts: [], cursors: [] };

describe('the storage of the version before the journal', () => {
  it('is taken over whole, and goes', async () => {
    using folder = temporaryFolder();
    cpSync(golden, join(folder.path, 'storage'), { recursive: true });
    const { takeOver, said, storage, store, warnings } = await rig(folder.path);
    await takeOver();
    const now = await said();
    expect({ ...now, instances: now.instances.toSorted() }).toEqual(everything);
    expect([readdirSync(storage), warnings]).toEqual([[], []]);
    await store.close();
  });

  it('does not replace what the journal knows by now', async () => {
    using folder = temporaryFolder();
    const { takeOver, said, storage, store } = await rig(folder.path);
    const address = { source: 'home', host: '', connection: 'home', system: 'kgsm' };
    await store.append({ events: [], cursors: [{ address, cursor: '"newer"' }] });
    cpSync(golden, storage, { recursive: true });
    await takeOver();
    expect(await said()).toEqual({ ...nothing, cursors: ['newer'] });
    await store.close();
  });

  it('is left to the window that is at it, and taken from one that died', async () => {
    using folder = temporaryFolder();
    const { takeOver, said, storage, store } = await rig(folder.path);
    mkdirSync(storage);
    cpSync(golden, join(storage, 'upgrade-999999'), { recursive: true });
    await takeOver((pid) => pid === 999_999);
    expect(await said()).toEqual(nothing);
    await takeOver(() => false);
    expect((await said()).cursors).toEqual(everything.cursors);
    await store.close();
  });

  it('stays where it could not be written to disk, and is taken over the next time', async () => {
    using folder = temporaryFolder();
    cpSync(golden, join(folder.path, 'storage'), { recursive: true });
    const { takeOver, said, storage, store } = await rig(folder.path);
    const failing = {
      state: () => store.state(),
      status: store.status,
      append: () => Promise.reject(new Error('full')),
    };
    await expect(takeOver(undefined, failing)).rejects.toThrow('full');
    const memory = {
      state: () => store.state(),
      status: { ...store.status, durable: false },
      append: () => Promise.resolve({ from: 0, to: 0 }),
    };
    await takeOver(undefined, memory);
    expect(await said()).toEqual(nothing);
    // Another process by now.
    renameSync(join(storage, `upgrade-${process.pid}`), join(storage, 'upgrade-999999'));
    await takeOver(() => false);
    expect((await said()).instances.toSorted()).toEqual(everything.instances);
    expect(existsSync(join(storage, 'upgrade-999999'))).toBe(false);
    await store.close();
  });

  it('is taken over as far as it can be read', async () => {
    using folder = temporaryFolder();
    cpSync(golden, join(folder.path, 'storage'), { recursive: true });
    const { takeOver, said, storage, store, warnings } = await rig(folder.path);
    writeFileSync(join(storage, 'fleet', 'nas.json'), '{"gameServerOpsCheckpoint":2,"connection":');
    writeFileSync(join(storage, 'fleet', 'other.json'), '{"gameServerOpsCheckpoint":1}');
    writeFileSync(join(storage, 'sessions', 'home.json'), 'no JSON');
    await takeOver();
    const now = await said();
    expect({ ...now, instances: now.instances.toSorted() }).toEqual({ ...everything, cursors: [] });
    expect(warnings.map((words) => words.slice(0, 45))).toEqual([
      'The stored state nas.json is damaged and was ',
      'The stored state other.json is damaged and wa',
    ]);
    await store.close();
  });
});
