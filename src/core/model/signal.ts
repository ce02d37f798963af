import type { Draft, OpsEvent, Problem, Subject } from './event.ts';
import type { InstanceKey, InstancePatch } from './instance.ts';
import type { TaskFact } from './taskFold.ts';
import type { Text } from './text.ts';

export type ConnectionState =
  'connecting' | 'authenticating' | 'ready' | 'waiting' | 'failed' | 'closed' | 'elsewhere';

/** One change that an event reports. The connection is that of the event. */
export type Signal =
  | ({
      readonly signal: 'instance';
      readonly patch: InstancePatch;
      /** Change it only when it is there already: a removal must not bring an instance into being. */
      readonly onlyIfKnown?: boolean;
    } & InstanceKey)
  | ({ readonly signal: 'gone' } & InstanceKey)
  | ({
      /** Measured values of an instance at the time of the event; they are no part of the fleet. */
      readonly signal: 'metrics';
      readonly values: Readonly<Record<string, number>>;
    } & InstanceKey)
  | ({ readonly signal: 'task' } & TaskFact)
  | {
      /** The full list of a connection: what is not in it is gone. */
      readonly signal: 'snapshot';
      readonly instances: readonly (InstanceKey & { readonly patch: InstancePatch })[];
    }
  | {
      readonly signal: 'connection';
      readonly state: ConnectionState;
      readonly detail?: Text;
      readonly retryAt?: number;
      readonly heardAt?: number;
    };

/** Result of decoding a draft: the event without `seq` and the other fields that the journal gives. */
export interface Decoded<C> {
  readonly context: C;
  readonly event: Pick<OpsEvent, 'type' | 'severity' | 'retention' | 'summary'> & {
    readonly time?: number | undefined;
    /** Host behind the connection that the event comes from. */
    readonly host?: string | undefined;
    readonly subject?: Subject | undefined;
    readonly correlation?: string | undefined;
  };
  readonly signals: readonly Signal[];
  readonly problems: readonly Problem[];
}

/** A message after redaction, as a decoder sees it. */
export interface Message extends Omit<
  Draft,
  'bytes' | 'parsed' | 'problems' | 'size' | 'noise' | 'correlation'
> {
  readonly correlation?: string | undefined;
  readonly text: string;
  /** Value of the JSON in `text`, where somebody has parsed it already. */
  readonly parsed?: unknown;
  /** False where the bytes were no UTF-8; `text` then holds replacement characters. */
  readonly utf8: boolean;
  readonly truncated: boolean;
}

/** Result of one step of a decoder: the memory after it and the signals that it gave. */
export interface DecodeStep<C> {
  readonly context: C;
  readonly signals: readonly Signal[];
}

/**
 * The meaning of a system's messages. `decode` is pure and total: whatever arrives, it returns an event and never throws.
 */
export interface Decoder<C> {
  readonly initial: C;
  /**
   * Grows when a saved context means something else than before. One of another version begins as `initial`; the list that
   * a connection gets after connecting says the rest.
   */
  readonly version: number;
  decode(context: C, message: Message): Decoded<C>;
  /** Signals of an open task that was not heard of for too long. */
  taskLost(context: C, task: string): DecodeStep<C>;
  /** The context as plain JSON, for checkpoints; `load` answers `initial` where it cannot read what was saved. */
  save(context: C): unknown;
  load(saved: unknown): C;
  /** Cuts secrets out before anything is kept; returns the paths that it cut. */
  redact(text: string): { readonly text: string; readonly redacted: readonly string[] };
}
