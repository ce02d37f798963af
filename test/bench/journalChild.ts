/** Fills a journal with as many events as the argument says, and prints `JournalFigures` as JSON. */
import { Journal, type Caps } from '../../src/core/journal/journal.ts';
import { JournalView } from '../../src/core/journal/view.ts';
import { retentionClasses } from '../../src/core/model/event.ts';
import { draft, message, pipelineOn } from './core.ts';
import type { JournalFigures, Search } from './journal.ts';
import { median, takeTurns, timed } from './measure.ts';

const ROUNDS = 7;
/** Inspectors at a time while their cost is measured: that of a single one drowns in the noise. */
const INSPECTORS = 20;
/** Folded in batches as they come in a busy second. */
const BATCH = 1000;

const events = Number(process.argv[2]);
const noCap = { events: Infinity, bytes: Infinity };
const caps = Object.fromEntries(retentionClasses.map((name) => [name, noCap])) as Caps;
const journal = new Journal(caps);
const parts = pipelineOn(journal);

// Code and caches are there before the first look at the memory.
let rawBytes = ingest(0, BATCH);
const residentBefore = resident();
const ingestMs = await timed(() => (rawBytes += ingest(BATCH, events)));
const residentAfter = resident();
if (journal.count !== events) throw new Error(`${journal.count} of ${events} events are in the journal`);

const raws = Array.from(journal.events(), ({ raw }) => raw);
const types = Array.from(journal.events(), ({ type }) => type);
const view = new JournalView(journal, 'live');
const facet = await search('type:ready', () => types.filter((type) => type.includes('ready')));
const substring = await search('"SERVER-7"', () =>
  raws.filter((raw) => raw.toLowerCase().includes('server-7"')),
);
view.setFilter('');
const pageMs = median(await repeated(() => timed(() => view.rows(events >> 1, 100))));
view.dispose();
const live = { words: await liveCost('nothing-has-this'), field: await liveCost('type:nothing') };

const figures: JournalFigures = {
  events,
  rawBytes,
  residentBefore,
  residentAfter,
  ingestMs,
  facet,
  substring,
  pageMs,
  live,
};
process.stdout.write(JSON.stringify(figures));

function ingest(from: number, to: number): number {
  let bytes = 0;
  for (let n = from; n < to; n++) {
    const made = message(n, 50);
    bytes += made.length;
    parts.ingest(draft(made));
    if (n % BATCH === BATCH - 1) parts.flush();
  }
  parts.flush();
  return bytes;
}

function resident(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('run with --expose-gc');
  gc();
  gc();
  return process.memoryUsage.rss();
}

async function search(filter: string, bare: () => readonly string[]): Promise<Search> {
  let found = 0;
  const ours = await repeated(() =>
    timed(() => {
      view.setFilter(filter);
      found = view.length;
    }),
  );
  return { ours: median(ours), bare: median(await repeated(() => timed(bare))), found };
}

/** Microseconds that one inspector costs each event that comes in; rounds with and without them take turns. */
async function liveCost(filter: string): Promise<number> {
  const count = 20_000;
  const drafts = Array.from({ length: count }, (_, n) => draft(message(n, 50)));
  // An empty journal each time: what it holds already costs a new event nothing.
  const round = (inspectors: number): Promise<number> => {
    const fresh = new Journal(caps);
    const pipeline = pipelineOn(fresh);
    for (let n = 0; n < inspectors; n++) new JournalView(fresh, 'live').setFilter(filter);
    return timed(() => {
      for (const each of drafts) pipeline.ingest(each);
      pipeline.flush();
    });
  };
  const { bare, ours } = await takeTurns(
    ROUNDS,
    () => round(0),
    () => round(INSPECTORS),
  );
  return (1000 * (ours - bare)) / count / INSPECTORS;
}

async function repeated(run: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < ROUNDS; n++) all.push(await run());
  return all;
}
