import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compileText } from '../../src/core/journal/compileText.ts';
import type { JournalStore, ResultHandle } from '../../src/core/journal/store/journalStore.ts';
import type { Order } from '../../src/core/journal/store/scan.ts';
import { firstAt, gapMs } from './journalEvents.ts';
import { line, ratio, takeTurns, timed, type Line } from './measure.ts';

/** Events up to which the programs that read text files are asked too: `jq` takes a minute for 5,000,000. */
const programsUpTo = 1_000_000;

const newest = { anchor: 'newest', direction: 'older', count: 100 } as const;

/** Searches, each beside the same SQL on a bare connection of the same file, and beside programs for text files. */
export async function queryTimes(store: JournalStore, path: string, count: number): Promise<Line[]> {
  using bare = new DatabaseSync(path, { readOnly: true });
  bare.exec('PRAGMA cache_size = -16384');
  const rig = new Rig(store, bare);
  /** Reading everything has a budget for a million events; how it grows beyond is a row of its own. */
  const upToAMillion = (budget: string): string => (count > 1_000_000 ? '' : budget);
  const to = firstAt + count * gapMs;
  const minuteOf = (time: number): number => Math.floor(time / 60_000);
  const width = Math.ceil((to - firstAt) / 100 / 60_000);
  const everything = await store.query('');
  let place = 0;
  const lines = [
    await rig.first('first 100 of a type', 'type:instance_ready'),
    await rig.first('first 100 of a word', 'server-7'),
    await rig.first("first 100 of a type, in the sender's order", 'type:instance_ready', 'sent'),
    await rig.first("first 100 of a word, in the sender's order", 'server-7', 'sent'),
    await rig.counted('count of a type', 'type:instance_ready', '≤ 30'),
    await rig.counted('count of an instance', 'instance:server-7', '≤ 30'),
    await rig.counted('count of a connection', 'connection:attic', '≤ 30'),
    await rig.found('oldest row of a type', 'type:instance_ready'),
    await rig.found('oldest row of a connection', 'connection:attic'),
    ...(await rig.allOf(everything, [
      [
        'values of type',
        '≤ 30',
        'SELECT value, count FROM counts WHERE field = 0',
        () => everything.values('type'),
      ],
      [
        'values of instance',
        '≤ 30',
        'SELECT value, count FROM counts WHERE field = 1',
        () => everything.values('subject'),
      ],
      [
        'values of connection',
        '≤ 30',
        'SELECT value, count FROM counts WHERE field = 2',
        () => everything.values('connection'),
      ],
      [
        'histogram of all, 100 bins',
        '≤ 40',
        `WITH RECURSIVE bins(bin) AS (SELECT 0 UNION ALL SELECT bin + 1 FROM bins WHERE bin < 99)
         SELECT bin, (SELECT sum(received) FROM minutes WHERE minute >= ${minuteOf(firstAt)} + bin * ${width}
           AND minute < ${minuteOf(firstAt)} + (bin + 1) * ${width}) FROM bins`,
        () => everything.histogram(firstAt, to, 100),
      ],
      [
        'page of 100 anywhere, warm',
        '≤ 10',
        `SELECT e.*, p.raw, p.summary FROM events e JOIN payloads p ON p.seq = e.seq
         WHERE e.seq < ${Math.floor(count / 2)} ORDER BY e.seq DESC LIMIT 100`,
        () =>
          everything.rows({
            anchor: { position: (place += 7919) % (count - 100) },
            direction: 'older',
            count: 100,
          }),
      ],
    ])),
    await rig.matchingHistogram('type:instance_ready', to, upToAMillion('≤ 500')),
    ...(await rig.scanned('substring, any case, all counted', 'needle', upToAMillion('≤ 250'), count / 1000)),
    ...(await rig.scanned(
      'substring that is not ASCII, all counted',
      'müller',
      upToAMillion('≤ 400'),
      count / 500,
    )),
    ...(await rig.scanned(
      'payload path with prefilter',
      '$.Data.NewVersion:1.7',
      upToAMillion('≤ 700'),
      count / 50,
    )),
  ];
  everything.close();
  return count > programsUpTo ? lines : [...lines, ...(await programTimes(bare, `${path}.ndjson`))];
}

/** Waits until the count is final. */
function counted(result: ResultHandle): Promise<void> {
  return new Promise((resolve) => {
    result.onProgress(({ done }) => {
      if (done) resolve();
    });
  });
}

/** Waits until all rows are found. */
async function total(result: ResultHandle): Promise<number> {
  return (await result.rows({ anchor: 'oldest', direction: 'newer', count: 1 })).total;
}

class Rig {
  readonly #store: JournalStore;
  readonly #bare: DatabaseSync;

  constructor(store: JournalStore, bare: DatabaseSync) {
    this.#store = store;
    this.#bare = bare;
  }

