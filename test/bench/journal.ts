import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { line, type Line } from './measure.ts';

const CHILD = fileURLToPath(new URL('journalChild.ts', import.meta.url));

/** Times of one search, medians in milliseconds. */
export interface Search {
  readonly ours: number;
  /** A loop over nothing but the values that are compared. */
  readonly bare: number;
  readonly found: number;
}

/** Figures of a process of its own that holds a journal and nothing else. */
export interface JournalFigures {
  readonly events: number;
  /** Bytes of the messages that went in. */
  readonly rawBytes: number;
  /** Resident size of the process, collected, before and after. */
  readonly residentBefore: number;
  readonly residentAfter: number;
  readonly ingestMs: number;
  readonly facet: Search;
  readonly substring: Search;
  readonly pageMs: number;
  /** Microseconds that an open inspector with this filter adds to an event. */
  readonly live: { readonly words: number; readonly field: number };
}

async function measureJournal(events: number): Promise<JournalFigures> {
  const child = spawn(process.execPath, ['--expose-gc', '--max-old-space-size=8192', CHILD, String(events)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [output, [code]] = await Promise.all([text(child.stdout), ended]);
  if (code !== 0) throw new Error(`the process with the journal ended with ${String(code)}`);
  return JSON.parse(output) as JournalFigures;
}

/** Memory and searches at the size that the budgets speak of, nothing multiplied. */
export async function millionEvents(): Promise<Line[]> {
  const figures = await measureJournal(1_000_000);
  const { events, rawBytes, residentBefore, residentAfter, facet, substring, pageMs, live } = figures;
  const count = events.toLocaleString('en');
  const grown = residentAfter - residentBefore;
  const beside = ({ bare, found }: Search): string =>
    `${found.toLocaleString('en')} found; a bare loop ${bare.toFixed(1)} ms`;
  const mega = 1_000_000;
  return [
    line(
      `memory over the start with ${count} events`,
      grown / mega,
      'MB',
      '≤ 120',
      `all in memory, with raised caps: ${Math.round(grown / events)} B an event of ${Math.round(rawBytes / events)} B; on disk from: History that lasts`,
      { least: rawBytes / mega },
    ),
    line(`type of ${count} events, counted`, facet.ours, 'ms', '≤ 30', beside(facet)),
    line(`substring in ${count} payloads, any case`, substring.ours, 'ms', '≤ 400', beside(substring)),
    line(`page of 100 in the middle of ${count}`, pageMs, 'ms', '≤ 10'),
    line('live query by words, an event and inspector', live.words, 'µs', '≤ 2'),
    line('live query by a field, an event and inspector', live.field, 'µs', '≤ 2'),
  ];
}
