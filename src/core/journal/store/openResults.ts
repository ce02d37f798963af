import { type CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { journalError, JournalError } from './journalError.ts';
import type { Calls, Failure, Notice, Progress, Query, ToWorker } from './messages.ts';
import { valueWords } from './reader.ts';
import { deletions } from './removed.ts';
import { Result, type Bounds, type Growth } from './result.ts';
import type { Order } from './scan.ts';
import type { Commit } from './writer.ts';

interface OpenResult {
  readonly query: Query;
  readonly order: Order;
  bounds: Bounds;
  result: Result;
  /** Takes the place of `result` when it is complete: rows were deleted. */
  fresh?: Result;
  told: string;
  /** A check took too long: the result holds what was found before. */
  failure?: Failure;
}

type CountingCall = Extract<ToWorker, { call: 'histogram' | 'timeline' | 'statistics' }>;

export interface OpenResultsOptions {
  /** The database of the moment: another one may take its place. */
  readonly db: () => JournalDatabase;
  readonly compile: (query: Query) => CompiledQuery;
  readonly elapsed: () => number;
  /** Runs steps in turn with other work. */
  readonly run: (steps: Generator<undefined, unknown>) => void;
  readonly post: (notice: Notice) => void;
}

/** The results of the queries that views hold open: they grow with each commit, and are found anew after a deletion. */
export class OpenResults {
  readonly #options: OpenResultsOptions;
  readonly #results = new Map<number, OpenResult>();
  #lastId = 0;
  /** Rows that were deleted when the results were found, and at the last look at other windows. */
  #knownDeletions = 0;
  #seenDeletions = 0;
  #deletionsAt = 0;

  constructor(options: OpenResultsOptions) {
    this.#options = options;
  }

  get #db(): JournalDatabase {
    return this.#options.db();
  }

  close(id: number): void {
    this.#results.delete(id);
  }

  clear(): void {
    this.#results.clear();
  }

  /** Lets every result take in what a commit brought. */
  commit(commit: Commit): void {
    for (const [id, open] of this.#results)
      this.#guard(id, open, () => {
        open.fresh?.commit(commit);
        const growth = open.result.commit(commit);
        if (growth.matched > 0) this.#progress(id, open, growth);
      });
  }

  open({ query, order, ...bounds }: Calls['query']['args']): number {
    const id = ++this.#lastId;
    const wish = { query, order, bounds };
    const open: OpenResult = { ...wish, result: this.#newResult(wish), told: '' };
    this.#results.set(id, open);
    this.#options.run(this.#scan(id, open));
    return id;
  }

  #newResult({ query, order, bounds }: Pick<OpenResult, 'query' | 'order' | 'bounds'>): Result {
    return new Result(this.#db, this.#options.compile(query), order, this.#options.elapsed, bounds);
  }

  hold(id: number): number {
    const open = this.#open(id);
    const upTo = open.result.hold();
    open.fresh?.hold(upTo);
    open.bounds = { ...open.bounds, upTo };
    return upTo;
  }

  release(id: number): number {
    const open = this.#open(id);
    const { upTo: _upTo, ...bounds } = open.bounds;
    open.bounds = bounds;
    this.#guard(id, open, () => {
      open.fresh?.release();
      this.#progress(id, open, open.result.release());
    });
    return Number.MAX_SAFE_INTEGER;
  }

  /** Begins all results anew in another database. */
  restart(): void {
    this.noteDeletions();
    for (const [id, open] of this.#results) this.#restart(id, open);
  }

  #restart(id: number, open: OpenResult): void {
    delete open.failure;
    delete open.fresh;
    this.#guard(id, open, () => {
      open.result = this.#newResult(open);
      open.told = '';
      this.#post(id, open.result, { done: false });
      this.#options.run(this.#scan(id, open));
    });
  }

  /** Results that are found from here on hold none of the rows that were deleted so far. */
  noteDeletions(): void {
    this.#knownDeletions = this.#seenDeletions = deletions(this.#db);
  }

  refreshIfStale(): void {
    if (deletions(this.#db) !== this.#knownDeletions) this.#refresh();
  }

  /** Finds all results anew after rows were deleted; the old ones serve until then. */
  #refresh(): void {
    this.noteDeletions();
    for (const [id, open] of this.#results)
      this.#guard(id, open, () => {
        open.fresh = this.#newResult(open);
        this.#options.run(this.#replace(id, open, open.fresh));
      });
  }

  *#replace(id: number, open: OpenResult, fresh: Result): Generator<undefined, void> {
    const slices = fresh.scan();
    // A later deletion begins another one.
    while (this.#results.has(id) && !open.failure && open.fresh === fresh) {
      if (fresh.isScanned) {
        delete open.fresh;
        open.result = fresh;
        open.told = '';
        this.#post(id, fresh, { done: false });
        this.#progress(id, open);
        return;
      }
      this.#guard(id, open, () => slices.next());
      yield;
    }
  }

  *#scan(id: number, open: OpenResult): Generator<undefined, void> {
    const { result } = open;
    const slices = result.scan();
    // A count that is known without the rows is told before them.
    this.#guard(id, open, () => {
      if (result.done) this.#progress(id, open);
    });
    // Until it is closed, failed, replaced or at its end.
    while (this.#results.has(id) && !open.failure && open.result === result && !result.isScanned) {
      this.#guard(id, open, () => {
        slices.next();
        this.#progress(id, open);
      });
      yield;
    }
    this.#progress(id, open);
  }

  *rows({ result, request }: Calls['rows']['args']): Generator<undefined, unknown> {
    while (!this.get(result).hasRows(request)) yield;
    return this.get(result).rows(request);
  }

  *values({ result, field }: Calls['values']['args']): Generator<undefined, unknown> {
    const counts = yield* this.get(result).values(field);
    const values = [...counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
    return values.map(([value, count]) => ({ value: valueWords(this.#db, field, value), count }));
  }

  /** Answers what is counted in a result. */
  count({ call, args }: CountingCall): Generator<undefined, unknown> {
    const result = this.get(args.result);
    if (call === 'timeline') return result.timeline(args.range);
    return call === 'statistics' ? result.statistics() : result.histogram(args.from, args.to, args.bins);
  }

  get(id: number): Result {
    return this.#open(id).result;
  }

  #open(id: number): OpenResult {
    const open = this.#results.get(id);
    if (!open) throw new Error('This result was closed.');
    if (open.failure) throw Object.assign(new Error(open.failure.message), open.failure.facts);
    return open;
  }

  /** A query that fails fails alone: neither the commit nor other results know of it. */
  #guard(id: number, open: OpenResult, run: () => void): void {
    if (open.failure) return;
    try {
      run();
    } catch (error) {
      if (journalError(error).reason === 'corrupt') throw error;
      open.failure = failureOf(error);
      this.#post(id, open.result, { done: true, failure: open.failure });
    }
  }

  #progress(id: number, open: OpenResult, growth?: Growth): void {
    if (open.failure) return;
    const { count, done, held } = open.result;
    const told = `${count} ${String(done)} ${held}`;
    if (open.told === told) return;
    open.told = told;
    this.#post(id, open.result, { done, ...(growth?.moved ? { moved: true } : {}) });
  }

  #post(
    result: number,
    { count, newer, held }: Result,
    rest: Omit<Progress, 'count' | 'newer' | 'held'>,
  ): void {
    this.#options.post({ notice: 'progress', result, count, newer, held, ...rest });
  }

  /** Another window deletes in steps: results are found anew when it has come to an end. */
  lookForDeletions(dataVersion: number): void {
    if (this.#knownDeletions === this.#seenDeletions && this.#deletionsAt === dataVersion) return;
    this.#deletionsAt = dataVersion;
    const now = deletions(this.#db);
    if (now === this.#seenDeletions && now !== this.#knownDeletions) this.#refresh();
    this.#seenDeletions = now;
  }
}

export function failureOf(error: unknown): Failure {
  const isOfSqlite =
    error instanceof JournalError || (error as { errcode?: number } | null)?.errcode !== undefined;
  const failure = isOfSqlite ? journalError(error) : (error as Error);
  const facts = isOfSqlite ? {} : { ...(error as object) };
  return {
    message: failure.message,
    facts,
    ...(failure instanceof JournalError ? { reason: failure.reason } : {}),
  };
}
