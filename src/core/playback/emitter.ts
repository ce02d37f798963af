import type { Clock } from '../model/clock.ts';
import { liveTimeline, type Draft, type OpsEvent } from '../model/event.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { AnySystem } from '../systems/system.ts';
import type { SecretReader, Session } from '../systems/session.ts';

export interface EmitTarget {
  readonly system: AnySystem;
  readonly address: string;
  /** The connection that listens there, if one of ours does; otherwise the address itself names the target. */
  readonly connection?: string;
  /** The conversation of that connection as it is now. */
  readonly session?: Session | undefined;
  readonly secret: SecretReader;
}

export interface EmitRequest {
  readonly target: EmitTarget;
  readonly bytes: Uint8Array;
  readonly origin: Extract<OpsEvent['origin'], 'emitted' | 'replayed'>;
  readonly signal: AbortSignal;
}

export type EmitResult = { readonly ok: true } | { readonly ok: false; readonly message: Text };

export interface EmitterOptions {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly host: string;
  readonly newId: () => string;
}

/** An echo comes within a moment or not at all. */
const echoWithinMs = 10_000;

interface Expected {
  readonly correlation: string;
  readonly until: number;
}

/** An error that can say for people what went wrong; typed errors of the wires have it. */
interface Worded {
  readonly text: Text;
}

/**
 * Sends events as their system would, journals each once, and recognises them when they come back through a listener of
 * our own.
 */
export class Emitter {
  readonly #options: EmitterOptions;
  readonly #expected = new Map<string, Expected[]>();

  constructor(options: EmitterOptions) {
    this.#options = options;
  }

  async emit({ target, bytes, origin, signal }: EmitRequest): Promise<EmitResult> {
    const { pipeline, clock, host } = this.#options;
    const correlation = this.#options.newId();
    const connection = target.connection ?? target.address;
    const where = {
      timeline: liveTimeline,
      host,
      connection,
      system: target.system.id,
      receivedAt: clock.now(),
      correlation,
    };
    // Before the sending, so that it stands above its echo.
    pipeline.ingest({ ...where, channel: 'push', direction: 'out', origin, bytes });
    const key = echoKey(connection, bytes);
    this.#expect(key, { correlation, until: clock.now() + echoWithinMs });
    try {
      const { session, secret } = target;
      await target.system.emit(target.address, bytes, { signal, session, secret });
      return { ok: true };
    } catch (error) {
      const message = wordsOf(error);
      pipeline.control(
        { ...where, receivedAt: clock.now() },
        { type: 'emit.failed', address: target.address, message },
      );
      return { ok: false, message };
    }
  }

  /** The correlation of the emission that this draft is the echo of. */
  correlate(draft: Draft): string | undefined {
    if (this.#expected.size === 0 || draft.direction !== 'in' || draft.origin !== 'live') return undefined;
    const key = echoKey(draft.connection, draft.bytes);
    const waiting = this.#expected.get(key);
    const found = waiting?.shift();
    if (waiting?.length === 0) this.#expected.delete(key);
    return found && found.until >= draft.receivedAt ? found.correlation : undefined;
  }

  #expect(key: string, expected: Expected): void {
    const now = this.#options.clock.now();
    for (const [old, waiting] of this.#expected) {
      if (waiting.every(({ until }) => until < now)) this.#expected.delete(old);
    }
    this.#expected.set(key, [...(this.#expected.get(key) ?? []), expected]);
  }
}

/** White space in a document is the wire's, not the event's: some wires want it on one line. */
function echoKey(connection: string, bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8').trim();
  try {
    return `${connection}\n${JSON.stringify(JSON.parse(text))}`;
  } catch {
    return `${connection}\n${text}`;
  }
}

function wordsOf(error: unknown): Text {
  if (typeof error === 'object' && error !== null && 'text' in error) return (error as Worded).text;
  return text('{0}', oneLine(error instanceof Error ? error.message : String(error), 200));
}
