import { english, type Text } from '../../../model/text.ts';
import type { Session } from '../../session.ts';
import type { Fields } from '../../reading.ts';
import type { JobNow } from './jobLedger.ts';
import type { Collection } from '../kinds.ts';
import type { Failure, Protocol } from '../messages.ts';

/** How a job ended; `lost` where nobody can tell any more. */
export interface JobEnd {
  readonly state: 'succeeded' | 'failed' | 'aborted' | 'lost';
  readonly message: Text;
  /** What the job wrote, or where it broke. */
  readonly log?: string;
}

/** Who waits for a job, and is told how far it is. */
export interface JobRun {
  readonly signal: AbortSignal;
  readonly progress: (words: string) => void;
}

/** A session of this system, for operations. */
export interface TrueNasSession extends Session {
  readonly protocol: Protocol;
  /** Which kinds of things this release and this user have. */
  readonly collections: ReadonlySet<Collection>;
  readonly openJobs: readonly JobNow[];
  /** Events that come now because somebody asked for them. */
  readonly subscribed: readonly string[];
  /** One call, journalled with its answer. Rejects with a TrueNasError. */
  call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown>;
  /**
   * A call that a job does; resolves with the end of the job. Rejects with a TrueNasError where there is no job. The signal
   * aborts the job where the NAS lets that be done, and ends the waiting.
   */
  job(method: string, params: readonly unknown[], run: JobRun): Promise<JobEnd>;
  /** Asks for one thing anew; nothing where it is not there. */
  entry(collection: Collection, key: string, signal: AbortSignal): Promise<Fields | undefined>;
  subscribe(name: string): Promise<void>;
  unsubscribe(name: string): Promise<void>;
}

export function isConversation(session: Session | undefined): session is TrueNasSession {
  return session !== undefined && 'openJobs' in session && 'collections' in session;
}

export type TrueNasReason = 'noSession' | 'closed' | 'unsuitable' | 'refused' | 'noAnswer';

/** Why something was not said to the NAS, not heard by it, or refused. */
export class TrueNasError extends Error {
  override readonly name = 'TrueNasError';
  readonly reason: TrueNasReason;
  readonly text: Text;
  /** What the NAS said, where it refused. */
  readonly failure?: Failure;

  constructor(
    reason: TrueNasReason,
    message: Text,
    options: { readonly cause?: unknown; readonly failure?: Failure } = {},
  ) {
    super(english(message), { cause: options.cause });
    this.reason = reason;
    this.text = message;
    if (options.failure) this.failure = options.failure;
  }

  static is(error: unknown, reason?: TrueNasReason): error is TrueNasError {
    return error instanceof TrueNasError && (reason === undefined || error.reason === reason);
  }
}
