import type { Draft, OpsEvent, Problem } from '../model/event.ts';
import { liveTimeline } from '../model/event.ts';
import { emptyFleet, fold, forgetConnection, type Fleet } from '../model/fleet.ts';
import type { Decoder, Message, Signal } from '../model/signal.ts';
import type { MetricsStore } from '../model/metrics.ts';
import { text } from '../model/text.ts';
import { decodeControl, type ControlMessage } from './control.ts';
import type { Journal } from './journal.ts';

export interface TimelineChange {
  readonly timeline: string;
  readonly before: Fleet;
  readonly fleet: Fleet;
  readonly events: readonly OpsEvent[];
}

interface Timeline {
  fleet: Fleet;
  readonly contexts: Map<string, unknown>;
  readonly pending: { readonly event: OpsEvent; readonly signals: readonly Signal[] }[];
}

export interface PipelineOptions {
  readonly journal: Journal;
  /** The decoder of a system; its context type is its own business. */
  decoderOf(system: string): Decoder<unknown> | undefined;
  /** Finds what an arriving message echoes; answers its correlation. */
  correlate?(draft: Draft): string | undefined;
  /** Takes the measurements of the live timeline. */
  readonly metrics?: MetricsStore;
  /** Runs something soon, after the present turn; a batch of events is folded at once then. */
  readonly defer: (run: () => void) => void;
}

/** The one empty list of all events that have nothing to list. */
const none: readonly never[] = [];

const decoderUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Drafts in; redacted, decoded, journalled and folded events out. The one way into the journal. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #timelines = new Map<string, Timeline>();
  readonly #listeners = new Set<(change: TimelineChange) => void>();
  #scheduled = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Journals a draft now; the fleet follows with the rest of its batch. */
  ingest(draft: Draft): OpsEvent {
    const timeline = this.#timeline(draft.timeline);
    const decoder = this.#options.decoderOf(draft.system);
    const read = readBytes(draft, decoder);
    const { text: raw, redacted, rawBase64, truncated, utf8 } = read;
    const { bytes, problems: wireProblems = [], size = bytes.byteLength, ...rest } = draft;
    const message: Message = { ...rest, text: read.forDecoder, utf8, truncated };

    const { event, signals, problems } = this.#decode(timeline, decoder, message);
    const correlation = draft.correlation ?? event.correlation ?? this.#options.correlate?.(draft);
    const entry = this.#options.journal.append({
      timeline: draft.timeline,
      receivedAt: draft.receivedAt,
      host: draft.host,
      connection: draft.connection,
      system: draft.system,
      channel: draft.channel,
      direction: draft.direction,
      origin: draft.origin,
      ...event,
      ...(correlation === undefined ? {} : { correlation }),
      raw,
      ...(rawBase64 === undefined ? {} : { rawBase64 }),
      size,
      truncated,
      redacted: redacted.length === 0 ? none : redacted,
      problems: wireProblems.length + problems.length === 0 ? none : [...wireProblems, ...problems],
    });
    timeline.pending.push({ event: entry, signals });
    this.#schedule();
    return entry;
  }

  /** Journals something that we have to say ourselves. */
  control(
    where: Pick<Draft, 'timeline' | 'connection' | 'system' | 'host' | 'receivedAt'> & {
      readonly correlation?: string;
    },
    message: ControlMessage,
    origin: Draft['origin'] = 'live',
  ): OpsEvent {
    return this.ingest({
      ...where,
      channel: 'control',
      direction: 'none',
      origin,
      bytes: Buffer.from(JSON.stringify(message)),
    });
  }

  /** The fleet of a timeline with everything folded that was ingested. */
  fleet(timeline: string = liveTimeline): Fleet {
    this.flush();
    return this.#timelines.get(timeline)?.fleet ?? emptyFleet;
  }

  /** Starts a timeline from what a checkpoint holds. */
  restore(timeline: string, fleet: Fleet, contexts: ReadonlyMap<string, unknown>): void {
    const before = this.#timelines.get(timeline)?.fleet ?? emptyFleet;
    this.#timelines.set(timeline, { fleet, contexts: new Map(contexts), pending: [] });
    this.#notify({ timeline, before, fleet, events: [] });
  }

  context(timeline: string, connection: string): unknown {
    return this.#timelines.get(timeline)?.contexts.get(connection);
  }

  setContext(timeline: string, connection: string, context: unknown): void {
    this.#timeline(timeline).contexts.set(connection, context);
  }

  /** Forgets a timeline that nobody shows any more. */
  drop(timeline: string): void {
    this.#timelines.delete(timeline);
  }

  /** Forgets a connection on the live timeline; its events stay in the journal. */
  forget(connection: string): void {
    this.flush();
    const timeline = this.#timeline(liveTimeline);
    const before = timeline.fleet;
    timeline.fleet = forgetConnection(before, connection);
    timeline.contexts.delete(connection);
    this.#options.metrics?.forget(connection);
    this.#notify({ timeline: liveTimeline, before, fleet: timeline.fleet, events: [] });
  }

  /** Called once per batch and timeline, after the fold. */
  subscribe(listener: (change: TimelineChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Folds what waits. */
  flush(): void {
    for (const [id, timeline] of this.#timelines) {
      if (timeline.pending.length === 0) continue;
      const batch = timeline.pending.splice(0);
      const before = timeline.fleet;
      let fleet = before;
      for (const { event, signals } of batch) {
        if (signals.length > 0) fleet = fold(fleet, event, signals);
        if (id === liveTimeline) this.#options.metrics?.take(event, signals);
      }
      timeline.fleet = fleet;
      this.#notify({ timeline: id, before, fleet, events: batch.map(({ event }) => event) });
    }
  }

  #decode(
    timeline: Timeline,
    decoder: Decoder<unknown> | undefined,
    message: Message,
  ): {
    readonly event: Pick<OpsEvent, 'type' | 'severity' | 'retention' | 'summary'> & {
      readonly correlation?: string;
    };
    readonly signals: readonly Signal[];
    readonly problems: readonly Problem[];
  } {
    const { connection } = message;
    if (message.channel === 'control') {
      const decoded = decodeControl(message);
      if (decoded.lostTask === undefined || !decoder) return decoded;
      const lost = decoder.taskLost(timeline.contexts.get(connection) ?? decoder.initial, decoded.lostTask);
      timeline.contexts.set(connection, lost.context);
      return {
        ...decoded,
        signals: [
          {
            signal: 'task',
            id: decoded.lostTask,
            patch: { state: 'lost', message: text('No end was reported') },
          },
          ...lost.signals,
        ],
      };
    }
    if (!decoder) {
      return {
        event: {
          type: 'unknown',
          severity: 'warning',
          retention: 'control',
          summary: text('An event of an unknown system'),
        },
        signals: [],
        problems: [{ path: '', message: text('no system of this name is known') }],
      };
    }
    const decoded = decoder.decode(timeline.contexts.get(connection) ?? decoder.initial, message);
    timeline.contexts.set(connection, decoded.context);
    return decoded;
  }

  #timeline(id: string): Timeline {
    let timeline = this.#timelines.get(id);
    if (!timeline) {
      timeline = { fleet: emptyFleet, contexts: new Map(), pending: [] };
      this.#timelines.set(id, timeline);
    }
    return timeline;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #notify(change: TimelineChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

interface ReadBytes {
  readonly text: string;
  readonly forDecoder: string;
  readonly rawBase64?: string;
  readonly redacted: readonly string[];
  readonly utf8: boolean;
  readonly truncated: boolean;
}

/** Bytes to text, with the secrets cut out before anything else sees them. */
function readBytes(draft: Draft, decoder: Decoder<unknown> | undefined): ReadBytes {
  const { truncated = false } = draft;
  const exact = decodeUtf8(draft.bytes, truncated);
  const whole = exact ?? lossyUtf8.decode(draft.bytes);
  const { text: kept, redacted } = redactDraft(draft, decoder, whole);
  const common = { forDecoder: kept, redacted, utf8: exact !== undefined, truncated };
  if (exact !== undefined) return { ...common, text: kept };
  // The bytes themselves would bring back what was cut; then the readable form has to do.
  if (redacted.length > 0) return { ...common, text: kept };
  return { ...common, text: '', rawBase64: Buffer.from(draft.bytes).toString('base64') };
}

function redactDraft(
  draft: Draft,
  decoder: Decoder<unknown> | undefined,
  whole: string,
): { readonly text: string; readonly redacted: readonly string[] } {
  return decoder ? decoder.redact(whole) : { text: whole, redacted: [] };
}

/** Undefined where the bytes are no UTF-8; the cut of a cap may fall inside a character and is no fault of the sender. */
function decodeUtf8(bytes: Uint8Array, truncated: boolean): string | undefined {
  for (let drop = 0; drop <= (truncated ? 3 : 0); drop++) {
    try {
      return decoderUtf8.decode(drop === 0 ? bytes : bytes.subarray(0, bytes.byteLength - drop));
    } catch {
      // Not this length.
    }
  }
  return undefined;
}
