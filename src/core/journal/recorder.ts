import type { Clock } from '../model/clock.ts';
import type { OpsEvent } from '../model/event.ts';
import { liveTimeline } from '../model/event.ts';
import { emptyFleet, type ConnectionStatus, type Fleet } from '../model/fleet.ts';
import type { Measured } from '../model/metrics.ts';
import type { Instance } from '../model/instance.ts';
import { PersistentMap } from '../model/persistentMap.ts';
import type { Decoder } from '../model/signal.ts';
import type { Task } from '../model/task.ts';
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
  /** Whether an operation runs in this window, which writes about it also when it captures the connection no more. */
  runs(task: Task): boolean;
  /** Whether the events of a connection are kept; what became of its things is, in any case: another window goes on from there. */
  keepsEvents(connection: string): boolean;
  readonly clock: Clock;
  onError(error: unknown): void;
}

/** Characters of a decoder's context for which the next one waits a millisecond: a long one is not written at every event. */
const contextCharactersPerMs = 1000;
/**
 * Events wait so long for the context that belongs to them, half of what the journal may be behind. A context that is due
 * later comes after its events: one of more than 25,000 characters, while events come without a pause.
 */
const longestWaitMs = 25;

/** Writes what the pipeline commits into the journal: events and all that came of them in one transaction. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #unsubscribe: () => void;
  readonly #cursors = new Map<string, unknown>();
  readonly #movedCursors = new Set<string>();
  /** The context written last, and when the next may be, by connection. */
  readonly #contexts = new Map<string, { context: unknown; dueAt: number }>();
  /** Events and changes of the live timeline that wait for the next write, and connections whose context may have changed. */
  #events: StoredEvent[] = [];
  #changes: ChangeRow[] = [];
  #answers: { readonly id: string; readonly answer: unknown }[] = [];
  readonly #moved = new Set<string>();
  #waitingSince: number | undefined;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
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
        this.#writeSoon();
      },
    };
  }

  /** Takes over the cursors of the journal. */
  setCursors(rows: readonly CursorRow[]): void {
    for (const { address, cursor } of rows) this.#cursors.set(address.connection, JSON.parse(cursor));
  }

  /** Answers a request of another window in one commit with all that came of it. */
  answer(id: string, answer: unknown): void {
    this.#options.pipeline.flush();
    this.#answers.push({ id, answer });
    this.#writeSoon();
  }

  /** Commits all that is known of a connection; resolves when it is in the journal. */
  async settle(connection?: string): Promise<void> {
    for (const id of connection === undefined ? this.#contexts.keys() : [connection]) this.#moved.add(id);
    this.#options.pipeline.flush();
    this.#write(Infinity);
    await Promise.allSettled(this.#open);
  }

  /** Writes all that is known once more: the journal was replaced by an empty one. */
  rewrite(): void {
    const { pipeline } = this.#options;
    const writes = (id: string): boolean => this.#options.writes(id);
    pipeline.flush();
    for (const row of changeRows(emptyFleet, pipeline.fleet()))
      if (writes(row.address.connection)) this.#changes.push(row);
    for (const id of this.#contexts.keys()) this.#moved.add(id);
    this.#contexts.clear();
    for (const id of this.#cursors.keys()) if (writes(id)) this.#movedCursors.add(id);
    this.#writeSoon();
  }

  async dispose(): Promise<void> {
    await this.settle();
    this.#timer?.cancel();
    this.#unsubscribe();
  }

  #record(change: TimelineChange): void {
    const { timeline } = change;
    const isLive = timeline === liveTimeline;
    const batch = isLive
      ? batchOf(
          change,
          (id) => this.#options.writes(id),
          (task) => this.#options.runs(task),
        )
      : batchOf(change);
    const { events, changes = [] } = batch;
    if (events.length === 0 && changes.length === 0) return;
    if (!isLive) {
      this.#append(timeline, batch);
      return;
    }
    for (const event of events) {
      if (this.#options.keepsEvents(event.connection)) this.#events.push(event);
      this.#moved.add(event.connection);
    }
    this.#changes.push(...changes);
    this.#writeSoon();
  }

  #writeSoon(): void {
    const now = this.#options.clock.now();
    this.#waitingSince ??= now;
    this.#writeAt(Math.max(now, this.#plannedAt()));
  }

  /** When the contexts of all that waits are due, and no later than events may wait. */
  #plannedAt(): number {
    const dueAt = Math.max(0, ...[...this.#moved].map((id) => this.#dueAt(id)));
    return Math.min(dueAt, (this.#waitingSince ?? -Infinity) + longestWaitMs);
  }

  #writeAt(at: number): void {
    if (this.#timer?.at === at) return;
    this.#timer?.cancel();
    const { clock, pipeline } = this.#options;
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      this.#timer = undefined;
      // Cursors and contexts are already those of events that still wait in the pipeline.
      pipeline.flush();
      // A timer may come a moment early.
      const now = Math.max(at, clock.now());
      if (this.#plannedAt() > now) this.#writeSoon();
      else this.#write(now);
    });
    this.#timer = { at, cancel };
  }

  /** Writes all that waits, with the contexts that are due at a time. */
  #write(at: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waitingSince = undefined;
    const contexts = [...this.#moved].flatMap((id) => this.#contextRow(id, at) ?? []);
    const [events, changes, answers] = [this.#events, this.#changes, this.#answers];
    this.#events = [];
    this.#changes = [];
    this.#answers = [];
    this.#append(liveTimeline, { events, changes, contexts, cursors: this.#cursorRows(), answers });
    if (this.#moved.size > 0) this.#writeAt(Math.min(...[...this.#moved].map((id) => this.#dueAt(id))));
  }

  #dueAt(connection: string): number {
    return this.#contexts.get(connection)?.dueAt ?? 0;
  }

  #append(timeline: string, batch: Batch): void {
    const { events, changes = [], contexts = [], cursors = [], answers = [] } = batch;
    if (events.length + changes.length + contexts.length + cursors.length + answers.length === 0) return;
    const done = this.#store(timeline, batch);
    this.#open.add(done);
    void done.finally(() => this.#open.delete(done));
  }

  async #store(timeline: string, batch: Batch): Promise<void> {
    try {
      await this.#options.storeOf(timeline)?.append(batch);
    } catch (error) {
      this.#options.onError(error);
    }
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

  /** The context of a connection, if it changed; one that is not due yet stays among the moved ones. */
  #contextRow(connection: string, at: number): ContextRow | undefined {
    const { pipeline, clock } = this.#options;
    if (this.#dueAt(connection) > at) return undefined;
    this.#moved.delete(connection);
    const address = this.#addressOf(connection);
    const context = pipeline.context(liveTimeline, connection);
    if (!address || context === undefined || context === this.#contexts.get(connection)?.context)
      return undefined;
    if (!this.#options.writes(connection)) return undefined;
    const decoder = this.#options.decoderOf(address.system);
    if (!decoder) return undefined;
    const saved = JSON.stringify(decoder.save(context) ?? null);
    this.#contexts.set(connection, { context, dueAt: clock.now() + saved.length / contextCharactersPerMs });
    return { address, version: String(decoder.version), context: saved };
  }
}

/**
 * The journal's form of a commit of the pipeline: its events, and a row for each changed thing. Of a connection that is
 * not written, the events of operations that run here and the rows of their tasks.
 */
export function batchOf(
  { before, fleet, events, measured }: Pick<TimelineChange, 'before' | 'fleet' | 'events' | 'measured'>,
  writes: (connection: string) => boolean = () => true,
  runs: (task: Task) => boolean = () => false,
): Batch {
  const ran = new Set(
    events.flatMap(({ channel, correlation = '' }) => {
      const task = channel === 'control' ? fleet.tasks.get(correlation) : undefined;
      return task && runs(task) ? [task.id] : [];
    }),
  );
  const written = events.filter(
    ({ connection, channel, correlation = '' }) =>
      writes(connection) || (channel === 'control' && ran.has(correlation)),
  );
  const connections = new Set(written.map(({ connection }) => connection).filter((id) => writes(id)));
  const changes = changeRows(before, fleet).filter(
    ({ address, what, key, state }) =>
      connections.has(address.connection) ||
      (what === 'task' && ran.has(key)) ||
      (state === null && writes(address.connection)),
  );
  return { events: written.map((event) => storedEvent(event, measured.get(event))), changes };
}

function storedEvent({ timeline, ...event }: OpsEvent, metrics?: readonly Measured[]): StoredEvent {
  return {
    ...event,
    ...addressOf(event.connection, event.system, event.host),
    ...(event.retention === 'metric' ? { noise: true } : {}),
    ...(event.type === 'connection.gap' ? { gap: true } : {}),
    ...(metrics ? { metrics } : {}),
  };
}

/** The host is empty for a direct connection, because machines are renamed. */
export function addressOf(connection: string, system: string, host = ''): Address {
  return { source: connection, host, connection, system };
}

type Instances = ConnectionStatus['instances'];

/** A row for each thing that is another than before; of instances those that count as changed. */
export function changeRows(
  before: Fleet,
  fleet: Fleet,
  isChanged: (now: Instance, before: Instance) => boolean = () => true,
): readonly ChangeRow[] {
  const rows: ChangeRow[] = [];
  for (const id of fleet.connections.differences(before.connections)) {
    const now = fleet.connections.get(id);
    const old = before.connections.get(id);
    const { system = '' } = now ?? old ?? {};
    const address = addressOf(id, system);
    if (!now || !old || (!isSameBut(statusParts, now, old) && statusOf(now) !== statusOf(old)))
      rows.push({ address, what: 'connection', key: '', state: now ? statusOf(now) : null });
    const instances: Instances = now?.instances ?? PersistentMap.empty();
    const oldInstances: Instances = old?.instances ?? PersistentMap.empty();
    for (const key of instances.differences(oldInstances)) {
      const instance = instances.get(key);
      const oldInstance = oldInstances.get(key);
      if (instance && oldInstance && !isChanged(instance, oldInstance)) continue;
      const { host } = instance ?? oldInstance ?? {};
      rows.push({
        address: addressOf(id, system, host),
        what: 'instance',
        key,
        state: instance ? JSON.stringify(instance) : null,
      });
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

/** Parts of a connection that are no part of its row, because they have rows of their own or none. */
const statusParts: ReadonlySet<string> = new Set<keyof ConnectionStatus>([
  'instances',
  'lastEventAt',
  'holder',
]);

/** Whether two objects are alike without a look into their values, apart from some of their fields. */
export function isSameBut<Thing extends object>(
  fields: ReadonlySet<string>,
  now: Thing,
  before: Thing,
): boolean {
  const names = new Set([...Object.keys(now), ...Object.keys(before)] as (keyof Thing & string)[]);
  return [...names].every((name) => fields.has(name) || now[name] === before[name]);
}

/** A connection without its instances, which have rows of their own. */
function statusOf({ instances, lastEventAt, holder, ...status }: ConnectionStatus): string {
  return JSON.stringify(status);
}
