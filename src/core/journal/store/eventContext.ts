import { readPrevious } from './comparison.ts';
import type { JournalDatabase } from './database.ts';
import { readEffects } from './effects.ts';
import type { EventContext } from './messages.ts';
import { readRelated } from './related.ts';

/** An event among others, a part a step. */
export function* readEventContext(db: JournalDatabase, seq: number): Generator<undefined, EventContext> {
  const related = readRelated(db, seq);
  yield;
  const effects = readEffects(db, seq);
  yield;
  return { previous: readPrevious(db, seq), related, effects };
}
