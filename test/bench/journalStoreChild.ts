/** Fills a journal with as many events as the argument says, measures it, and prints the lines as JSON. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { fill, openBenchStore } from './benchStore.ts';
import { benchEvents, rawBytes } from './journalEvents.ts';
import { queryTimes } from './journalQueries.ts';
import { line, median, percentile, ratio, takeTurns, timed, type Line } from './measure.ts';

/** Events of one transaction. */
const BATCH = 2000;
/** Inspectors at a time while their cost is measured: that of a single one drowns in the noise. */
const INSPECTORS = 50;
const INSTANCES = 2_000;

const count = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
const path = join(folder, 'journal.db');
const store = await openBenchStore(path);
try {
  const lines = await fillTimes();
  await idle();
  const size = statSync(path).size / count;
  lines.push(
    line(`bytes of a stored event of ${rawBytes} B`, size, 'B', '≤ 300', '', { least: rawBytes }),
    ...(await commitTimes()),
  );
  await idle();
  lines.push(...(await queryTimes(store, path, count)));
  lines.push(
    memory(),
    ...(await startTimes()),
    await secondWindow(),
    await liveQuery('live query by a word, an event and inspector', 'nothing-has-this'),
    await liveQuery('live query by a field, an event and inspector', 'type:nothing'),
  );
  process.stdout.write(JSON.stringify(lines));
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Lets the worker write back what waits in its log. */
async function idle(): Promise<void> {
  await sleep(1500);
}

/** In a process of its own: this one has the bare connections too. */
function memory(): Line {
  const child = fileURLToPath(new URL('journalMemoryChild.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--expose-gc', child, path], { encoding: 'utf8' });
  const { opened, worked } = JSON.parse(output) as { opened: number; worked: number };
  const what = 'private memory of host and worker over the start';
  const note = `${opened.toFixed(0)} MB when opened, this after 100,000 events and all kinds of queries`;
  return line(what, worked, 'MB', '≤ 120', note, { least: 1 });
}

async function fillTimes(): Promise<Line[]> {
  let hostMicroseconds = 0;
  const elapsed = await timed(async () => {
    await fill(store, count, async (append) => {
      const begun = process.threadCpuUsage();
      await append();
      const { user, system } = process.threadCpuUsage(begun);
      hostMicroseconds += user + system;
    });
  });
  const bare = bareInsert(50_000);
  const ours = (1000 * elapsed) / count;
  return [
    line('sustained', count / (elapsed / 1000), 'events/s', '≥ 20000', 'as fast as the journal takes them'),
    ratio(
      'insert',
      bare,
      ours,
      '× bare INSERT',
      '',
      `${ours.toFixed(1)} µs an event, bare ${bare.toFixed(1)} µs`,
    ),
    line('host CPU of an event', hostMicroseconds / count, 'µs', '≤ 4'),
  ];
}

/** Microseconds that the same rows take in the same tables, without counts of anything. */
function bareInsert(rows: number): number {
  const source = new DatabaseSync(path, { readOnly: true });
  const bare = new DatabaseSync(join(folder, 'bare.db'));
  try {
    bare.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    for (const { sql } of source
      .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name IN ('events', 'payloads') AND sql IS NOT NULL")
      .all())
      bare.exec(String(sql));
    const read = (table: string) => {
      const columns = source
        .prepare(`SELECT name FROM pragma_table_xinfo('${table}') WHERE hidden = 0`)
        .all();
      const names = columns.map(({ name }) => String(name)).join(', ');
      return source.prepare(`SELECT ${names} FROM ${table} ORDER BY seq LIMIT ${rows}`).all();
    };
    const [events, payloads] = [read('events'), read('payloads')].map((all) =>
      all.map((row): SQLOutputValue[] => Object.values(row)),
    );
    const insert = (table: string, columns = 0) =>
      bare.prepare(`INSERT INTO ${table} VALUES (${new Array(columns).fill('?').join(', ')})`);
    const intoEvents = insert('events', events?.[0]?.length);
    const intoPayloads = insert('payloads', payloads?.[0]?.length);
    const begun = performance.now();
    for (let from = 0; from < rows; from += BATCH) {
      bare.exec('BEGIN');
      for (let n = from; n < Math.min(rows, from + BATCH); n++) {
        intoEvents.run(...(events?.[n] ?? []));
        intoPayloads.run(...(payloads?.[n] ?? []));
      }
      bare.exec('COMMIT');
    }
    return (1000 * (performance.now() - begun)) / rows;
  } finally {
    bare.close();
    source.close();
  }
}

/** How far the journal is behind, quiet and busy, and how long the host's loop is blocked meanwhile. */
async function commitTimes(): Promise<Line[]> {
  const quiet = await lags({ perTick: 1, tickMs: 150, ticks: 20 });
  const busy: number[] = [];
  const blocked: number[] = [];
  for (let round = 0; round < 5; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    busy.push(...(await lags({ perTick: 200, tickMs: 10, ticks: 100 })));
    delay.disable();
    // The monitor itself waits a millisecond between two looks.
    blocked.push(delay.max / 1e6 - 1);
  }
  const busyNote = `median ${median(busy).toFixed(1)} ms`;
  return [
    line('commit behind, quiet, p95', percentile(quiet, 0.95), 'ms', '≤ 50'),
    line('commit behind at 20,000 events/s, p95', percentile(busy, 0.95), 'ms', '≤ 50', busyNote),
    line(
      'host blocked at 20,000 events/s',
      median(blocked),
      'ms',
      '≤ 10',
      'median of the longest of 5 rounds',
    ),
  ];
}

/** Milliseconds from each event to its commit. */
async function lags({ perTick = 0, tickMs = 0, ticks = 0 }): Promise<number[]> {
  const all: number[] = [];
  const underWay: Promise<unknown>[] = [];
  const begun = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    const at = performance.now();
    underWay.push(
      store.append({ events: benchEvents(count + tick * perTick, perTick) }).then(() => {
        all.push(performance.now() - at);
      }),
    );
    await sleep(Math.max(0, begun + (tick + 1) * tickMs - performance.now()));
  }
  await Promise.all(underWay);
  return all;
}

