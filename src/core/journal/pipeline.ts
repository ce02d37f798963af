import type { Draft, OpsEvent, Problem } from '../model/event.ts';
import { hasConnections, liveTimeline } from '../model/event.ts';
import { emptyFleet, fold, forgetConnection, type Fleet } from '../model/fleet.ts';
import { Listeners, type ListenerError } from '../model/listeners.ts';
import type { Decoded, Decoder, Message, Signal } from '../model/signal.ts';
import { measuredBy, type Measured, type MetricsStore } from '../model/metrics.ts';
import { text, type Text } from '../model/text.ts';
import { meaningOf, readControlFact, redactFact, type ControlFact } from './control.ts';
import { readBytes } from './readBytes.ts';

export interface TimelineChange {
  readonly timeline: string;
  readonly before: Fleet;
  readonly fleet: Fleet;
  readonly events: readonly OpsEvent[];
  /** Values that events measured. */
  readonly measured: ReadonlyMap<OpsEvent, readonly Measured[]>;
}

interface Timeline {
  fleet: Fleet;
  readonly contexts: Map<string, unknown>;
}

/** Entry of the commit queue: an event, a connection to forget, or what another window committed. */
type Waiting = { readonly timeline: string } & (
  | { readonly event: OpsEvent; readonly signals: readonly Signal[] }
  | { readonly forget: string }
  | { readonly adopt: (fleet: Fleet) => Fleet }
);

export interface PipelineOptions {
  /** The decoder of a system; its context type is its own business. */
  decoderOf(system: string): Decoder<unknown> | undefined;
  /** Finds what an arriving message echoes; answers its correlation. */
  correlate?(draft: Draft): string | undefined;
  /** Takes the measurements of connections. */
  readonly metrics?: MetricsStore;
  /** Runs something soon, after the present turn; a batch of events is folded at once then. */
  readonly defer: (run: () => void) => void;
  readonly onListenerError: ListenerError;
}

type Where = Pick<Draft, 'timeline' | 'connection' | 'system' | 'host' | 'receivedAt'>;

type Meaning = Omit<Decoded<unknown>, 'context'>;

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

function isAlarming(severity: OpsEvent['severity']): boolean {
  return severity === 'warning' || severity === 'error';
}

/** The one empty list of all events that have nothing to list. */
const none: readonly never[] = [];

type Source = Pick<
  OpsEvent,
  'timeline' | 'receivedAt' | 'connection' | 'system' | 'channel' | 'direction' | 'origin'
>;
type Kept = Pick<OpsEvent, 'raw' | 'size' | 'truncated' | 'redacted' | 'problems'>;

/** An event of the fields that have a value. */
function eventOf(
  { timeline, receivedAt, connection, system, channel, direction, origin }: Source,
  host: string,
  { type, severity, retention, summary, time, subject }: Meaning['event'],
  correlation: string | undefined,
  { raw, size, truncated, redacted, problems }: Kept,
): Mutable<OpsEvent> {
  const event: Mutable<OpsEvent> = {
    timeline,
    receivedAt,
    host,
    connection,
    system,
    channel,
    direction,
    origin,
    type,
    severity,
    retention,
    summary,
    raw,
    size,
    truncated,
    redacted,
    problems,
  };
  if (correlation !== undefined) event.correlation = correlation;
  if (time !== undefined) event.time = time;
  if (subject) event.subject = subject;
  return event;
}

function joined(first: readonly Problem[] = none, then: readonly Problem[]): readonly Problem[] {
  if (first.length === 0) return then.length === 0 ? none : then;
  return [...first, ...then];
}

