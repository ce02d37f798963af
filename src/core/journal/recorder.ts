import type { OpsEvent } from '../model/event.ts';
import { liveTimeline } from '../model/event.ts';
import type { ConnectionStatus, Fleet } from '../model/fleet.ts';
import { PersistentMap } from '../model/persistentMap.ts';
import type { Decoder } from '../model/signal.ts';
import type { Pipeline, TimelineChange } from './pipeline.ts';
import type { Commit } from './store/writer.ts';
import type { Address, Batch, ChangeRow, ContextRow, CursorRow, StoredEvent } from './store/records.ts';

export interface RecorderOptions {
  readonly pipeline: Pipeline;
  /** The journal of a timeline; nothing where none is kept. */
  storeOf(timeline: string): { append(batch: Batch): Promise<Commit> } | undefined;
  decoderOf(system: string): Decoder<unknown> | undefined;
  /** Whether this window writes the events of a connection: only its capturing window does. */
  writes(connection: string): boolean;
  readonly now: () => number;
  /** Runs something a moment later, when the events of the same turn are committed. */
  readonly later: (run: () => void) => void;
  onError(error: unknown): void;
}

/** Characters of a decoder's context for which the next one waits a millisecond: a long one is not written at every event. */
const contextCharactersPerMs = 1000;

