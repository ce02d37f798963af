import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { JournalStore, type ResultHandle } from '../../src/core/journal/store/journalStore.ts';
import type { StoredEvent } from '../../src/core/journal/store/records.ts';
import { workerBackend } from '../../src/core/journal/store/workerBackend.ts';
import { line, median, percentile, takeTurns, timed, type Line } from './measure.ts';

const types = ['started', 'ready', 'stopped', 'version_updated', 'backup_created'].map(
  (name) => `instance_${name}`,
);
const start = Date.UTC(2026, 10, 1);
/** A day has 1,000,000 of them. */
const gapMs = 86;
const rawBytes = 218;

function event(n: number): StoredEvent {
  const type = types[n % types.length] ?? '';
  const key = `server-${n % 50}`;
  const receivedAt = start + n * gapMs;
  const Data = {
    InstanceName: key,
    NewVersion: `1.${n % 50}`,
    Source: n % 1000 === 7 ? 'Needle' : 'world-2026.backup',
  };
  const raw = JSON.stringify({
    EventType: type,
    Data,
    Timestamp: '2026-11-20T18:06:41Z',
    Hostname: 'gamehost',
    n,
  });
  return {
    source: 'home',
    host: '',
    connection: 'home',
    system: 'kgsm',
    receivedAt,
    time: Math.floor(receivedAt / 1000) * 1000,
    channel: 'push',
    direction: 'in',
    origin: 'live',
    type,
    subject: { kind: 'instance', key },
    severity: n % 200 === 0 ? 'error' : 'info',
    retention: 'lifecycle',
    summary: { template: '{0} is ready', args: [key] },
    raw: raw.padEnd(rawBytes),
    size: rawBytes,
    truncated: false,
    redacted: [],
    problems: [],
  };
}

/** Private bytes of this process, worker included, in MB. */
function privateMegabytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const rollup = readFileSync('/proc/self/smaps_rollup', 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].map(([, value]) =>
    Number(value),
  );
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function fillWith(store: JournalStore, count: number): Promise<Line[]> {
  let hostMicroseconds = 0;
  const inFlight: Promise<unknown>[] = [];
  const elapsed = await timed(async () => {
    for (let n = 0; n < count; n += 500) {
      const events = Array.from({ length: 500 }, (_, at) => event(n + at));
      const before = process.threadCpuUsage();
      inFlight.push(store.append({ events }));
      // The encoding and the post happen in turns of their own.
      while (store.waitingBytes > 500_000) await inFlight.shift();
      const { user, system } = process.threadCpuUsage(before);
      hostMicroseconds += user + system;
    }
    await Promise.all(inFlight);
  });
  return [
    line('journal: host CPU of an event', hostMicroseconds / count, 'µs', '≤ 4'),
    line('journal: as fast as it goes', count / (elapsed / 1000), 'events/s', '≥ 20000'),
  ];
}

async function lag(store: JournalStore, perTick: number, tickMs: number, ticks: number): Promise<number[]> {
  const lags: number[] = [];
  const all: Promise<unknown>[] = [];
  const begun = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    const at = performance.now();
    const events = Array.from({ length: perTick }, (_, n) => event(n));
    all.push(store.append({ events }).then(() => lags.push(performance.now() - at)));
    await sleep(Math.max(0, begun + (tick + 1) * tickMs - performance.now()));
  }
  await Promise.all(all);
  return lags;
}

const everything = { where: '', params: [], needs: 'events' } as const;

async function until(result: ResultHandle): Promise<number> {
  const { total } = await result.rows({ anchor: 'oldest', direction: 'newer', count: 1 });
  return total;
}

