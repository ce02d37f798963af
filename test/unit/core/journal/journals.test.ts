import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../src/core/journal/store/journalStore.ts';
import { HiddenNoise } from '../../../../src/core/journal/hiddenNoise.ts';
import { JournalView } from '../../../../src/core/journal/journalView.ts';
import { sentTimeOf } from '../../../../src/core/journal/store/records.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { text } from '../../../../src/core/model/text.ts';
import { draft, kgsmEvent } from '../helpers.ts';
import { openWindow, type Window } from './journalWindow.ts';
import { temporaryFolder } from '../../simulator/kgsmRoot.ts';

const statesIn = ({ pipeline }: Pick<Window, 'pipeline'>, timeline = 'live'): Record<string, string> =>
  Object.fromEntries(instancesOf(pipeline.fleet(timeline), 'home').map(({ key, state }) => [key, state]));

describe('the journal of a window', () => {
  it('gives the next start the fleet, the memory of the decoder and the cursor of the last event', async () => {
    using folder = temporaryFolder();
    const first = await openWindow(folder.path);
    const release = await first.capture();
    first.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    first.pipeline.ingest(draft(kgsmEvent('instance_update_started', 'b')));
    first.journals.memory('home').save({ line: 2 });
    await release();
    await first.journals.dispose();

    const second = await openWindow(folder.path);
    expect(statesIn(second)).toEqual({ a: 'running', b: 'updating' });
    expect(second.journals.memory('home').load()).toEqual({ line: 2 });
    await second.capture();
    // The decoder knows that an update is under way.
    second.pipeline.ingest(draft(kgsmEvent('instance_update_finished', 'b')));
    second.pipeline.flush();
    const ended = [...second.pipeline.fleet().tasks.values()].map(({ state }) => state);
    expect(ended).toEqual(['succeeded']);
    await second.journals.dispose();
  });

  it('forgets the tasks that ended first, also those that ended before the last start', async () => {
    using folder = temporaryFolder();
    let at = 1000;
    const backUp = ({ pipeline }: Window, count: number): void => {
      for (let n = 0; n < count; n++)
        for (const step of ['started', 'finished'])
          pipeline.ingest(draft(kgsmEvent(`instance_backup_${step}`, 'a'), { receivedAt: ++at }));
    };
    const first = await openWindow(folder.path);
    const release = await first.capture();
    backUp(first, 150);
    await release();
    await first.journals.dispose();
    const second = await openWindow(folder.path);
    await second.capture();
    backUp(second, 100);
    const ends = [...second.pipeline.fleet().tasks.values()].map(({ finishedAt = 0 }) => finishedAt);
    // The last 200 of 250, each of two events.
    expect(ends.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => 1102 + 2 * n));
    await second.journals.dispose();
  });

  it('shows another window what the holder hears, without a second event of it', async () => {
    using folder = temporaryFolder();
    const holder = await openWindow(folder.path);
    await holder.capture();
    const other = await openWindow(folder.path);
    holder.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    await other.where((fleet) => instancesOf(fleet, 'home').some(({ state }) => state === 'running'));
    // A window that is elsewhere does not write its own state into the shared journal.
    const where = { timeline: 'live', host: 'h', connection: 'home', system: 'kgsm', receivedAt: 5 };
    other.pipeline.control(where, { type: 'connection.state', state: 'elsewhere', detail: text('x') });
    await other.journals.settle();
    const store = await holder.journals.store('live');
    const { events } = await store.range('', 0, Number.MAX_SAFE_INTEGER);
    expect(events.map(({ type }) => type)).toEqual(['instance_started']);
    await other.journals.dispose();
    await holder.journals.dispose();
  });

  it('is taken over as the holder left it, also where the other window knew an older state', async () => {
    using folder = temporaryFolder();
    const holder = await openWindow(folder.path);
    const release = await holder.capture();
    holder.pipeline.ingest(draft(kgsmEvent('instance_created', 'a')));
    await holder.journals.settle();
    const other = await openWindow(folder.path);
    expect(statesIn(other)).toEqual({ a: 'creating' });
    for (const type of ['instance_installation_finished', 'instance_installed', 'instance_started'])
      holder.pipeline.ingest(draft(kgsmEvent(type, 'a')));
    await release();
    await other.capture();
    expect(statesIn(other)).toEqual(statesIn(holder));
    expect(statesIn(other)).toEqual({ a: 'running' });
    expect([...other.pipeline.fleet().tasks.values()].map(({ state }) => state)).toEqual(
      [...holder.pipeline.fleet().tasks.values()].map(({ state }) => state),
    );
    await other.journals.dispose();
    await holder.journals.dispose();
  });

  it('begins anew for an id that was a connection of another system before', async () => {
    using folder = temporaryFolder();
    const before = await openWindow(folder.path);
    const release = await before.capture();
    before.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    before.journals.memory('home').save({ line: 2 });
    await release();
    await before.journals.dispose();
    const after = await openWindow(folder.path, 'truenas');
    const letGo = await after.capture();
    expect(after.pipeline.context('live', 'home')).toBeUndefined();
    after.pipeline.ingest(draft('{"msg":"connected"}', { system: 'truenas' }));
    await letGo();
    await after.journals.dispose();
  });

  it('keeps a replay in a file of its own, which goes with it, and out of the live events', async () => {
    using folder = temporaryFolder();
    const window = await openWindow(folder.path);
    window.pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a'), { timeline: 'replay-1' }));
    await window.journals.settle();
    expect(readdirSync(join(folder.path, 'temp')).length).toBeGreaterThan(0);
    const replayed = await (await window.journals.store('replay-1')).range('', 0, Number.MAX_SAFE_INTEGER);
    expect(replayed.events.map(({ type }) => type)).toEqual(['instance_stopped']);
    const live = await (await window.journals.store('live')).range('', 0, Number.MAX_SAFE_INTEGER);
    expect(live.events).toEqual([]);
    await window.journals.drop('replay-1');
    expect(readdirSync(join(folder.path, 'temp'))).toEqual([]);
    await window.journals.dispose();
  });
});

