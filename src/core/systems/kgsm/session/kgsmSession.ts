import type { Text } from '../../../model/text.ts';
import type { Session } from '../../session.ts';
import type { Work } from '../decode/decoderState.ts';

/** How a command line ended that does a piece of work which events may have begun to tell of. */
export interface EndedWork {
  readonly work: Work;
  readonly instance: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly message: Text;
}

/** A session of this system, for operations. */
export interface KgsmSession extends Session {
  /** Generation of KGSM's program, once it is known. */
  generation?(): 1 | 2 | 3 | undefined;
  /** Reads the instances again and then ends what the events left open of the work. */
  workEnded?(ended: EndedWork): void;
  /** A body that we post ourselves counts, also where the same came before. */
  expectPost?(body: Uint8Array): void;
}