async function queries(store: JournalStore, path: string, size: string): Promise<Line[]> {
  const bareDb = new DatabaseSync(path, { readOnly: true });
  bareDb.exec('PRAGMA cache_size = -16384');
  const id = Number(bareDb.prepare('SELECT id FROM names WHERE value = ?').get(types[1] ?? '')?.['id']);
  const all = await store.query(everything);
  const to = start + 1_000_000 * gapMs;
  const compare = async (
    what: string,
    budget: string,
    sql: string,
    ours: () => Promise<unknown>,
    rounds = 3,
  ): Promise<Line> => {
    const statement = bareDb.prepare(sql);
    const times = await takeTurns(
      rounds,
      () => timed(() => statement.all()),
      () => timed(ours),
    );
    const ratio = (times.ours / times.bare).toFixed(2);
    return line(
      `journal ${size}: ${what}`,
      times.ours,
      'ms',
      budget,
      `${ratio} × bare SQL (${times.bare.toFixed(1)} ms)`,
    );
  };
  const ask =
    (
      where: string,
      params: (string | number)[],
      needs: 'events' | 'payload',
      then: (result: ResultHandle) => Promise<unknown>,
    ) =>
    async (): Promise<void> => {
      const result = await store.query({ where, params, needs });
      await then(result);
      result.close();
    };
  const first = { anchor: 'newest', direction: 'older', count: 100 } as const;
  const columns = 'SELECT e.*, p.raw, p.summary FROM events e JOIN payloads p ON p.seq = e.seq';
  let place = 0;
  const lines = [
    await compare(
      'first 100 of a type',
      '≤ 20',
      `${columns} WHERE e.type = ${id} ORDER BY e.seq DESC LIMIT 100`,
      ask('e.type = ?', [id], 'events', (result) => result.rows(first)),
      9,
    ),
    await compare(
      'first 100 of a word',
      '≤ 20',
      `${columns} WHERE p.raw LIKE '%server-7%' ORDER BY e.seq DESC LIMIT 100`,
      ask('p.raw LIKE ?', ['%server-7%'], 'payload', (result) => result.rows(first)),
      9,
    ),
    await compare(
      "first 100 in the sender's order",
      '≤ 20',
      `${columns} ORDER BY e.sentAt DESC, e.seq DESC LIMIT 100`,
      async () => {
        const result = await store.query(everything, 'sent');
        await result.rows(first);
        result.close();
      },
      9,
    ),
    await compare('values of a field', '≤ 30', 'SELECT type, count(*) FROM events GROUP BY type', () =>
      all.values('type'),
    ),
    await compare(
      'count of a type',
      '≤ 30',
      `SELECT seq FROM events WHERE type = ${id}`,
      ask('e.type = ?', [id], 'events', until),
    ),
    await compare(
      'substring, any case, all counted',
      '≤ 250',
      "SELECT count(*) FROM payloads WHERE raw LIKE '%needle%'",
      ask('p.raw LIKE ?', ['%needle%'], 'payload', until),
    ),
    await compare(
      'histogram of all, 100 bins',
      '≤ 40',
      `SELECT receivedAt / ${Math.ceil((to - start) / 100)}, count(*) FROM events GROUP BY 1`,
      () => all.histogram(start, to, 100),
    ),
    await compare(
      'histogram of a type, 100 bins',
      '≤ 500',
      `SELECT receivedAt / ${Math.ceil((to - start) / 100)}, count(*) FROM events WHERE type = ${id} GROUP BY 1`,
      ask('e.type = ?', [id], 'events', (result) => result.histogram(start, to, 100)),
    ),
    await compare(
      'page of 100 anywhere',
      '≤ 10',
      `${columns} WHERE e.seq < 500000 ORDER BY e.seq DESC LIMIT 100`,
      () => all.rows({ anchor: { position: (place += 7919) % 900_000 }, direction: 'older', count: 100 }),
      15,
    ),
  ];
  all.close();
  bareDb.close();
  const live = await store.query({
    where: 'e.type = ? AND p.raw LIKE ?',
    params: [id, '%needle%'],
    needs: 'payload',
  });
  await until(live);
  live.close();
  return lines;
}

/** Everything about a journal of so many events; in a process of its own, for its memory. */
async function measure(count: number): Promise<Line[]> {
  const size = `${count / 1_000_000} M`;
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  const path = join(folder, 'journal.db');
  const before = privateMegabytes();
  const store = await JournalStore.open({
    path,
    software: 'bench',
    limits: { classes: {}, totalBytes: Number.MAX_SAFE_INTEGER },
    clock: {
      now: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
    // The bundle: Node's own loader of TypeScript takes 30 MB in each thread.
    backend: workerBackend(new URL('../../dist/journalWorker.js', import.meta.url)),
  });
  try {
    const lines = await fillWith(store, count);
    await sleep(1000);
    const bytes = statSync(path).size / count;
    lines.push(line(`journal: bytes of a stored event of ${rawBytes} B`, bytes, 'B', '≤ 300'));
    lines.push(
      line(`journal ${size}: host + worker over the start`, privateMegabytes() - before, 'MB', '≤ 120'),
    );
    lines.push(
      line(
        'journal: commit behind, quiet, p95',
        percentile(await lag(store, 1, 150, 20), 0.95),
        'ms',
        '≤ 50',
      ),
    );
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    const under = await lag(store, 200, 10, 300);
    delay.disable();
    lines.push(
      line(
        'journal: commit behind at 20,000 events/s, p95',
        percentile(under, 0.95),
        'ms',
        '',
        `median ${median(under).toFixed(1)} ms`,
      ),
    );
    lines.push(line('journal: host blocked meanwhile, p99', delay.percentile(99) / 1e6, 'ms', '≤ 10'));
    await sleep(1000);
    lines.push(...(await queries(store, path, size)));
    return lines;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const self = fileURLToPath(import.meta.url);

/** The journal with 1,000,000 events, and with 5,000,000 where `GSOPS_BENCH_LARGE` is set. */
export function journalStore(): Line[] {
  const counts = process.env['GSOPS_BENCH_LARGE'] ? [1_000_000, 5_000_000] : [1_000_000];
  return counts.flatMap((count) => {
    const output = execFileSync(process.execPath, ['--expose-gc', self, String(count)], { encoding: 'utf8' });
    return JSON.parse(output) as Line[];
  });
}

if (process.argv[1] === self)
  console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 1_000_000))));
