import { describe, expect, it, onTestFinished } from 'vitest';
import { JournalView, type ViewOptions } from '../../../../src/core/journal/journalView.ts';
import type { JournalStore } from '../../../../src/core/journal/store/journalStore.ts';
import {
  sentTimeOf,
  type JournalEvent,
  type StoredEvent,
} from '../../../../src/core/journal/store/records.ts';
import type { Order, Place } from '../../../../src/core/journal/store/scan.ts';
import { openTestStore, storedEvent } from './store/helpers.ts';

const orders: readonly Order[] = ['sent', 'arrival'];
const start = Date.UTC(2026, 10, 20);
/** An event that arrives in its turn and was sent at a second of its own. */
const sent = (n: number, second: number, given: Partial<StoredEvent> = {}): StoredEvent =>
  storedEvent(n, { time: start + second * 1000, subject: { kind: 'instance', key: `e${n}` }, ...given });

interface Rig {
  readonly store: JournalStore;
  readonly view: JournalView;
  readonly until: (wanted: () => boolean) => Promise<void>;
  readonly keys: (first?: number, count?: number) => Promise<readonly (string | undefined)[]>;
  readonly place: (key: string) => Promise<Place>;
}

function untilIn(view: JournalView, wanted: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!wanted()) return;
      stop();
      resolve();
    };
    const stop = view.onDidChange(look);
    look();
  });
}

async function opened(events: readonly StoredEvent[], options: ViewOptions = {}): Promise<Rig> {
  const store = await openTestStore();
  await store.append({ events });
  const view = new JournalView(() => Promise.resolve(store), options);
  onTestFinished(() => {
    view.dispose();
  });
  const until = (wanted: () => boolean): Promise<void> => untilIn(view, wanted);
  const rows = async (first = 0, count = 500): Promise<readonly JournalEvent[]> =>
    (await view.rows(first, count)).rows;
  await until(() => view.length === events.length && !view.searching);
  return {
    store,
    view,
    until,
    keys: async (first, count) => (await rows(first, count)).map(({ subject }) => subject?.key),
    place: async (key) => {
      const event = (await rows()).find(({ subject }) => subject?.key === key);
      if (!event) throw new Error(`no ${key}`);
      return { time: sentTimeOf(event), seq: event.seq };
    },
  };
}

/** Arrived in the order of their names, sent in the order e1, e3, e0, e2. */
const shuffled = [sent(0, 30), sent(1, 10), sent(2, 40), sent(3, 20)];

describe('a view in the order of the senders', () => {
  it('is the default and takes the arrival where no time was told', async () => {
    const { keys, view } = await opened([...shuffled, storedEvent(4, { receivedAt: start + 25_000 })]);
    expect(view.order).toBe('sent');
    expect(await keys()).toEqual(['e1', 'e3', 'server-4', 'e0', 'e2']);
  });

  it('takes a late event in among older ones, and says that positions moved', async () => {
    const { store, view, keys, until } = await opened(shuffled);
    const { revision } = view;
    await store.append({ events: [sent(4, 50)] });
    await until(() => view.length === 5);
    expect(view.revision, 'the newest moves nothing').toBe(revision);
    await store.append({ events: [sent(5, 25)] });
    await until(() => view.length === 6);
    expect(view.revision).toBeGreaterThan(revision);
    expect(await keys()).toEqual(['e1', 'e3', 'e5', 'e0', 'e2', 'e4']);
    expect(await keys(2, 2)).toEqual(['e5', 'e0']);
    expect(await view.indexOf(6)).toBe(2);
    expect(await view.indexOf(1)).toBe(3);
  });

  it('finds an event while the result is replaced', async () => {
    const { view } = await opened(shuffled);
    for (const order of ['arrival', 'sent', 'arrival', 'sent'] as const) {
      const asked = [...shuffled.keys()].map((index) => view.indexOf(index + 1));
      await Promise.all([view.setOrder(order), ...asked]);
      for (const at of asked) expect(await at).toBeGreaterThanOrEqual(0);
    }
  });

  it('says so for a batch that brings newer ones as well', async () => {
    const { store, view, keys, until } = await opened(shuffled);
    const { revision } = view;
    await store.append({ events: [sent(4, 60), sent(5, 15), sent(6, 50)] });
    await until(() => view.length === 7);
    expect(view.revision).toBeGreaterThan(revision);
    expect(await keys()).toEqual(['e1', 'e5', 'e3', 'e0', 'e2', 'e6', 'e4']);
  });

  it('does not move for events whose order among themselves alone is another', async () => {
    const { store, view, until } = await opened(shuffled);
    const { revision } = view;
    await store.append({ events: [sent(4, 60), sent(5, 50)] });
    await until(() => view.length === 6);
    expect(view.revision).toBe(revision);
  });

  it('answers the rows with the revision that their positions belong to', async () => {
    const { store, view, until } = await opened(shuffled);
    const asked = view.rows(0, 10);
    await store.append({ events: [sent(4, 5)] });
    const { revision, rows } = await asked;
    await until(() => view.length === 5);
    // The answer may be of before or after; a page of four was asked for.
    const seqs = revision === view.revision ? [5, 2, 4, 1] : [2, 4, 1, 3];
    expect(rows.map(({ seq }) => seq)).toEqual(seqs);
  });

  it('is exact while its scan runs and late events come', async () => {
    const events = Array.from({ length: 6_000 }, (_, n) => sent(n, (n * 7919) % 6_000));
    const store = await openTestStore();
    await store.append({ events });
    const view = new JournalView(() => Promise.resolve(store));
    onTestFinished(() => {
      view.dispose();
    });
    const late = Array.from({ length: 50 }, (_, n) => sent(6_000 + n, n * 119 + 0.5));
    for (const event of late) await store.append({ events: [event] });
    await untilIn(view, () => view.length === 6_050 && !view.searching);
    const expected = [...events, ...late]
      .map((event, n) => ({ time: sentTimeOf(event), seq: n + 1 }))
      .sort((a, b) => a.time - b.time || a.seq - b.seq)
      .map(({ seq }) => seq);
    const seqs: number[] = [];
    for (let first = 0; first < 6_050; first += 1000)
      seqs.push(...(await view.rows(first, 1000)).rows.map(({ seq }) => seq));
    expect(seqs).toEqual(expected);
  });
});

