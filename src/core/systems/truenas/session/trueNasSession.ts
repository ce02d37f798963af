import type { Text } from '../../../model/text.ts';
import type { Session } from '../../session.ts';
import type { Fields } from '../../reading.ts';
import type { JobNow } from './jobLedger.ts';
import type { Collection } from '../kinds.ts';
import type { Protocol } from '../messages.ts';

/** How a job ended; `lost` where the NAS does not know any more. */
export interface JobEnd {
  readonly state: 'succeeded' | 'failed' | 'aborted' | 'lost';
  readonly message: Text;
  /** Log of the job, or the place where it broke. */
  readonly log?: string;
  /** The connection ended before the job did: a later session can tell how it ended. */
  readonly unsettled?: JobReference;
}

/** A job by what tells it from others; ids begin with 1 again when the NAS does. */
export interface JobReference {
  readonly method: string;
  /** Id of the call that began the job; the job names it from 25.10 on. */
  readonly call: string;
  /** Id of the job, and when it was made, as far as they were told. */
  readonly id?: string;
  readonly started?: number;
}

/** A caller that waits for a job and is told how far it is. */
export interface JobRun {
  readonly signal: AbortSignal;
  readonly progress: (words: string) => void;
}

/** A session of this system, for operations. */
export interface TrueNasSession extends Session {
  readonly protocol: Protocol;
  /** Lists that this release has and this user may read. */
  readonly collections: ReadonlySet<Collection>;
  readonly openJobs: readonly JobNow[];
  /** Names of events that the NAS confirmed and that come now. */
  readonly subscribed: readonly string[];
  /** One call, journalled with its answer. Rejects with a ConversationError. */
  call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown>;
  /**
   * A call that a job does; resolves with the end of the job. Rejects with a ConversationError where there is no job. The signal
   * aborts the job where the NAS lets that be done, and ends the waiting.
   */
  job(method: string, params: readonly unknown[], run: JobRun): Promise<JobEnd>;
  /** Follows a job that an earlier session began to its end; `lost` where the NAS does not know it any more. */
  resume(job: JobReference, run: JobRun): Promise<JobEnd>;
  /** Asks for one entry of a list anew; answers nothing where the list does not have it. */
  entry(collection: Collection, key: string, signal: AbortSignal): Promise<Fields | undefined>;
  subscribe(name: string): Promise<void>;
  unsubscribe(name: string): Promise<void>;
}
