import { QueryError, type ResultHandle } from '../core/journal/store/journalStore.ts';
import { readArguments, UsageError, type Command } from './command.ts';
import { openExistingJournal } from './journalFile.ts';
import { journalOptions, journalPlace, journalUsage } from './journalPlace.ts';
import { lineWriter, writeEvent, writeLine } from './lines.ts';

const pageSize = 1000;

export const queryCommand: Command = {
  usage: `usage: gsops query '<query>' [--journal <file.db> | --storage <folder>] [--limit n] [--count] [--json]
  Prints the newest matching events, oldest first, as gsops watch prints them; --count prints {"count":n}.
${journalUsage}
  examples:
    gsops query 'is:failed time:>now-1d'
    gsops query 'type:instance_crashed' --journal home.db --count
    gsops query '$.Data.Version:1.2 -is:noise' --journal home.db --limit 20 --json
    gsops query --count '' --storage "$GSOPS_STORAGE"`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...journalOptions,
      limit: { type: 'string', default: '100' },
      count: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const limit = Number(values.limit);
    const query = onlyQuery(positionals);
    if (!Number.isInteger(limit) || limit < 1)
      throw new UsageError('--limit must be a whole number above 0.');
    const journal = await openExistingJournal(journalPlace(values));
    try {
      const result = await journal.query(query);
      if (values.count) writeLine({ count: await countOf(result) });
      else await printNewest(result, limit, lineWriter(values.json));
      return 0;
    } catch (error) {
      throw explained(error);
    } finally {
      await journal.close();
    }
  },
};

/** The query among the arguments; none means all events. */
export function onlyQuery(positionals: readonly string[]): string {
  if (positionals.length > 1) throw new UsageError('The query is one argument: put it in quotes.');
  return positionals[0] ?? '';
}

/** An error of a query with its place and its cure; any other as it is. */
export function explained(error: unknown): unknown {
  if (!(error instanceof QueryError)) return error;
  const { from, replacement } = error.facts as { readonly from?: number; readonly replacement?: string };
  const place = from === undefined ? '' : ` (at character ${from + 1} of the query)`;
  const cure = replacement === undefined ? '' : ` Did you mean ${replacement}?`;
  return new UsageError(`${error.message}${place}.${cure}`);
}

async function countOf(result: ResultHandle): Promise<number> {
  const { total } = await result.rows({ anchor: 'oldest', direction: 'newer', count: 1 });
  return total;
}

/** The newest events that match, oldest of them first. */
async function printNewest(
  result: ResultHandle,
  limit: number,
  write: (line: object) => void,
): Promise<void> {
  const events = [];
  let anchor: Parameters<ResultHandle['rows']>[0]['anchor'] = 'newest';
  while (events.length < limit) {
    const count = Math.min(pageSize, limit - events.length);
    const { rows } = await result.rows({ anchor, direction: 'older', count });
    events.push(...rows);
    const last = rows.at(-1);
    if (!last || rows.length < count) break;
    anchor = { seq: last.seq };
  }
  for (const event of events.reverse()) writeEvent(event, write);
}
