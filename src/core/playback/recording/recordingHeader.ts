import type { JournalStore, ResultHandle } from '../../journal/store/journalStore.ts';
import type { JournalEvent } from '../../journal/store/records.ts';
import type { RecordingHeader } from './recordingLines.ts';

/** Facts of a recording that are known before its events are read. */
export interface HeaderFacts {
  readonly store: Pick<JournalStore, 'query' | 'state' | 'status'>;
  readonly name: string;
  readonly software: string;
  /** The connections of this window. */
  readonly connections: readonly { readonly id: string; readonly system: string }[];
  /** Name of a connection, of this window or of the recording that its events come from. */
  readonly nameOf: (connection: string) => string;
}

type Counted = Pick<RecordingHeader, 'counts' | 'redacted' | 'truncated'> & {
  readonly connections: readonly string[];
};

/** The header of the events that a query finds; undefined where it finds none. */
export async function headerOfQuery(
  facts: HeaderFacts,
  query: string,
  handle: ResultHandle,
): Promise<RecordingHeader | undefined> {
  const [oldest, newest, byClass, byConnection, redacted, truncated] = await Promise.all([
    handle.rows({ anchor: 'oldest', direction: 'newer', count: 1 }),
    handle.rows({ anchor: 'newest', direction: 'older', count: 1 }),
    handle.values('class'),
    handle.values('connection'),
    countOf(facts.store, `${inParentheses(query)} has:redacted`),
    countOf(facts.store, `${inParentheses(query)} is:truncated`),
  ]);
  const [first] = oldest.rows;
  const [last] = newest.rows;
  if (!first || !last) return undefined;
  return header(facts, first, last, {
    counts: Object.fromEntries(byClass.map(({ value, count }) => [value, count])),
    connections: byConnection.map(({ value }) => value),
    redacted,
    truncated,
  });
}

/** The header of these events, oldest first. */
export async function headerOfEvents(
  facts: HeaderFacts,
  events: readonly JournalEvent[],
): Promise<RecordingHeader | undefined> {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return undefined;
  const counts: Record<string, number> = {};
  for (const { retention } of events) counts[retention] = (counts[retention] ?? 0) + 1;
  return header(facts, first, last, {
    counts,
    connections: [...new Set(events.map(({ connection }) => connection))],
    redacted: events.filter((event) => event.redacted.length > 0).length,
    truncated: events.filter((event) => event.truncated).length,
  });
}

async function header(
  { store, name, software, connections, nameOf }: HeaderFacts,
  first: JournalEvent,
  last: JournalEvent,
  counted: Counted,
): Promise<RecordingHeader> {
  const base = await store.state(first.seq - 1);
  return {
    gameServerOpsRecording: 1,
    name,
    journal: store.status.journalId,
    fromSeq: first.seq,
    toSeq: last.seq,
    from: new Date(first.receivedAt).toISOString(),
    to: new Date(last.receivedAt).toISOString(),
    connections: counted.connections.map((id) => ({
      ...(connections.find((each) => each.id === id) ?? { id }),
      name: nameOf(id),
    })),
    classes: Object.keys(counted.counts ?? {}),
    ...(counted.counts ? { counts: counted.counts } : {}),
    software,
    redacted: counted.redacted ?? 0,
    truncated: counted.truncated ?? 0,
    // Without the read positions of sessions: they mean nothing elsewhere.
    base: { seq: base.seq, changes: base.changes, contexts: base.contexts },
  };
}

function inParentheses(query: string): string {
  return query.trim() === '' ? '' : `(${query})`;
}

async function countOf(store: Pick<JournalStore, 'query'>, query: string): Promise<number> {
  const handle = await store.query(query);
  try {
    return (await handle.rows({ anchor: 'oldest', direction: 'newer', count: 1 })).total;
  } finally {
    handle.close();
  }
}
