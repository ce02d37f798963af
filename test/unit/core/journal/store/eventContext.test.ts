import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { ChangeRow, StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { home, openTestStore, storedEvent } from './helpers.ts';

const alpha = { kind: 'instance', key: 'alpha' };
const at = (ms: number): number => Date.UTC(2026, 10, 20, 19, 42, 4) + ms;

function about(ms: number, given: Partial<StoredEvent>): StoredEvent {
  return storedEvent(0, { receivedAt: at(ms), subject: alpha, severity: 'info', raw: '{}', ...given });
}

/** A start that fails: the call of an operation, the task that it begins, and the events that its server sends. */
const start: readonly StoredEvent[] = [
  about(0, { type: 'instance_started', subject: { kind: 'instance', key: 'beta' } }),
  about(300, {
    type: 'operation.asked',
    correlation: 'operation-1',
    retention: 'task',
    channel: 'control',
    direction: 'none',
  }),
  about(317, {
    type: 'POST start',
    correlation: 'call-1',
    retention: 'control',
    channel: 'request',
    direction: 'out',
  }),
  about(318, { type: 'event:before_server_start', severity: 'debug' }),
  about(320, {
    type: 'GET status',
    correlation: 'poll-1',
    retention: 'control',
    channel: 'request',
    direction: 'out',
  }),
  about(322, { type: 'GET status', correlation: 'poll-1', retention: 'control', channel: 'reply' }),
  about(327, { type: 'POST start', correlation: 'call-1', retention: 'control', channel: 'reply' }),
  about(400, { type: 'resource_update', retention: 'metric', noise: true }),
  about(410, { type: 'task_update', correlation: 'call-1', retention: 'task' }),
  about(500, { type: 'instance_started', subject: { kind: 'instance', key: 'beta' } }),
  about(3318, { type: 'event:after_server_start', severity: 'error' }),
  about(3319, { type: 'task_update', correlation: 'call-1', retention: 'task', severity: 'error' }),
  about(3320, {
    type: 'operation.finished',
    correlation: 'operation-1',
    retention: 'task',
    channel: 'control',
    direction: 'none',
  }),
  about(60_000, { type: 'event:after_server_stop' }),
];

async function storeOf(events: readonly StoredEvent[]): Promise<JournalStore> {
  const store = await openTestStore();
  await store.append({ events });
  return store;
}

describe('cause and effect of an event', () => {
  const chain = [2, 3, 4, 7, 9, 11, 12, 13];

  it('is the same seen from each of them', async () => {
    const store = await storeOf(start);
    for (const seq of chain) {
      const { related } = await store.eventContext(seq);
      expect(
        related?.events.map(({ event }) => event.seq),
        `from ${seq}`,
      ).toEqual(chain);
    }
  });

  it('tells what is linked from what only happened meanwhile, and how long calls and tasks took', async () => {
    const store = await storeOf(start);
    const { related } = await store.eventContext(11);
    expect(related?.events.filter(({ link }) => link === 'meanwhile').map(({ event }) => event.seq)).toEqual([
      4,
    ]);
    expect(
      related?.events.flatMap(({ event, until }) =>
        until === undefined ? [] : [[event.type, until - event.receivedAt]],
      ),
    ).toEqual([
      ['operation.asked', 3020],
      ['POST start', 10],
      ['task_update', 2909],
    ]);
    expect(related?.cause).toEqual({ seq: 2, receivedAt: at(300) });
  });

  it('is the event alone where nothing is linked to it', async () => {
    const store = await storeOf(start);
    const { related } = await store.eventContext(14);
    expect(related).toMatchObject({ more: 0, events: [{ event: { seq: 14 } }] });
    expect(related?.cause).toBeUndefined();
  });

  it('holds the echo of an emitted event, and no event of another connection with the same id', async () => {
    const other = { source: 'nas', connection: 'nas' };
    const store = await storeOf([
      about(0, { direction: 'out', origin: 'emitted', correlation: '7' }),
      about(5, { direction: 'in', correlation: '7' }),
      about(6, { ...other, correlation: '7' }),
    ]);
    const { related } = await store.eventContext(2);
    expect(related?.events.map(({ event }) => event.seq)).toEqual([1, 2]);
    expect(related?.cause?.seq).toBe(1);
  });

  it('shows the nearest two hundred of a long task and counts the rest', async () => {
    const store = await storeOf(
      Array.from({ length: 1000 }, (_, n) => about(n, { correlation: 'long', retention: 'task' })),
    );
    const { related } = await store.eventContext(500);
    const seqs = related?.events.map(({ event }) => event.seq) ?? [];
    expect([seqs.length, seqs.includes(500), related?.more]).toEqual([200, true, expect.any(Number)]);
    expect(related?.more).toBeGreaterThan(0);
  });

  it('does not exist for an event that is gone', async () => {
    const store = await storeOf(start);
    expect(await store.eventContext(99)).toEqual({
      previous: null,
      related: null,
      effects: { effects: [], others: 0 },
    });
  });
});

describe('the event before', () => {
  it('is of the same type, direction and subject, and differs in what is named', async () => {
    const store = await storeOf([
      about(0, { raw: '{"result":{"status":"success"}}' }),
      about(1, { raw: '{"result":{"status":"other"}}', subject: { kind: 'instance', key: 'beta' } }),
      about(2, { raw: '{}', direction: 'out' }),
      about(3, { raw: '{"result":{"status":"error","message":"Server is already running."}}' }),
    ]);
    expect((await store.eventContext(4)).previous).toEqual({
      from: { seq: 1, receivedAt: at(0) },
      to: { seq: 4, receivedAt: at(3) },
      changes: [
        { path: '$.result.status', kind: 'changed', from: '"success"', to: '"error"' },
        { path: '$.result.message', kind: 'added', to: '"Server is already running."' },
      ],
      more: 0,
    });
    expect((await store.eventContext(1)).previous).toMatchObject({ from: null, changes: [] });
  });

  it('has no subject where the event has none', async () => {
    const { subject: _, ...general } = about(0, { raw: '{"n":1}' });
    const store = await storeOf([general, about(1, {}), { ...general, receivedAt: at(2), raw: '{"n":2}' }]);
    expect((await store.eventContext(3)).previous).toMatchObject({ from: { seq: 1 } });
  });

  it('may be one of the user’s choice, the older first', async () => {
    const store = await storeOf([about(0, { raw: '{"n":1}' }), about(1, { raw: '{"n":2}', type: 'other' })]);
    const expected = { from: { seq: 1 }, changes: [{ path: '$.n', from: '1', to: '2' }] };
    expect(await store.compare([2, 1])).toMatchObject(expected);
    expect(await store.compare([1, 9])).toBeNull();
  });

  it('is not compared where a payload is no JSON or huge, and long values are cut', async () => {
    const long = 'x'.repeat(2_500_000);
    const store = await storeOf([
      about(0, { raw: 'no JSON' }),
      about(1, { raw: `{"long":"${long}"}` }),
      about(2, { raw: `{"long":"${long}y"}` }),
      about(3, { raw: '{"long":1}' }),
    ]);
    expect(await store.compare([1, 2])).toMatchObject({ obstacle: 'notJson' });
    expect(await store.compare([2, 3])).toMatchObject({ obstacle: 'tooLarge' });
    const [change] = (await store.compare([3, 4]))?.changes ?? [];
    expect(change?.from).toHaveLength(301);
  });
});

describe('the effect of an event', () => {
  const instance = (state: string, lastEventAt: number, key = 'alpha'): ChangeRow => ({
    address: home,
    what: 'instance',
    key: JSON.stringify(['home', 'instance', key]),
    state: JSON.stringify({ key, name: key, state, since: lastEventAt, lastEventAt }),
  });

  it('is what became of its thing, with what it was before', async () => {
    const store = await openTestStore();
    await store.append({ events: [about(0, {})], changes: [instance('running', at(0))] });
    await store.append({ events: [about(5000, {})], changes: [instance('crashed', at(5000))] });
    await store.append({ events: [about(9000, {})] });
    const first = (await store.eventContext(1)).effects;
    expect(first).toMatchObject({ others: 0, effects: [{ what: 'instance', before: null }] });
    const second = (await store.eventContext(2)).effects;
    expect(second.others).toBe(0);
    expect(
      second.effects.map(({ before, after }) =>
        [before, after].map((s) => (JSON.parse(s ?? '') as { state: string }).state),
      ),
    ).toEqual([['running', 'crashed']]);
    expect((await store.eventContext(3)).effects).toEqual({ effects: [], others: 0 });
  });

  it('may be shared by all events of one commit, and is none of another subject', async () => {
    const store = await openTestStore();
    const beta = { kind: 'instance', key: 'beta' };
    await store.append({
      events: [about(0, {}), about(1, {}), about(2, { subject: beta })],
      changes: [instance('ready', at(1)), instance('stopped', at(2), 'beta')],
    });
    for (const seq of [1, 2]) {
      const { effects, others } = (await store.eventContext(seq)).effects;
      expect([effects.map(({ key }) => key), others], `of ${seq}`).toEqual([
        ['["home","instance","alpha"]'],
        2,
      ]);
    }
  });

  it('is none where the next change came later', async () => {
    const store = await openTestStore();
    await store.append({ events: [about(0, {})] });
    await store.append({ events: [about(5000, {})], changes: [instance('crashed', at(5000))] });
    expect((await store.eventContext(1)).effects.effects).toEqual([]);
  });
});
