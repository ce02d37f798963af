import type { Clock } from '../model/clock.ts';
import { liveTimeline, type Draft, type OpsEvent } from '../model/event.ts';
import { errorText, type Text } from '../model/text.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { AnySystem } from '../systems/system.ts';
import type { SecretReader, Session } from '../systems/session.ts';

export interface EmitTarget {
  readonly system: AnySystem;
  readonly address: string;
  /** The connection that listens there, if one of ours does; only then an echo comes. Otherwise the address names the target. */
  readonly connection?: string;
  /** The present session of that connection. */
  readonly session?: Session | undefined;
  readonly secret: SecretReader;
  /** The timeline that the event is part of; the live one where none is named. */
  readonly timeline?: string;
}

export interface EmitRequest {
  readonly target: EmitTarget;
  readonly bytes: Uint8Array;
  readonly origin: Extract<OpsEvent['origin'], 'emitted' | 'replayed'>;
  readonly signal: AbortSignal;
}

export type EmitResult =
  | {
      readonly ok: true;
      /** The echo through a listener of ours has it too; absent where another window sent. */
      readonly correlation?: string;
    }
  | { readonly ok: false; readonly message: Text };

export interface EmitterOptions {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly host: string;
  readonly newId: () => string;
  /** Lets another window send, where that one captures the connection of the target. */
  readonly forward?: (request: EmitRequest) => Promise<EmitResult> | undefined;
}

/** An echo comes within a moment or not at all. */
const echoWithinMs = 10_000;

/** An echo that may still come. */
interface Expected {
  readonly correlation: string;
  readonly until: number;
}

/**
 * Sends events as their system would, journals each once, and recognises them when they come back through a listener of
 * our own.
 */
export class Emitter {
  readonly #options: EmitterOptions;
  /** Expected echoes by connection, then by text; the text that was sent longest ago stands first. */
  readonly #expected = new Map<string, Map<string, Expected[]>>();

  constructor(options: EmitterOptions) {
    this.#options = options;
  }

  async emit(request: EmitRequest): Promise<EmitResult> {
    const forwarded = this.#options.forward?.(request);
    if (forwarded) return forwarded;
    const { target, bytes, origin, signal } = request;
    const { pipeline, clock, host } = this.#options;
    const correlation = this.#options.newId();
    const connection = target.connection ?? target.address;
    const where = {
      timeline: target.timeline ?? liveTimeline,
      host,
      connection,
      system: target.system.id,
      receivedAt: clock.now(),
      correlation,
    };
    // The event is journalled before it is sent, so that it stands above its echo.
    pipeline.ingest({ ...where, channel: 'push', direction: 'out', origin, bytes });
    if (target.connection !== undefined) this.#expect(target.connection, bytes, correlation);
    try {
      const { session, secret } = target;
      await target.system.emit(target.address, bytes, { signal, session, secret });
      return { ok: true, correlation };
    } catch (error) {
      const message = errorText(error);
      pipeline.control(
        { ...where, receivedAt: clock.now() },
        { type: 'emit.failed', address: target.address, message },
      );
      return { ok: false, message };
    }
  }

  /** The correlation of the emission that this draft is the echo of. */
  correlate(draft: Draft): string | undefined {
    if (draft.direction !== 'in' || draft.origin !== 'live') return undefined;
    const waiting = this.#waiting(draft.connection, draft.receivedAt);
    if (!waiting) return undefined;
    const key = echoKey(draft.bytes);
    const same = waiting.get(key);
    let found = same?.shift();
    while (found && found.until < draft.receivedAt) found = same?.shift();
    if (same?.length === 0) waiting.delete(key);
    return found?.correlation;
  }

  #expect(connection: string, bytes: Uint8Array, correlation: string): void {
    const now = this.#options.clock.now();
    const waiting = this.#waiting(connection, now) ?? new Map<string, Expected[]>();
    const key = echoKey(bytes);
    const same = waiting.get(key) ?? [];
    same.push({ correlation, until: now + echoWithinMs });
    waiting.delete(key);
    waiting.set(key, same);
    this.#expected.set(connection, waiting);
  }

  /** Echoes that may still come on a connection; undefined where none may, so that nothing has to be parsed. */
  #waiting(connection: string, now: number): Map<string, Expected[]> | undefined {
    const waiting = this.#expected.get(connection);
    for (const [key, same] of waiting ?? []) {
      if ((same.at(-1)?.until ?? 0) >= now) return waiting;
      waiting?.delete(key);
    }
    this.#expected.delete(connection);
    return undefined;
  }
}

/** White space in a document is the wire's, not the event's: some wires want it on one line. */
function echoKey(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8').trim();
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
