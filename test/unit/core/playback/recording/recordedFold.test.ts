import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { importRecording } from '../../../../../src/core/playback/recording/importRecording.ts';
import { recordingLine } from '../../../../../src/core/playback/recording/recordingLines.ts';
import { systems } from '../../helpers.ts';
import { home, openTestStore, storedEvent } from '../../journal/store/helpers.ts';

const at = Date.UTC(2026, 10, 20, 10);
const message = (EventType: string, Data: object = {}): string =>
  JSON.stringify({ EventType, Data: { InstanceName: 'ark', ...Data }, Timestamp: '2026-11-20T10:00:00Z' });

/** An event as an export writes it, with its meaning. */
const event = (raw: string, given: Partial<StoredEvent> = {}): string => {
  const type = (JSON.parse(raw) as { EventType: string }).EventType;
  const subject = { kind: 'instance', key: 'ark' };
  return recordingLine({ ...storedEvent(1, { raw, type, subject, receivedAt: at, ...given }), seq: 1 });
};

async function opened(...lines: readonly string[]): Promise<JournalStore> {
  const store = await openTestStore();
  await importRecording({
    content: Readable.from([Buffer.from(lines.join('\n'))]),
    store,
    plainSystem: 'kgsm',
    name: 'file',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return store;
}

const stateOf = (state: string | null | undefined): unknown =>
  typeof state === 'string' ? (JSON.parse(state) as { state?: unknown }).state : state;

/** Things that an event changed, with their states before and after. */
async function changed(store: JournalStore, seq: number): Promise<readonly unknown[]> {
  const { effects } = (await store.eventContext(seq)).effects;
  return effects
    .filter(({ what }) => what !== 'connection')
    .map(({ what, before, after }) => [what, stateOf(before), stateOf(after)]);
}

const base = (state: string, more: object = {}): string =>
  JSON.stringify({
    gameServerOpsRecording: 1,
    base: {
      seq: 7,
      changes: [
        {
          seq: 7,
          address: home,
          what: 'instance',
          key: JSON.stringify(['home', 'instance', 'ark']),
          state: JSON.stringify({
            ...{ connection: 'home', kind: 'instance', key: 'ark', name: 'ark', state },
            ...{ since: at - 60_000, lastEventAt: at - 60_000 },
          }),
        },
      ],
      contexts: [],
      ...more,
    },
  });

describe('what an event of a recording did', () => {
  it('is reckoned from the state that the recording begins with', async () => {
    const store = await opened(base('running'), event(message('instance_stopped')));
    expect((await store.eventContext(1)).effects.basis).toBe('base');
    expect(await changed(store, 1)).toEqual([['instance', 'running', 'stopped']]);
  });

  it('is told for each event alone, however close they came', async () => {
    const lines = ['started', 'ready', 'stopped', 'started'].map((word) =>
      event(message(`instance_${word}`)),
    );
    const store = await opened(base('stopped'), ...lines);
    const all = await Promise.all([1, 2, 3, 4].map((seq) => changed(store, seq)));
    expect(all).toEqual([
      [['instance', 'stopped', 'running']],
      [['instance', 'running', 'ready']],
      [['instance', 'ready', 'stopped']],
      [['instance', 'stopped', 'running']],
    ]);
    expect((await store.eventContext(2)).effects.others).toBe(0);
  });

  it('does not tell a state before the first event where the recording does not', async () => {
    const plain = (raw: string): string =>
      JSON.stringify({ raw, receivedAt: at, system: 'kgsm', connection: 'home' });
    const store = await opened(plain(message('instance_started')), plain(message('instance_stopped')));
    expect((await store.eventContext(1)).effects.basis).toBe('unknown');
    expect(await changed(store, 1)).toEqual([['instance', undefined, 'running']]);
    expect(await changed(store, 2)).toEqual([['instance', 'running', 'stopped']]);
  });

  it('knows what came into being where the state before is told', async () => {
    const store = await opened(
      base('running'),
      event(message('instance_started', { InstanceName: 'rust' }), {
        subject: { kind: 'instance', key: 'rust' },
      }),
    );
    expect(await changed(store, 1)).toEqual([['instance', null, 'running']]);
  });

  it('is nothing where a server was only heard of, and what came before stands all the same', async () => {
    const lines = ['started', 'started', 'stopped'].map((word, n) =>
      event(message(`instance_${word}`), { receivedAt: at + n }),
    );
    const store = await opened(base('stopped'), ...lines);
    expect(await changed(store, 2)).toEqual([]);
    expect(await changed(store, 3)).toEqual([['instance', 'running', 'stopped']]);
    const [stopped] = (await store.eventContext(3)).effects.effects;
    expect(JSON.parse(stopped?.before ?? '')).toMatchObject({ lastEventAt: at });
  });

  it('is told of tasks too', async () => {
    const store = await opened(base('stopped'), event(message('instance_update_started')));
    expect(await changed(store, 1)).toContainEqual(['task', null, 'running']);
  });

  it('knows the connection as it was, not as closed', async () => {
    const connection = { id: 'home', system: 'kgsm', state: 'ready', since: at - 60_000 };
    const row = { seq: 1, address: home, what: 'connection', key: '', state: JSON.stringify(connection) };
    const raw = JSON.stringify({ type: 'connection.state', state: 'waiting' });
    const { subject, ...lost } = storedEvent(1, {
      raw,
      type: 'connection.state',
      receivedAt: at,
      channel: 'control',
    });
    const store = await opened(base('', { changes: [row] }), recordingLine({ ...lost, seq: 1 }));
    const { effects } = (await store.eventContext(1)).effects;
    expect(effects.map(({ what, before, after }) => [what, stateOf(before), stateOf(after)])).toEqual([
      ['connection', 'ready', 'waiting'],
    ]);
  });

  it.each([
    ['is no state', '{"gameServerOpsRecording":1,"base":7}'],
    ['has things of wrong types', base('running', { changes: [{ seq: 'x' }] })],
    [
      'has a state that is no JSON',
      base('running', { changes: [{ seq: 1, address: home, what: 'task', key: 'a', state: '{' }] }),
    ],
    [
      'has a memory that is none',
      base('running', { contexts: [{ address: home, version: '1', context: '{' }] }),
    ],
    [
      'has a state of a wrong shape',
      base('running', { changes: [{ seq: 1, address: home, what: 'instance', key: 'a', state: '[null]' }] }),
    ],
  ])('is reckoned without a base that %s, and no event is lost', async (_, header) => {
    const store = await opened(
      header,
      event(message('instance_started')),
      event(message('instance_stopped')),
    );
    expect(await store.event(2)).toMatchObject({ type: 'instance_stopped' });
    expect(await changed(store, 2)).toEqual([['instance', 'running', 'stopped']]);
  });
});