const nowhere = { time: 0, seq: 0 };

describe('a view of the journal', () => {
  async function opened(count: number) {
    const folder = temporaryFolder();
    const window = await openWindow(folder.path);
    await window.capture();
    const add = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++)
        window.pipeline.ingest(
          draft(kgsmEvent(n % 10 === 0 ? 'instance_crashed' : 'instance_ready', `s${n}`)),
        );
      await window.journals.settle();
    };
    await add(0, count);
    const view = new JournalView((timeline) => window.journals.store(timeline));
    const until = (wanted: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!wanted()) return;
          stop();
          resolve();
        };
        const stop = view.onDidChange(look);
        look();
      });
    return {
      view,
      add,
      until,
      storeOf: (timeline: string) => window.journals.store(timeline),
      addNoise: async (...keys: string[]) => {
        for (const key of keys)
          window.pipeline.ingest(draft(kgsmEvent('instance_ready', key), { noise: true }));
        await window.journals.settle();
      },
      keys: async (start: number, length: number) =>
        (await view.rows(start, length)).rows.map(({ subject }) => subject?.key),
      async [Symbol.asyncDispose]() {
        view.dispose();
        await window.journals.dispose();
        folder[Symbol.dispose]();
      },
    };
  }

  it('has each event at its position, oldest first, also when more come', async () => {
    await using rig = await opened(30_000);
    const { view, keys, until, add } = rig;
    await until(() => view.length === 30_000 && !view.searching);
    expect(await keys(0, 2)).toEqual(['s0', 's1']);
    expect(await keys(29_998, 5)).toEqual(['s29998', 's29999']);
    await add(30_000, 30_010);
    await until(() => view.length === 30_010);
    expect(await keys(0, 2)).toEqual(['s0', 's1']);
    expect(await keys(30_008, 5)).toEqual(['s30008', 's30009']);
    const [row] = (await view.rows(12_345, 1)).rows;
    expect(await view.indexOf(row?.seq ?? 0)).toBe(12_345);
  });

  it('shows what matches, selects in it, and pauses', async () => {
    await using rig = await opened(100);
    const { view, keys, until, add } = rig;
    await view.setFilter('type:instance_crashed');
    await until(() => view.length === 10 && !view.searching);
    expect(view.total).toBe(100);
    expect(await keys(8, 5)).toEqual(['s80', 's90']);
    const places = (await view.rows(0, 3)).rows.map((event) => ({ time: sentTimeOf(event), seq: event.seq }));
    const [from = nowhere, , to = nowhere] = places;
    expect((await view.between(from, to)).map(({ subject }) => subject?.key)).toEqual(['s0', 's10', 's20']);
    expect(await view.countBetween(from, to)).toBe(3);
    expect(await view.indexOf(2)).toBe(-1);
    await view.setPaused(true);
    await add(100, 121);
    await until(() => view.unseen === 3);
    expect(view.length).toBe(10);
    await view.setPaused(false);
    expect(view.length).toBe(13);
  });

  it('says where a filter is wrong and keeps the last result', async () => {
    await using rig = await opened(20);
    const { view, until } = rig;
    await view.setFilter('type:instance_crashed');
    await until(() => view.length === 2);
    await view.setFilter('tpye:x');
    expect(view.problem).toMatchObject({ from: 0, to: 4, replacement: 'type' });
    expect(view.length).toBe(2);
    await view.setFilter('type:instance_ready');
    await until(() => view.length === 18);
    expect(view.problem).toBeUndefined();
  });

  it('is cleared without anything being deleted', async () => {
    await using rig = await opened(20);
    const { view, keys, until, add } = rig;
    await until(() => view.length === 20);
    await view.clear();
    expect([view.length, view.total]).toEqual([0, 0]);
    await add(20, 23);
    await until(() => view.length === 3);
    expect(await keys(0, 5)).toEqual(['s20', 's21', 's22']);
    await view.setFilter('s21');
    await until(() => view.length === 1 && !view.searching);
    expect(await keys(0, 5)).toEqual(['s21']);
    expect(view.cleared).toMatchObject({ all: 20 });
    await view.undoClear();
    await until(() => view.length === 1 && view.total === 23 && !view.searching);
    expect(view.cleared).toBeUndefined();
    await view.setFilter('');
    await until(() => view.length === 23 && !view.searching);
    expect(await keys(0, 1)).toEqual(['s0']);
  });

  it('knows the values of a field, whatever it shows', async () => {
    await using rig = await opened(20);
    const { view, until } = rig;
    await until(() => view.length === 20);
    await view.setFilter('s21');
    expect(await view.values('type')).toEqual([
      { value: 'instance_ready', count: 18 },
      { value: 'instance_crashed', count: 2 },
    ]);
  });

  it('counts the noise that its filter hides, also after it was cleared', async () => {
    await using rig = await opened(20);
    const { view, addNoise } = rig;
    const storeOf = (timeline: string): Promise<JournalStore> => rig.storeOf(timeline);
    const waiting = new Set<() => void>();
    const noise = new HiddenNoise(view, storeOf, () => waiting.forEach((look) => look()));
    const counted = (wanted: number | string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (noise.look() !== wanted) return;
          waiting.delete(look);
          stop();
          resolve();
        };
        waiting.add(look);
        const stop = view.onDidChange(look);
        look();
      });
    await addNoise('s3', 's4', 's4');
    await view.setFilter('-is:noise');
    await counted(3);
    await view.setFilter('instance:s4 -is:noise');
    await counted(2);
    await addNoise('s4');
    await counted(3);
    await view.clear();
    await counted(0);
    await addNoise('s4', 's3');
    await counted(1);
    await view.undoClear();
    await counted(4);
    await view.setFilter('-is:noise');
    await view.clear();
    await counted(0);
    await addNoise('s1');
    await counted(1);
    await view.setFilter('instance:s4');
    await counted('shown');
    noise.dispose();
  });
});

