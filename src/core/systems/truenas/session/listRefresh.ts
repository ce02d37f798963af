import { errorWords, text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import type { SessionEnvironment } from '../../session.ts';
import { isFields, type Fields } from '../../reading.ts';
import { takeJob, type JobLedger, type JobUpdate } from './jobLedger.ts';
import { failureIn } from './refusal.ts';
import type { JobEnd } from './trueNasSession.ts';
import { collectionNames, collectionOf, collectionsWithoutEvents, type Collection } from '../kinds.ts';
import { numbered } from '../messages.ts';

/** Open jobs of which nothing was heard are asked for this often. */
const askForJobsMs = 20_000;
/** Changes that say too little are asked for together. */
const soonMs = 200;

const lost: JobEnd = { state: 'lost', message: text('the NAS does not know the job any more') };

interface Asking {
  readonly signal?: AbortSignal | undefined;
  /** Nobody wanted to know: it is asked whenever something is in doubt. */
  readonly isNoise?: boolean;
}

interface Parts {
  readonly environment: SessionEnvironment;
  readonly ledger: JobLedger;
  call(method: string, params: readonly unknown[], options?: Asking): Promise<unknown>;
  /** Ids of jobs that were open in an earlier session. */
  readonly earlier: readonly string[];
}

/** Asks the NAS for its lists at the beginning, and for single entries where an event said too little. */
export class ListRefresh {
  readonly #parts: Parts;
  readonly collections = new Set<Collection>();
  readonly #due = new Map<string, { readonly collection: Collection; readonly key: string }>();
  /** Jobs of an earlier conversation, until the NAS has said what became of them. */
  #unasked: ReadonlySet<string>;
  readonly #entries: DeferredRun;
  readonly #jobPoll: DeferredRun;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#unasked = new Set(parts.earlier);
    const { clock } = parts.environment;
    const onError = (error: unknown): void => this.#note(error);
    this.#entries = new DeferredRun(clock, () => this.#askDue(), onError);
    this.#jobPoll = new DeferredRun(clock, () => this.#askForJobs(), onError);
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
    this.all(candidates).catch((error: unknown) => this.#note(error));
  }

  /** Asks for the entry anew where events cannot be trusted: after a failed job, and in lists that send no events of their own. */
  doubt({ end, about }: Pick<JobUpdate, 'end' | 'about'>): void {
    if (!end || !about) return;
    const collection = collectionOf(about.kind);
    const silent = collection !== undefined && collectionsWithoutEvents.has(collection);
    if (end.state !== 'succeeded' || silent) this.soon(about.kind, about.key);
  }

  /** One entry of a list; nothing where the list does not have it. */
  entry(collection: Collection, key: string, signal?: AbortSignal): Promise<Fields | undefined> {
    return this.#entry(collection, key, { signal });
  }

  async #entry(collection: Collection, key: string, asking: Asking): Promise<Fields | undefined> {
    const numeric = (collection === 'vm.query' || collection === 'container.query') && /^\d+$/.test(key);
    const filters = [['id', '=', numeric ? Number(key) : key]];
    const result = await this.#parts.call(collection, [filters], asking);
    const found: unknown = Array.isArray(result) ? result[0] : undefined;
    return isFields(found) ? found : undefined;
  }

  /** An event said that something changed, and not what it is now. */
  soon(kind: string, key: string): void {
    const collection = collectionOf(kind);
    if (collection === undefined) return;
    this.#due.set(JSON.stringify([kind, key]), { collection, key });
    this.#entries.within(soonMs);
  }

  /** Asks after the open jobs when nothing told how they ended. */
  jobsLater(): void {
    if (this.#unsettled().length > 0) this.#jobPoll.within(askForJobsMs);
  }

  end(): void {
    void this.#entries.end();
    void this.#jobPoll.end();
  }

  /** Does not wait for the answers: one that is late must not hold up what is due next. */
  #askDue(): Promise<void> {
    for (const { collection, key } of this.#due.values())
      this.#entry(collection, key, { isNoise: true }).catch((error: unknown) => this.#note(error));
    this.#due.clear();
    return Promise.resolve();
  }

  async #askForJobs(): Promise<void> {
    try {
      await this.#jobsById(this.#unsettled(), { isNoise: true });
    } finally {
      this.jobsLater();
    }
  }

  #unsettled(): readonly string[] {
    return [...new Set([...this.#unasked, ...this.#parts.ledger.open.map(({ id }) => id)])];
  }

  async #list(collection: Collection): Promise<void> {
    try {
      await this.#parts.call(collection, []);
      this.collections.add(collection);
    } catch (error) {
      if (!ConversationError.is(error) || error.reason === 'closed') throw error;
      this.collections.delete(collection);
      if (failureIn(error)?.noMethod) return;
      this.#parts.environment.gap(text('What {0} lists is not shown: {1}', collection, error.text));
    }
  }

  async #jobsById(ids: readonly string[], asking: Asking = {}): Promise<void> {
    if (ids.length === 0) return;
    const there = await this.#jobs([['id', 'in', ids.map(numbered)]], asking);
    if (!there) return;
    for (const id of ids) if (!there.has(id)) this.#parts.ledger.lose(id, lost);
    this.#unasked = new Set([...this.#unasked].filter((id) => !ids.includes(id)));
  }

  async #jobs(filters: readonly unknown[], asking: Asking = {}): Promise<ReadonlySet<string> | undefined> {
    try {
      const result = await this.#parts.call('core.get_jobs', [filters], asking);
      const list: readonly unknown[] = Array.isArray(result) ? result : [];
      for (const each of list) this.doubt(takeJob(this.#parts.ledger, each, undefined) ?? {});
      return new Set(list.flatMap((each) => (isFields(each) ? [String(each['id'])] : [])));
    } catch (error) {
      if (!ConversationError.is(error) || error.reason === 'closed') throw error;
      this.#parts.environment.gap(text('The jobs are not known: {0}', error.text));
      return undefined;
    }
  }

  /** A refusal stands in the journal as the answer to its call; anything else is a fault of ours. */
  #note(error: unknown): void {
    if (ConversationError.is(error)) return;
    const words = text('Asking the NAS failed: {0}', errorWords(error));
    this.#parts.environment.log.error(words);
  }
}
