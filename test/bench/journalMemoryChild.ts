/** Prints the private memory, in MB over that of its start, of a process that works with the journal of its argument. */
import { readFileSync } from 'node:fs';
import { openBenchStore } from './benchStore.ts';
import { benchEvents, firstAt, gapMs } from './journalEvents.ts';

const EVENTS = 100_000;
const BATCH = 500;

// Code of this process that is no part of the journal is there before the first look.
benchEvents(0, BATCH);
const before = privateMegabytes();
const store = await openBenchStore(process.argv[2] ?? '');
const opened = privateMegabytes() - before;
for (let n = 0; n < EVENTS; n += BATCH) await store.append({ events: benchEvents(n, BATCH) });
const everything = await store.query('');
await everything.values('subject');
await everything.histogram(firstAt, firstAt + 5_000_000 * gapMs, 100);
for (const text of ['type:instance_ready', 'server-7', 'needle', 'müller', '$.Data.NewVersion:1.7']) {
  const result = await store.query(text);
  await result.rows({ anchor: 'newest', direction: 'older', count: 100 });
  await result.rows({ anchor: 'oldest', direction: 'newer', count: 100 });
  result.close();
}
const worked = privateMegabytes() - before;
process.stdout.write(JSON.stringify({ opened, worked }));
await store.close();

/** Private pages of this process, worker included. */
function privateMegabytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const rollup = readFileSync('/proc/self/smaps_rollup', 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].map(([, value]) =>
    Number(value),
  );
  return (kilobytes.reduce((sum, value) => sum + value, 0) * 1024) / 1e6;
}