describe.each(orders)('a view by %s', (order) => {
  const inOrder = order === 'sent' ? ['e1', 'e3', 'e0', 'e2'] : ['e0', 'e1', 'e2', 'e3'];

  it('selects what stands between two rows', async () => {
    const { view, keys, place } = await opened(shuffled, { order });
    expect(await keys()).toEqual(inOrder);
    const [first = '', second = '', third = ''] = inOrder;
    const [from, to] = [await place(second), await place(third)];
    const between = await view.between(from, to);
    expect(between.map(({ subject }) => subject?.key)).toEqual([second, third]);
    expect(await view.countBetween(from, to)).toBe(2);
    expect(await view.countBetween(from, from)).toBe(1);
    expect(await view.countBetween(await place(first), to)).toBe(3);
    expect((await view.between(from, to, 1)).map(({ subject }) => subject?.key)).toEqual([third]);
  });

  it('selects in pages, newest first where it must stop', async () => {
    const many = Array.from({ length: 2_500 }, (_, n) => sent(n, (n * 1213) % 2_500));
    const { view, place } = await opened(many, { order });
    const page = (await view.rows(3, 1)).rows[0];
    const last = (await view.rows(2_490, 1)).rows[0];
    if (!page || !last) throw new Error('no rows');
    const from = await place(page.subject?.key ?? '');
    const to: Place = { time: sentTimeOf(last), seq: last.seq };
    expect(await view.countBetween(from, to)).toBe(2_488);
    const all = await view.between(from, to);
    expect(all).toHaveLength(2_488);
    expect([all[0]?.seq, all.at(-1)?.seq]).toEqual([page.seq, last.seq]);
  });

  it('takes a late event into a selection that it stands in', async () => {
    const { store, view, until, place } = await opened(shuffled, { order });
    const [from, to] = [await place(inOrder[0] ?? ''), await place(inOrder[3] ?? '')];
    await store.append({ events: [sent(4, 35)] });
    await until(() => view.length === 5);
    expect(await view.countBetween(from, to)).toBe(order === 'sent' ? 5 : 4);
  });

  it('selects the rest where an end of the selection is gone', async () => {
    const { store, view, until, place } = await opened(shuffled, { order });
    const [from, to] = [await place(inOrder[0] ?? ''), await place(inOrder[3] ?? '')];
    await store.remove(`instance:${inOrder[0] ?? ''}`);
    // The journal tells of the removal in an event of its own.
    await until(() => view.length === 4 && !view.searching);
    expect(await view.countBetween(from, to)).toBe(3);
    expect(await view.between(from, to)).toHaveLength(3);
  });

  it('stands still while it is paused, wherever new events belong', async () => {
    const { store, view, keys, until } = await opened(shuffled, { order });
    await view.setPaused(true);
    const { revision } = view;
    await store.append({ events: [sent(4, 15), sent(5, 70)] });
    await until(() => view.unseen === 2);
    expect(await keys()).toEqual(inOrder);
    expect([view.length, view.revision]).toEqual([4, revision]);
    expect(await view.indexOf(5)).toBe(-1);
    await view.setPaused(false);
    expect([view.length, view.unseen, view.paused]).toEqual([6, 0, false]);
    expect(await keys()).toEqual(
      order === 'sent' ? ['e1', 'e4', 'e3', 'e0', 'e2', 'e5'] : ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'],
    );
    expect(view.revision > revision).toBe(order === 'sent');
  });

  it('stands still while events are deleted during a pause', async () => {
    const { store, view, keys, until } = await opened(shuffled, { order });
    await view.setPaused(true);
    await store.append({ events: [sent(4, 15)] });
    await until(() => view.unseen === 1);
    await store.remove('instance:e0');
    await until(() => view.length === 3 && !view.searching);
    expect(await keys()).toEqual(inOrder.filter((key) => key !== 'e0'));
    // The events that came, and the one that tells of the removal.
    await until(() => view.unseen === 2);
  });

  it('shows only what comes after it was cleared, late events too', async () => {
    const { store, view, keys, until } = await opened(shuffled, { order });
    await view.clear();
    expect([view.length, view.total]).toEqual([0, 0]);
    await store.append({ events: [sent(4, 50), sent(5, 15)] });
    await until(() => view.length === 2 && view.total === 2);
    expect(await keys()).toEqual(order === 'sent' ? ['e5', 'e4'] : ['e4', 'e5']);
    expect(await view.indexOf(1)).toBe(-1);
    await view.setFilter('instance:e5');
    await until(() => view.length === 1 && !view.searching);
    expect(await keys()).toEqual(['e5']);
  });

  it('pauses a search that counts before it has found all', async () => {
    const { store, view, keys, until } = await opened(shuffled, { order });
    await view.setFilter('severity:info');
    await until(() => view.length === 3 && !view.searching);
    await view.setPaused(true);
    await store.append({ events: [sent(5, 1)] });
    await until(() => view.unseen === 1);
    expect(view.length).toBe(3);
    expect(await keys()).toHaveLength(3);
  });
});