/** The start of a worker with the journal of this size, beside that of a worker that does nothing. */
async function startTimes(): Promise<Line[]> {
  const { source, host, connection, system } = benchEvents(0, 1)[0] ?? {
    source: '',
    host: '',
    connection: '',
    system: '',
  };
  const state = JSON.stringify({
    kind: 'instance',
    state: 'ready',
    version: '1.2.3',
    detail: 'x'.repeat(150),
  });
  await store.append({
    events: [],
    changes: Array.from({ length: INSTANCES }, (_, n) => ({
      address: { source, host, connection, system },
      what: 'instance',
      key: `server-${n}`,
      state,
    })),
  });
  const states: number[] = [];
  const { bare, ours } = await takeTurns(
    5,
    async () => {
      const begun = performance.now();
      const worker = new Worker('', { eval: true });
      await once(worker, 'online');
      const ms = performance.now() - begun;
      await worker.terminate();
      return ms;
    },
    async () => {
      const begun = performance.now();
      const another = await openBenchStore(path);
      const ms = performance.now() - begun;
      await another.state();
      states.push(performance.now() - begun);
      await another.close();
      return ms;
    },
  );
  return [
    line('worker starts and opens the journal', ours, 'ms', '', `an empty worker ${bare.toFixed(1)} ms`),
    line(
      `the same and the state of ${INSTANCES} instances`,
      median(states),
      'ms',
      '',
      'part of the tree ≤ 500',
    ),
  ];
}

/** From an event in one window to the news of its commit in another. */
async function secondWindow(): Promise<Line> {
  const other = await openBenchStore(path);
  await other.follow(100);
  const times: number[] = [];
  for (let n = 0; n < 20; n++) {
    const heard = new Promise<void>((resolve) => {
      const stop = other.onCommit(({ commit }) => {
        if (commit.to < commit.from) return;
        stop();
        resolve();
      });
    });
    times.push(
      await timed(async () => {
        await store.append({ events: benchEvents(count, 1) });
        await heard;
      }),
    );
  }
  await other.close();
  return line(
    'second window hears of an event',
    percentile(times, 0.95),
    'ms',
    '≤ 300',
    'p95, without its screen',
  );
}

/** Microseconds that one inspector costs each event that comes in; rounds with and without them take turns. */
async function liveQuery(what: string, text: string): Promise<Line> {
  const events = benchEvents(count, 10_000);
  const round = async (inspectors: number): Promise<number> => {
    const results = await Promise.all(Array.from({ length: inspectors }, () => store.query(text)));
    for (const result of results) await result.rows({ anchor: 'oldest', direction: 'newer', count: 1 });
    const ms = await timed(async () => {
      for (let n = 0; n < events.length; n += BATCH)
        await store.append({ events: events.slice(n, n + BATCH) });
    });
    for (const result of results) result.close();
    return ms;
  };
  const { bare, ours } = await takeTurns(
    7,
    () => round(0),
    () => round(INSPECTORS),
  );
  // A difference below the noise counts as nothing.
  const cost = Math.max(0, (1000 * (ours - bare)) / events.length / INSPECTORS);
  return line(what, cost, 'µs', '≤ 2', '', { mayBeZero: true });
}
