import { describe, expect, it, onTestFinished } from 'vitest';
import { JournalView } from '../../../../src/core/journal/journalView.ts';
import type { JournalStore } from '../../../../src/core/journal/store/journalStore.ts';
import { binsOf, ViewTimeline, type ViewBins } from '../../../../src/core/journal/viewTimeline.ts';
import { openTestStore, storedEvent } from './store/helpers.ts';

const begin = storedEvent(0).receivedAt;
const minute = 60_000;

describe('bins of a range', () => {
  it('have a width that people can name, begin at a multiple of it, and hold the whole range', () => {
    for (const span of [1, 999, 61_000, 3_700_000, 86_400_000 * 45, 1.7e12]) {
      const from = begin + 123;
      const { from: first, width, bins } = binsOf(from, from + span, 100);
      expect(bins).toBeLessThanOrEqual(100);
      expect(first % width).toBe(0);
      expect(first).toBeLessThanOrEqual(from);
      expect(first + width * bins).toBeGreaterThan(from + span);
    }
    expect(binsOf(begin, begin + 99 * minute, 100)).toEqual({ from: begin, width: minute, bins: 100 });
    expect(binsOf(begin, begin, 100)).toMatchObject({ bins: 1 });
  });
});

interface Opened {
  readonly store: JournalStore;
  readonly view: JournalView;
  readonly timeline: ViewTimeline;
  /** Ranges that were counted. */
  readonly counted: number[];
}

async function open(recountMs = Infinity): Promise<Opened> {
  const store = await openTestStore();
  await store.append({ events: Array.from({ length: 3_000 }, (_, n) => storedEvent(n)) });
  const view = new JournalView(() => Promise.resolve(store));
  const timeline = new ViewTimeline({
    view,
    storeOf: () => Promise.resolve(store),
    now: () => 0,
    recountMs,
  });
  onTestFinished(() => {
    timeline.dispose();
    view.dispose();
  });
  await expect.poll(() => view.length).toBe(3_000);
  await view.setFilter('severity:error');
  await expect.poll(() => view.length === 300 && !view.searching).toBe(true);
  const counted: number[] = [];
  const { matching } = view;
  if (!matching) throw new Error('no result');
  const count = matching.timeline.bind(matching);
  matching.timeline = (range) => {
    counted.push(range.bins);
    return count(range);
  };
  return { store, view, timeline, counted };
}

const sum = (list: readonly number[] = []): number => list.reduce((all, each) => all + each, 0);

describe('the timeline of a view', () => {
  it('counts all and what matches over the whole history, or over a range of it', async () => {
    const { timeline } = await open();
    const whole = await timeline.bins(undefined, 60);
    expect(whole).toMatchObject({ from: begin, width: minute, bins: 50 });
    expect([sum(whole?.all), sum(whole?.counts), sum(whole?.errors), sum(whole?.warnings)]).toEqual([
      3_000, 300, 300, 0,
    ]);
    const part = await timeline.bins({ from: begin + 10 * minute, to: begin + 12 * minute - 1 }, 60);
    expect(part).toMatchObject({ from: begin + 10 * minute, width: 2_000, bins: 60 });
    expect([sum(part?.all), sum(part?.counts)]).toEqual([120, 12]);
  });

  it('counts only the newest bins again when events come in', async () => {
    const { store, view, timeline, counted } = await open();
    const before = await timeline.bins(undefined, 60);
    await store.append({ events: [storedEvent(3_000), storedEvent(3_010), storedEvent(3_070)] });
    await expect.poll(() => view.length).toBe(303);
    const after = await timeline.bins(undefined, 60);
    expect(counted).toEqual([50, 4]);
    expect(after?.bins).toBe(52);
    expect(sum(after?.all)).toBe(3_003);
    expect(sum(after?.counts)).toBe(303);
    expect(after?.counts.slice(0, 48)).toEqual(before?.counts.slice(0, 48));
  });

  it('counts everything again when the rows moved, and when the filter is another', async () => {
    const { store, view, timeline, counted } = await open(0);
    await timeline.bins(undefined, 60);
    const { revision } = view;
    await store.remove('type:instance_stopped');
    await expect.poll(() => view.revision).toBeGreaterThan(revision);
    await expect.poll(() => view.searching).toBe(false);
    const removed = await timeline.bins(undefined, 60);
    expect(counted).toEqual([50, removed?.bins]);
    expect(sum(removed?.all)).toBe(view.total);
    expect(view.total).toBeLessThan(1_600);
    await view.setFilter('type:nothing');
    const none: ViewBins | undefined = await timeline.bins(undefined, 60);
    expect([sum(none?.all), sum(none?.counts)]).toEqual([view.total, 0]);
  });

  it('begins behind what was cleared', async () => {
    const { store, view, timeline } = await open();
    await view.clear();
    expect(await timeline.bins(undefined, 60)).toBeUndefined();
    await store.append({ events: [storedEvent(4_000)] });
    await expect.poll(() => view.length).toBe(1);
    expect(await timeline.bins(undefined, 60)).toMatchObject({ bins: 1, all: [1], counts: [1] });
  });

  it('finds the first event that is not before a time', async () => {
    const { timeline } = await open();
    const seqAt = async (ms: number): Promise<number | undefined> => timeline.eventAt(begin + ms);
    expect(await seqAt(-1)).toBe(1);
    expect(await seqAt(1)).toBe(11);
    expect(await seqAt(2_990_000)).toBe(2_991);
    expect(await seqAt(2_990_001)).toBeUndefined();
  });
});