describe('a connection without history', () => {
  it('is live in another window all the same', async () => {
    using folder = temporaryFolder();
    const holder = await openWindow(folder.path, 'kgsm', { keepsEvents: () => false });
    await holder.capture();
    const other = await openWindow(folder.path);
    holder.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    await other.where((fleet) => instancesOf(fleet, 'home').some(({ state }) => state === 'running'));
    holder.pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a')));
    await other.where((fleet) => instancesOf(fleet, 'home').some(({ state }) => state === 'stopped'));
    await other.journals.dispose();
    await holder.journals.dispose();
  });

  it('leaves no event, and yet another window goes on from its state, memory and cursor', async () => {
    using folder = temporaryFolder();
    const first = await openWindow(folder.path, 'kgsm', {
      keepsEvents: (connection) => !['home'].includes(connection),
    });
    const release = await first.capture();
    first.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    first.pipeline.ingest(draft(kgsmEvent('instance_update_started', 'b')));
    first.journals.memory('home').save({ line: 2 });
    await release();
    const { events } = await (await first.journals.store('live')).range('', 0, 100);
    expect(events).toEqual([]);
    await first.journals.dispose();

    const second = await openWindow(folder.path);
    await second.capture();
    expect(statesIn(second)).toEqual({ a: 'running', b: 'updating' });
    expect(second.journals.memory('home').load()).toEqual({ line: 2 });
    second.pipeline.ingest(draft(kgsmEvent('instance_update_finished', 'b')));
    second.pipeline.flush();
    expect([...second.pipeline.fleet().tasks.values()].map(({ state }) => state)).toEqual(['succeeded']);
    await second.journals.dispose();
  });
});

it('a view without a journal says why, and takes the filter for no mistake', async () => {
  const view = new JournalView(() => Promise.reject(new Error('no SQLite')));
  expect(view.searching, 'nothing is known yet').toBe(true);
  await view.setFilter('word');
  expect(view.unavailable?.message).toBe('no SQLite');
  expect(view.searching).toBe(false);
  expect(view.problem).toBeUndefined();
  view.dispose();
});

it('a journal whose folder cannot be made is kept in memory', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'file'), '');
  const window = await openWindow(join(folder.path, 'file', 'history'));
  expect((await window.journals.store('live')).status).toMatchObject({ durable: false });
  await window.journals.dispose();
});