it('a view changes its order without losing filter or events', async () => {
  const { view, keys, until } = await opened(shuffled);
  await view.setFilter('hay');
  await until(() => !view.searching);
  const { revision } = view;
  await view.setOrder('arrival');
  await until(() => !view.searching);
  expect(await keys()).toEqual(['e0', 'e1', 'e2', 'e3']);
  expect(view.order).toBe('arrival');
  expect(view.revision).toBeGreaterThan(revision);
});

it('a view of another timeline shows nothing of the one before', async () => {
  const stores = { live: await openTestStore(), replay: await openTestStore() };
  await stores.live.append({ events: shuffled });
  const gate = Promise.withResolvers<undefined>();
  const view = new JournalView(async (timeline) => {
    if (timeline === 'live') return stores.live;
    await gate.promise;
    return stores.replay;
  });
  await untilIn(view, () => view.length === 4);
  const changed = view.setTimeline('replay');
  expect([view.length, view.total]).toEqual([0, 0]);
  gate.resolve(undefined);
  await changed;
  view.dispose();
});

describe('the duration of a call', () => {
  const at = (ms: number): number => start + ms;
  const call = (n: number, ms: number, given: Partial<StoredEvent>): StoredEvent =>
    storedEvent(n, { receivedAt: at(ms), correlation: 'c', ...given });

  it('is the time from its request to its reply, by the newest request before it', async () => {
    const { view, until } = await opened([
      call(0, 0, { channel: 'request', direction: 'out' }),
      call(1, 40, { channel: 'reply' }),
      call(2, 100, { channel: 'request', direction: 'out' }),
      call(3, 110, { channel: 'push' }),
      call(4, 103, { channel: 'request', connection: 'other' }),
      call(5, 250, { channel: 'reply' }),
      call(6, 300, { channel: 'reply', correlation: 'unknown' }),
    ]);
    await view.setOrder('arrival');
    await until(() => !view.searching);
    const { rows } = await view.rows(0, 10);
    expect(rows.map(({ duration }) => duration)).toEqual([
      undefined,
      40,
      undefined,
      undefined,
      undefined,
      150,
      undefined,
    ]);
    const [first, last] = [rows[0], rows[6]];
    if (!first || !last) throw new Error('no rows');
    const selected = await view.between({ time: 0, seq: first.seq }, { time: 0, seq: last.seq });
    expect(selected.map(({ duration }) => duration)).toEqual(rows.map(({ duration }) => duration));
  });
});