/** Writes what the pipeline commits into the journal: events and all that came of them in one transaction. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #unsubscribe: () => void;
  readonly #cursors = new Map<string, unknown>();
  readonly #movedCursors = new Set<string>();
  /** The context written last, and when the next may be, by connection. */
  readonly #contexts = new Map<string, { context: unknown; dueAt: number }>();
  readonly #open = new Set<Promise<unknown>>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#unsubscribe = options.pipeline.subscribe('journal', (change) => {
      this.#record(change);
    });
  }

  /** Memory of a session after a restart, committed with the events before it. */
  memory(connection: string): { load(): unknown; save(value: unknown): void } {
    return {
      load: () => this.#cursors.get(connection),
      save: (value) => {
        this.#cursors.set(connection, value);
        this.#movedCursors.add(connection);
        this.#options.later(() => {
          if (this.#movedCursors.has(connection)) this.#append(liveTimeline, { events: [] });
        });
      },
    };
  }

  /** Takes over the cursors of the journal. */
  setCursors(rows: readonly CursorRow[]): void {
    for (const { address, cursor } of rows) this.#cursors.set(address.connection, JSON.parse(cursor));
  }

  /** Commits all that is known of a connection; resolves when it is in the journal. */
  async settle(connection?: string): Promise<void> {
    this.#options.pipeline.flush();
    const contexts = [...(connection === undefined ? this.#contexts.keys() : [connection])];
    for (const each of contexts)
      this.#contexts.set(each, { context: this.#contexts.get(each)?.context, dueAt: 0 });
    this.#append(liveTimeline, { events: [] }, contexts);
    await Promise.allSettled(this.#open);
  }

  async dispose(): Promise<void> {
    await this.settle();
    this.#unsubscribe();
  }

  #record(change: TimelineChange): void {
    const { timeline } = change;
    const batch = batchOf(change, timeline === liveTimeline ? (id) => this.#options.writes(id) : () => true);
    if (batch.events.length === 0 && (batch.changes ?? []).length === 0) return;
    const connections = new Set(change.events.map(({ connection }) => connection));
    this.#append(timeline, batch, timeline === liveTimeline ? [...connections] : []);
  }

  #append(timeline: string, batch: Batch, connections: readonly string[] = []): void {
    const isLive = timeline === liveTimeline;
    const contexts = connections.flatMap((id) => this.#contextRow(id) ?? []);
    const cursors = isLive ? this.#cursorRows() : [];
    if (batch.events.length + (batch.changes ?? []).length + contexts.length + cursors.length === 0) return;
    const stored = this.#options.storeOf(timeline)?.append({ ...batch, contexts, cursors });
    if (!stored) return;
    const done = stored.catch((error: unknown) => {
      this.#options.onError(error);
    });
    this.#open.add(done);
    void done.finally(() => this.#open.delete(done));
  }

  #addressOf(connection: string): Address | undefined {
    const system = this.#options.pipeline.fleet().connections.get(connection)?.system;
    return system === undefined ? undefined : addressOf(connection, system);
  }

  #cursorRows(): CursorRow[] {
    return [...this.#movedCursors].flatMap((connection) => {
      const address = this.#addressOf(connection);
      if (!address) return [];
      this.#movedCursors.delete(connection);
      return [{ address, cursor: JSON.stringify(this.#cursors.get(connection) ?? null) }];
    });
  }

  #contextRow(connection: string): ContextRow | undefined {
    const { pipeline } = this.#options;
    const address = this.#addressOf(connection);
    const context = pipeline.context(liveTimeline, connection);
    const last = this.#contexts.get(connection);
    if (!address || context === undefined || context === last?.context) return undefined;
    if (!this.#options.writes(connection)) return undefined;
    if (last && this.#options.now() < last.dueAt) return undefined;
    const saved = JSON.stringify(this.#options.decoderOf(address.system)?.save(context) ?? null);
    this.#contexts.set(connection, {
      context,
      dueAt: this.#options.now() + saved.length / contextCharactersPerMs,
    });
    return { address, version: '1', context: saved };
  }
}

/** The journal's form of a commit of the pipeline: its events, and a row for each changed thing. */
export function batchOf(
  { before, fleet, events }: Pick<TimelineChange, 'before' | 'fleet' | 'events'>,
  writes: (connection: string) => boolean = () => true,
): Batch {
  const written = events.filter(({ connection }) => writes(connection));
  const connections = new Set(written.map(({ connection }) => connection));
  const changes = changeRows(before, fleet).filter(
    ({ address, state }) =>
      connections.has(address.connection) || (state === null && writes(address.connection)),
  );
  return { events: written.map(storedEvent), changes };
}

function storedEvent({ timeline, ...event }: OpsEvent): StoredEvent {
  return {
    ...event,
    ...addressOf(event.connection, event.system),
    ...(event.retention === 'metric' ? { noise: true } : {}),
    ...(event.type === 'connection.gap' ? { gap: true } : {}),
  };
}

/** The host is empty for a direct connection, because machines are renamed. */
function addressOf(connection: string, system: string): Address {
  return { source: connection, host: '', connection, system };
}

function changeRows(before: Fleet, fleet: Fleet): readonly ChangeRow[] {
  const rows: ChangeRow[] = [];
  for (const id of fleet.connections.differences(before.connections)) {
    const now = fleet.connections.get(id);
    const old = before.connections.get(id);
    const address = addressOf(id, (now ?? old)?.system ?? '');
    if (!now || !old || statusOf(now) !== statusOf(old))
      rows.push({ address, what: 'connection', key: '', state: now ? statusOf(now) : null });
    const instances = now?.instances ?? PersistentMap.empty();
    for (const key of instances.differences(old?.instances ?? PersistentMap.empty())) {
      const instance = instances.get(key);
      rows.push({ address, what: 'instance', key, state: instance ? JSON.stringify(instance) : null });
    }
  }
  for (const id of fleet.tasks.differences(before.tasks)) {
    const task = fleet.tasks.get(id);
    const connection = (task ?? before.tasks.get(id))?.connection ?? '';
    const { system = '' } = fleet.connections.get(connection) ?? before.connections.get(connection) ?? {};
    const state = task ? JSON.stringify(task) : null;
    rows.push({ address: addressOf(connection, system), what: 'task', key: id, state });
  }
  return rows;
}

/** A connection without its instances, which have rows of their own. */
function statusOf({ instances, lastEventAt, ...status }: ConnectionStatus): string {
  return JSON.stringify(status);
}
