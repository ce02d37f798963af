import { parseArgs } from 'node:util';
import { QueryError, type ResultHandle } from '../core/journal/store/journalStore.ts';
import { openExistingJournal } from './journalFile.ts';
import { writeEvent, writeLine } from './lines.ts';

const usage = `usage: gsops query '<query>' --journal <file.db> [--limit n] [--count]
  Prints the newest matching events, oldest first, as gsops watch prints them; --count prints {"count":n}.
  examples: gsops query 'is:failed time:>now-1d' --journal home.db
            gsops query 'type:instance_crashed' --journal home.db --count
            gsops query '$.Data.Version:1.2 -is:noise' --journal home.db --limit 20`;

const pageSize = 1000;

/** Runs `gsops query`; answers the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function queryCommand(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        journal: { type: 'string' },
        limit: { type: 'string', default: '100' },
        count: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const limit = Number(values.limit);
  const [query = ''] = positionals;
  if (positionals.length > 1) return wrong('The query is one argument: put it in quotes.');
  if (values.journal === undefined) return wrong('--journal is missing.');
  if (!Number.isInteger(limit) || limit < 1) return wrong('--limit must be a whole number above 0.');
  const journal = await openExistingJournal(values.journal);
  try {
    const result = await journal.query(query);
    if (values.count) writeLine({ count: await countOf(result) });
    else await printNewest(result, limit);
    return 0;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { from, replacement } = error.facts as { readonly from?: number; readonly replacement?: string };
    const place = from === undefined ? '' : ` (at character ${from + 1} of the query)`;
    const cure = replacement === undefined ? '' : ` Did you mean ${replacement}?`;
    process.stderr.write(`${error.message}${place}.${cure}\n`);
    return 2;
  } finally {
    await journal.close();
  }
}

function wrong(message: string): number {
  process.stderr.write(`${message}\n${usage}\n`);
  return 2;
}

async function countOf(result: ResultHandle): Promise<number> {
  const { total } = await result.rows({ anchor: 'oldest', direction: 'newer', count: 1 });
  return total;
}

/** The newest events that match, oldest of them first. */
async function printNewest(result: ResultHandle, limit: number): Promise<void> {
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
  for (const event of events.reverse()) writeEvent(event, writeLine);
}