/** Drafts in; redacted, decoded, journalled and folded events out. The one way into the journal. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #timelines = new Map<string, Timeline>();
  /** Timelines that nobody shows any more; ids are not used again. */
  readonly #dropped = new Set<string>();
  readonly #listeners: Listeners<TimelineChange>;
  #queue: Waiting[] = [];
  #scheduled = false;
  #committing = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#listeners = new Listeners(options.onListenerError);
  }

  /** Reads a draft; it is committed with the rest of its batch. */
  ingest(draft: Draft): OpsEvent {
    const decoder = this.#options.decoderOf(draft.system);
    const read = readBytes(draft, (whole) => decoder?.redact(whole) ?? { text: whole, redacted: none });
    const { timeline, receivedAt, host, connection, system, channel, direction, origin } = draft;
    const { utf8, truncated } = read;
    const message: Message = {
      timeline,
      receivedAt,
      host,
      connection,
      system,
      channel,
      direction,
      origin,
      correlation: draft.correlation,
      text: read.forDecoder,
      // A secret that was cut out of the text is still in what the source has parsed.
      parsed: read.exact ? draft.parsed : undefined,
      utf8,
      truncated,
    };
    const { event: told, signals, problems } = this.#decode(decoder, message);
    const correlation = draft.correlation ?? told.correlation ?? this.#options.correlate?.(draft);
    const event = eventOf(draft, told.host ?? '', told, correlation, {
      raw: read.text,
      size: draft.size ?? draft.bytes.byteLength,
      truncated,
      redacted: read.redacted.length === 0 ? none : read.redacted,
      problems: joined(draft.problems, problems),
    });
    if (read.rawBase64 !== undefined) event.rawBase64 = read.rawBase64;
    // A failure is news, however often it was asked for.
    if (draft.noise === true && !isAlarming(told.severity)) event.noise = true;
    return this.#append(event, signals);
  }

  /** Journals a fact of our own. */
  control(
    { correlation, ...where }: Where & { readonly correlation?: string },
    given: ControlFact,
    origin: Draft['origin'] = 'live',
  ): OpsEvent {
    const decoder = this.#options.decoderOf(where.system);
    const fact = decoder ? redactFact(given, (part) => decoder.redact(part).text) : given;
    const { event: told, signals } = this.#meaningOf(where, fact);
    const host = told.subject?.host ?? '';
    const raw = JSON.stringify(fact);
    const kept = {
      raw,
      size: Buffer.byteLength(raw),
      truncated: false,
      redacted: none,
      problems: none,
    };
    const source = { ...where, channel: 'control', direction: 'none', origin } as const;
    return this.#append(eventOf(source, host, told, correlation ?? told.correlation, kept), signals);
  }

  /** The fleet of a timeline as of its last commit: a pure read. */
  fleet(timeline: string = liveTimeline): Fleet {
    return this.#timelines.get(timeline)?.fleet ?? emptyFleet;
  }

  /** Starts a timeline from what a checkpoint holds. */
  restore(timeline: string, fleet: Fleet, contexts: ReadonlyMap<string, unknown>): void {
    const before = this.fleet(timeline);
    this.#timelines.set(timeline, { fleet, contexts: new Map(contexts) });
    this.#listeners.tell({ timeline, before, fleet, events: [], measured: new Map() });
  }

  context(timeline: string, connection: string): unknown {
    return this.#timelines.get(timeline)?.contexts.get(connection);
  }

  setContext(timeline: string, connection: string, context: unknown): void {
    this.#timeline(timeline).contexts.set(connection, context);
  }

  /** Forgets a timeline that nobody shows any more, with what still waits for it and what comes for it later. */
  drop(timeline: string): void {
    this.#dropped.add(timeline);
    this.#queue = this.#queue.filter((waiting) => waiting.timeline !== timeline);
    this.#timelines.delete(timeline);
  }

  /** Forgets a connection on the live timeline; its events stay in the journal. */
  forget(connection: string): void {
    this.#timeline(liveTimeline).contexts.delete(connection);
    this.#enqueue({ timeline: liveTimeline, forget: connection });
  }

  /** Takes over what another window committed, behind the events that came before. */
  adopt(change: (fleet: Fleet) => Fleet): void {
    this.#enqueue({ timeline: liveTimeline, adopt: change });
  }

  /** Called once per commit and timeline, in the order of the commits. `name` stands in the log if the listener throws. */
  subscribe(name: string, listener: (change: TimelineChange) => void): () => void {
    return this.#listeners.add(name, listener);
  }

  /**
   * Commits what waits. A listener that calls this, or ingests, is not interrupted by a later change: that is committed
   * after every listener was told of this one.
   */
  flush(): void {
    if (this.#committing) return;
    this.#committing = true;
    try {
      while (this.#queue.length > 0) this.#commit(this.#queue.splice(0));
    } finally {
      this.#committing = false;
    }
  }

  #commit(batch: readonly Waiting[]): void {
    const parts = Map.groupBy(batch, ({ timeline }) => timeline);
    for (const [id, waiting] of parts) {
      const timeline = this.#timeline(id);
      const before = timeline.fleet;
      const events: OpsEvent[] = [];
      const measured = new Map<OpsEvent, readonly Measured[]>();
      for (const each of waiting) {
        if ('forget' in each) {
          timeline.fleet = forgetConnection(timeline.fleet, each.forget);
          this.#options.metrics?.forget(each.forget);
          continue;
        }
        if ('adopt' in each) {
          timeline.fleet = each.adopt(timeline.fleet);
          continue;
        }
        const { event, signals } = each;
        events.push(event);
        if (signals.length > 0) timeline.fleet = fold(timeline.fleet, event, signals);
        if (hasConnections(id)) this.#options.metrics?.take(event, signals);
        const values = measuredBy(signals);
        if (values.length > 0) measured.set(event, values);
      }
      this.#listeners.tell({ timeline: id, before, fleet: timeline.fleet, events, measured });
    }
  }

  #decode(decoder: Decoder<unknown> | undefined, message: Message): Meaning {
    if (message.channel === 'control') {
      const fact = readControlFact(message.text);
      if (fact) return { ...this.#meaningOf(message, fact), problems: none };
      return incomprehensible(
        text('A control message that cannot be read'),
        text('is no control message of this version'),
      );
    }
    if (!decoder) {
      return {
        ...incomprehensible(text('An event of an unknown system'), text('no system of this name is known')),
        event: { ...unreadable, type: 'unknown', summary: text('An event of an unknown system') },
      };
    }
    const { contexts } = this.#timeline(message.timeline);
    try {
      const decoded = decoder.decode(contexts.get(message.connection) ?? decoder.initial, message);
      contexts.set(message.connection, decoded.context);
      return decoded;
    } catch (error) {
      this.#options.onListenerError(`decoder of ${message.system}`, error);
      return incomprehensible(text('An event that could not be decoded'), text('the decoder failed'));
    }
  }

  #meaningOf({ timeline, connection, system }: Where, fact: ControlFact): Omit<Meaning, 'problems'> {
    const meaning = meaningOf(fact);
    const decoder = this.#options.decoderOf(system);
    if (fact.type !== 'task.lost' || fact.systemId === undefined || !decoder) return meaning;
    const { contexts } = this.#timeline(timeline);
    const lost = decoder.taskLost(contexts.get(connection) ?? decoder.initial, fact.systemId);
    contexts.set(connection, lost.context);
    return { ...meaning, signals: [...meaning.signals, ...lost.signals] };
  }

  #append(event: OpsEvent, signals: readonly Signal[]): OpsEvent {
    this.#enqueue({ timeline: event.timeline, event, signals });
    return event;
  }

  #timeline(id: string): Timeline {
    let timeline = this.#timelines.get(id);
    if (!timeline) {
      timeline = { fleet: emptyFleet, contexts: new Map() };
      this.#timelines.set(id, timeline);
    }
    return timeline;
  }

  #enqueue(waiting: Waiting): void {
    if (this.#dropped.has(waiting.timeline)) return;
    this.#queue.push(waiting);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      this.flush();
    });
  }
}

const unreadable = { type: 'unreadable', severity: 'warning', retention: 'control' } as const;

function incomprehensible(summary: Text, message: Text): Meaning {
  const problem: Problem = { path: '', message };
  return { event: { ...unreadable, summary }, signals: none, problems: [problem] };
}
