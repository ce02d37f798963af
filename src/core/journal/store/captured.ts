import { capturedTimes, type Captured, type ConnectionChange } from '../../model/stateHistory.ts';
import type { JournalDatabase } from './database.ts';
import { readEvents } from './reader.ts';
import { readStints, type Limits, type Stint } from './stints.ts';

/** Events before the end of a commit in which those of the connection are looked for. */
const lookBack = 200;

/** Times since `limits.from` in which a connection was heard, `heardUntil` at the latest. */
export function* readCaptured(
  db: JournalDatabase,
  connection: string,
  limits: Limits & { readonly heardUntil: number },
): Generator<undefined, { readonly times: readonly Captured[]; readonly isCut: boolean }> {
  const { from, heardUntil, most } = limits;
  const stints = yield* readStints(db, { connection, what: 'connection', key: '' }, limits);
  // A replay has no rows of its connections: all of it was heard.
  if (stints.length === 0)
    return { times: [{ from: Math.min(from, heardUntil), to: heardUntil }], isCut: false };
  const changes = stints.map((stint, n) => toConnectionChange(db, connection, stint, stints[n - 1]));
  return { times: capturedTimes(changes, heardUntil), isCut: stints.length >= most };
}

function toConnectionChange(
  db: JournalDatabase,
  connection: string,
  stint: Stint,
  before: Stint | undefined,
): ConnectionChange {
  const { at, state } = stint;
  const isReady = state === 'ready';
  const isAgain = isReady && before?.state === 'ready';
  const heardAt = isAgain ? heardBefore(db, connection, stint) : stint.heardAt;
  return { at, isReady, ...(heardAt === undefined ? {} : { heardAt }) };
}

/** When a server was last heard of before it was connected again within one commit, which keeps no row of what came before. */
function heardBefore(db: JournalDatabase, connection: string, { seq, at }: Stint): number | undefined {
  const seqs = db
    .prepareArrays(
      `SELECT seq FROM (SELECT seq, connection, type, receivedAt FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT ${lookBack})
       WHERE receivedAt <= ? AND type IN (SELECT id FROM names WHERE value = 'connection.state') ORDER BY seq DESC`,
    )
    .all(seq, at)
    .map(([each]) => Number(each));
  for (const event of readEvents(db, seqs)) {
    if (event.connection !== connection) continue;
    const heardAt = /"heardAt":(\d+)/.exec(event.raw)?.[1];
    if (heardAt !== undefined) return Number(heardAt);
  }
  return undefined;
}
