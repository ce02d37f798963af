import { text } from '../../../model/text.ts';
import type { SessionEnvironment } from '../../session.ts';
import type { Fields } from '../../reading.ts';
import { isFields } from '../../reading.ts';
import { TrueNasError } from './trueNasSession.ts';
import type { JobLedger, JobUpdate } from './jobLedger.ts';
import { collectionNames, collectionOf, untold, type Collection } from '../kinds.ts';
import { numbered } from '../messages.ts';

/** Open jobs of which nothing was heard are asked for this often. */
const askForJobsMs = 20_000;
/** Changes that say too little are asked for together. */
const soonMs = 200;

interface Parts {
  readonly environment: SessionEnvironment;
  readonly ledger: JobLedger;
  call(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Jobs that are known from an earlier conversation. */
  readonly earlier: readonly string[];
}

/** What is asked of the NAS beside events: all at the beginning, single things where an event said too little. */
export class ListRefresh {
  readonly #parts: Parts;
  readonly collections = new Set<Collection>();
  readonly #due = new Map<string, { readonly collection: Collection; readonly key: string }>();
  /** Jobs of an earlier conversation, until the NAS has said what became of them. */
  #unasked: ReadonlySet<string>;
  #cancelSoon: (() => void) | undefined;
  #cancelJobs: (() => void) | undefined;
  #over = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#unasked = new Set(parts.earlier);
  }

  get unasked(): ReadonlySet<string> {
    return this.#unasked;
  }

  /** Everything; what the release or the user does not have is left out. Rejects where the conversation ends meanwhile. */
  async all(candidates: readonly Collection[] = collectionNames): Promise<void> {
    await Promise.all([
      ...candidates.map((each) => this.#list(each)),
      this.#jobs([['state', 'in', ['WAITING', 'RUNNING']]]),
      this.#jobsById([...this.#unasked]),
    ]);
    this.jobsLater();
  }

  refresh(candidates: readonly Collection[]): void {
    void this.#quietly(this.all(candidates));
  }

  /** What did not go well may have said of its app what is not true, and some say nothing of themselves. */
  doubt({ end, about }: Pick<JobUpdate, 'end' | 'about'>): void {
    if (!end || !about) return;
    const collection = collectionOf(about.kind);
    const silent = collection !== undefined && untold.has(collection);
    if (end.state !== 'succeeded' || silent) this.soon(about.kind, about.key);
  }

  /** One thing of a collection; nothing where it is not there. */
  async entry(collection: Collection, key: string): Promise<Fields | undefined> {
    const numeric = (collection === 'vm.query' || collection === 'container.query') && /^\d+$/.test(key);
    const result = await this.#parts.call(collection, [[['id', '=', numeric ? Number(key) : key]]]);
    const found: unknown = Array.isArray(result) ? result[0] : undefined;
    return isFields(found) ? found : undefined;
  }

  /** An event said that something changed, and not what it is now. */
  soon(kind: string, key: string): void {
    const collection = collectionOf(kind);
    if (collection === undefined || this.#over) return;
    this.#due.set(JSON.stringify([kind, key]), { collection, key });
    this.#cancelSoon ??= this.#parts.environment.clock.after(soonMs, () => {
      this.#cancelSoon = undefined;
      const due = [...this.#due.values()];
      this.#due.clear();
      for (const each of due) void this.#quietly(this.entry(each.collection, each.key));
    });
  }

  /** Asks after the open jobs when nothing told how they ended. */
  jobsLater(): void {
    if (this.#cancelJobs || this.#over || this.#unsettled().length === 0) return;
    this.#cancelJobs = this.#parts.environment.clock.after(askForJobsMs, () => {
      this.#cancelJobs = undefined;
      void this.#quietly(this.#jobsById(this.#unsettled())).finally(() => {
        this.jobsLater();
      });
    });
  }

  end(): void {
    this.#over = true;
    this.#cancelSoon?.();
    this.#cancelJobs?.();
  }

  #unsettled(): readonly string[] {
    return [...new Set([...this.#unasked, ...this.#parts.ledger.open.map(({ id }) => id)])];
  }

  async #list(collection: Collection): Promise<void> {
    try {
      await this.#parts.call(collection, []);
      this.collections.add(collection);
    } catch (error) {
      if (!TrueNasError.is(error) || error.reason === 'closed') throw error;
      this.collections.delete(collection);
      if (error.failure?.noMethod) return;
      this.#parts.environment.gap(text('What {0} lists is not shown: {1}', collection, error.text));
    }
  }

  async #jobsById(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const there = await this.#jobs([['id', 'in', ids.map(numbered)]]);
    if (!there) return;
    for (const id of ids) if (!there.has(id)) this.#parts.ledger.lose(id);
    this.#unasked = new Set([...this.#unasked].filter((id) => !ids.includes(id)));
  }

  async #jobs(filters: readonly unknown[]): Promise<ReadonlySet<string> | undefined> {
    try {
      const result = await this.#parts.call('core.get_jobs', [filters]);
      const list: readonly unknown[] = Array.isArray(result) ? result : [];
      for (const each of list) this.doubt(this.#parts.ledger.take(each, undefined) ?? {});
      return new Set(list.flatMap((each) => (isFields(each) ? [String(each['id'])] : [])));
    } catch (error) {
      if (!TrueNasError.is(error) || error.reason === 'closed') throw error;
      this.#parts.environment.gap(text('The jobs are not known: {0}', error.text));
      return undefined;
    }
  }

  async #quietly(done: Promise<unknown>): Promise<void> {
    try {
      await done;
    } catch (error) {
      // The refusal stands in the journal as the answer to its call.
      if (!TrueNasError.is(error)) throw error;
    }
  }
}