  first(what: string, text: string, order: Order = 'arrival'): Promise<Line> {
    const { where, params } = compileText(text, { now: 0 });
    // Told to go newest first: the planner would sort all that match.
    const [from, by] =
      order === 'sent'
        ? ['events e INDEXED BY events_sentAt', 'e.sentAt DESC, e.seq DESC']
        : ['events e NOT INDEXED', 'e.seq DESC'];
    const sql = `SELECT e.*, p.raw, p.summary FROM ${from} CROSS JOIN payloads p ON p.seq = e.seq
      WHERE ${where} ORDER BY ${by} LIMIT 100`;
    const ask = (): Promise<unknown> => this.#ask(text, (result) => result.rows(newest), order);
    return this.#beside(what, '≤ 20', () => this.#bare.prepare(sql).all(...params), ask, 9);
  }

  counted(what: string, text: string, budget: string): Promise<Line> {
    const all = this.#sqlOf(text);
    return this.#beside(what, budget, all, () => this.#ask(text, counted));
  }

  found(what: string, text: string): Promise<Line> {
    const all = this.#sqlOf(text);
    return this.#beside(what, '', all, () => this.#ask(text, total));
  }

  /** Reads all payloads: the time, and what it is of the same SQL in one statement. */
  async scanned(what: string, text: string, budget: string, least: number): Promise<Line[]> {
    const { bare, ours } = await takeTurns(
      7,
      () => timed(this.#sqlOf(text)),
      () =>
        timed(async () => {
          const found = await this.#ask(text, total);
          if (found < least) throw new Error(`${text}: ${found} of at least ${least} events found`);
        }),
    );
    const note = `the same SQL ${bare.toFixed(1)} ms`;
    return [line(what, ours, 'ms', budget, note), ratio(what, bare, ours, '× the same SQL', '≥ 0.77')];
  }

  matchingHistogram(text: string, to: number, budget: string): Promise<Line> {
    const { where, params } = compileText(text, { now: 0 });
    const sql = `SELECT e.receivedAt / 60000, count(*) FROM events e WHERE ${where} GROUP BY 1`;
    const ask = (): Promise<unknown> => this.#ask(text, (result) => result.histogram(firstAt, to, 100));
    const what = 'histogram of what matches, 100 bins';
    return this.#beside(what, budget, () => this.#bare.prepare(sql).all(...params), ask);
  }

  async allOf(
    everything: ResultHandle,
    rows: readonly (readonly [string, string, string, () => Promise<unknown>])[],
  ): Promise<Line[]> {
    await total(everything);
    const lines: Line[] = [];
    for (const [what, budget, sql, ask] of rows)
      lines.push(await this.#beside(what, budget, () => this.#bare.prepare(sql).all(), ask, 15));
    return lines;
  }

  /** The SQL that the query language makes of a text, over everything, in one statement. */
  #sqlOf(text: string): () => unknown {
    const { where, params, needs, columns = [], columnParams = [] } = compileText(text, { now: 0 });
    const from = needs === 'payload' ? 'payloads p CROSS JOIN events e ON e.seq = p.seq' : 'events e';
    const sql = `SELECT ${['e.seq AS seq', ...columns].join(', ')} FROM ${from} WHERE ${where}`;
    return () => {
      const statement = this.#bare.prepare(sql);
      statement.setReturnArrays(true);
      return statement.all(...columnParams, ...params);
    };
  }

  async #ask<Answer>(
    text: string,
    then: (result: ResultHandle) => Promise<Answer>,
    order: Order = 'arrival',
  ): Promise<Answer> {
    const result = await this.#store.query(text, order);
    try {
      return await then(result);
    } finally {
      result.close();
    }
  }

  async #beside(
    what: string,
    budget: string,
    bareSql: () => unknown,
    ask: () => Promise<unknown>,
    rounds = 5,
  ): Promise<Line> {
    const { bare, ours } = await takeTurns(
      rounds,
      () => timed(bareSql),
      () => timed(ask),
    );
    const note = `the same SQL ${bare.toFixed(2)} ms (${(ours / bare).toFixed(2)} ×)`;
    return line(what, ours, 'ms', budget, note);
  }
}

/** The same searches by programs that people have, on the same events as NDJSON. */
async function programTimes(bare: DatabaseSync, file: string): Promise<Line[]> {
  const raws = bare.prepare('SELECT raw FROM payloads ORDER BY seq').iterate();
  await pipeline(
    Readable.from(raws).map(({ raw }: { raw: string }) => `${raw}\n`),
    createWriteStream(file),
  );
  try {
    return [
      await programTime('ripgrep counts a substring', 'rg', ['-i', '-c', 'needle', file]),
      await programTime('ripgrep counts a substring that is not ASCII', 'rg', ['-i', '-c', 'müller', file]),
      await programTime('jq finds by a payload path', 'jq', [
        '-c',
        'select(.Data.NewVersion == "1.7").n',
        file,
      ]),
    ];
  } finally {
    rmSync(file);
  }
}

async function programTime(what: string, program: string, args: readonly string[]): Promise<Line> {
  try {
    const ms = await timed(async () => {
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const [code] = (await once(child, 'exit')) as [number];
      if (code !== 0) throw new Error(`${program} ended with ${code}`);
    });
    return line(what, ms, 'ms', '');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return { what, unit: '', budget: '', within: true, note: `${program} is missing here` };
  }
}
