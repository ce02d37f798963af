import type { OpsEvent } from '../../model/event.ts';
import { codeTables, flags, packCodes } from './schema.ts';

/** Origin of events: the connection, and the host behind it if one relays others. */
export interface Address {
  /** Id in the settings. */
  readonly source: string;
  /** Empty for a direct connection. */
  readonly host: string;
  readonly connection: string;
  readonly system: string;
}

/** An event as the journal keeps it. Its seq is given at the commit. */
export interface StoredEvent extends Omit<OpsEvent, 'timeline'>, Address {
  /** UUID of the task that it belongs to. */
  readonly task?: string;
  /** Stands for events that were lost. */
  readonly gap?: boolean;
  /** Values that it measured, for the roll-ups that outlive it. Not read back with the event. */
  readonly metrics?: readonly Metric[];
}
export type JournalEvent = StoredEvent & {
  readonly seq: number;
  /** Milliseconds of the call that ends with this reply; read only where it is asked for. */
  readonly duration?: number;
};

/** Time of an event in the order of the senders: theirs where they told one, else that of the arrival. */
export function sentTimeOf({ time, receivedAt }: Pick<StoredEvent, 'time' | 'receivedAt'>): number {
  return Math.trunc(time ?? receivedAt);
}

interface Metric {
  /** Of the instance; 'instance' where absent. */
  readonly kind?: string;
  readonly key: string;
  readonly name: string;
  readonly value: number;
}

/** The state of one thing after a batch. */
export interface ChangeRow {
  readonly address: Address;
  readonly what: 'instance' | 'task' | 'connection';
  readonly key: string;
  /** JSON; null = gone. */
  readonly state: string | null;
}
export interface ContextRow {
  readonly address: Address;
  readonly version: string;
  /** JSON. */
  readonly context: string;
}
export interface CursorRow {
  readonly address: Address;
  /** JSON. */
  readonly cursor: string;
}
/** State before the first event of a recording: that of its header, or not known. */
export type RecordingBasis = 'base' | 'unknown';
/** Events and what came of them: committed together or not at all. */
export interface Batch {
  readonly events: readonly StoredEvent[];
  /** `after`: number of events of the batch that came before; all of them where it is absent. */
  readonly changes?: readonly (ChangeRow & { readonly after?: number })[];
  /** Says that every change is kept beside the event that it came of, and what the first ones are reckoned from. */
  readonly basis?: RecordingBasis;
  readonly contexts?: readonly ContextRow[];
  readonly cursors?: readonly CursorRow[];
  /** Answers to requests of other windows. */
  readonly answers?: readonly { readonly id: string; readonly answer: unknown }[];
}

export type Value = string | number | null | Uint8Array;
/** Values of one event in `EncodedBatch.events`. One flat list costs a third of a list of objects to clone. */
export const valuesPerEvent = 15;

/** Which transaction of which writer a batch is; a number that the journal holds already is not written again. */
export interface BatchNumber {
  readonly writer: string;
  readonly number: number;
}

/** Metrics of one event. */
interface Measurement {
  readonly address: number;
  readonly at: number;
  readonly metrics: readonly Metric[];
}

/** Several batches on their way to the worker, to be committed in one transaction. */
export interface EncodedBatch {
  readonly id?: BatchNumber;
  readonly basis?: RecordingBasis;
  readonly addresses: readonly Address[];
  readonly events: Value[];
  /** `after`: number of events of this list that came before. */
  readonly changes: (ChangeRow & { readonly after: number })[];
  readonly contexts: ContextRow[];
  readonly cursors: CursorRow[];
  readonly measurements: Measurement[];
  readonly answers: { readonly id: string; readonly answer: unknown }[];
}

const byValue = (table: readonly string[]): ReadonlyMap<string, number> =>
  new Map(table.map((value, code) => [value, code]));
const codesOf: Readonly<Record<keyof typeof codeTables, ReadonlyMap<string, number>>> = {
  channel: byValue(codeTables.channel),
  direction: byValue(codeTables.direction),
  origin: byValue(codeTables.origin),
  severity: byValue(codeTables.severity),
  class: byValue(codeTables.class),
};

/** Gathers batches for one transaction. */
export class BatchEncoder {
  readonly #addressIndex = new Map<string, number>();
  #lastAddress: StoredEvent | undefined;
  #lastIndex = 0;
  readonly batch: EncodedBatch & { addresses: Address[]; basis?: RecordingBasis };

  constructor(id?: BatchNumber) {
    this.batch = {
      ...(id ? { id } : {}),
      addresses: [],
      events: [],
      changes: [],
      contexts: [],
      cursors: [],
      measurements: [],
      answers: [],
    };
  }

  get count(): number {
    return this.batch.events.length / valuesPerEvent;
  }

  add({ events, changes = [], contexts = [], cursors = [], answers = [], basis }: Batch): void {
    const begin = this.count;
    if (basis) this.batch.basis = basis;
    for (const event of events) this.#encode(event);
    for (const change of changes)
      this.batch.changes.push({ ...change, after: begin + (change.after ?? events.length) });
    this.batch.contexts.push(...contexts);
    this.batch.cursors.push(...cursors);
    this.batch.answers.push(...answers);
  }

  #encode(event: StoredEvent): void {
    const { subject, summary, rawBase64, problems, redacted } = event;
    const { args } = summary;
    const bits =
      (event.truncated ? flags.truncated : 0) |
      (rawBase64 === undefined ? 0 : flags.bytes) |
      (problems.length > 0 ? flags.problems : 0) |
      (redacted.length > 0 ? flags.redacted : 0) |
      (event.gap ? flags.gap : 0) |
      (event.noise ? flags.noise : 0) |
      (event.time === undefined ? flags.untimed : 0);
    const codes = packCodes({
      channel: codesOf.channel.get(event.channel) ?? 0,
      direction: codesOf.direction.get(event.direction) ?? 0,
      origin: codesOf.origin.get(event.origin) ?? 0,
      severity: codesOf.severity.get(event.severity) ?? 0,
      class: codesOf.class.get(event.retention) ?? 0,
      flags: bits,
    });
    const address = this.#address(event);
    if (event.metrics)
      this.batch.measurements.push({ address, at: event.receivedAt, metrics: event.metrics });
    this.batch.events.push(
      event.receivedAt,
      event.time ?? null,
      address,
      event.type,
      subject ? subject.kind : null,
      subject ? subject.key : null,
      subject?.name ?? null,
      codes,
      event.size,
      event.correlation ?? null,
      event.task ?? null,
      rawBase64 === undefined ? event.raw : Buffer.from(rawBase64, 'base64'),
      summary.template,
      args.length === 0 ? null : JSON.stringify(args),
      bits & (flags.problems | flags.redacted) ? JSON.stringify({ problems, redacted }) : null,
    );
  }

  #address(event: StoredEvent): number {
    const last = this.#lastAddress;
    if (
      last?.connection === event.connection &&
      last.source === event.source &&
      last.host === event.host &&
      last.system === event.system
    )
      return this.#lastIndex;
    const { source, host, connection, system } = event;
    const key = JSON.stringify([source, host, connection, system]);
    let index = this.#addressIndex.get(key);
    if (index === undefined) {
      index = this.batch.addresses.push({ source, host, connection, system }) - 1;
      this.#addressIndex.set(key, index);
    }
    this.#lastAddress = event;
    this.#lastIndex = index;
    return index;
  }
}
