import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../harness/suites.ts';
import { line, type Line } from './measure.ts';

const CHILD = fileURLToPath(new URL('journalStoreChild.ts', import.meta.url));
const sizes = [1_000_000, 5_000_000] as const;

/** Rows that may not take twice as long with five times the events. */
const constant = [
  'first 100 of a type',
  'first 100 of a word',
  "first 100 of a type, in the sender's order",
  "first 100 of a word, in the sender's order",
  'values of type',
  'histogram of all, 100 bins',
  'page of 100 anywhere, warm',
];
/** Rows that read everything: they may grow as the events do, with a tenth more for what no longer fits the cache. */
const linear = [
  'substring, any case, all counted',
  'substring that is not ASCII, all counted',
  'payload path with prefilter',
  'histogram of what matches, 100 bins',
];

/** The journal with 1,000,000 and 5,000,000 events, each in a process of its own, and how it grows from one to the other. */
export function journalStore(): Line[] {
  const [small = [], large = []] = sizes.map((count) => {
    const output = execFileSync(process.execPath, ['--expose-gc', CHILD, String(count)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(output) as Line[];
  });
  const growth = (what: string, budget: string): Line => {
    const [before, after] = [small, large].map((lines) => lines.find((each) => each.what === what)?.value);
    const grown = (after ?? NaN) / (before ?? NaN);
    return line(
      `journal: ${what}: 5,000,000 events`,
      grown,
      '× 1,000,000',
      budget,
      `${before} → ${after} ms`,
    );
  };
  const { worker = NaN } = JSON.parse(readFileSync(join(ROOT, 'dist/sizes.json'), 'utf8')) as {
    worker?: number;
  };
  return [
    ...named(small, '1 M'),
    ...named(large, '5 M'),
    ...constant.map((what) => growth(what, '≤ 2')),
    ...linear.map((what) => growth(what, '≤ 5.5')),
    line("journal: the worker's bundle", worker / 1000, 'kB', ''),
  ];
}

const named = (lines: readonly Line[], size: string): Line[] =>
  lines.map((each) => ({ ...each, what: `journal ${size}: ${each.what}` }));
