import type { Wait } from '../host.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { callError, errno, jobError, refusedOf, uncaught, validationError, type Refused } from './errors.ts';
import type { Update } from './hub.ts';
import type { Traits } from './profiles.ts';

export interface JobSpec {
  readonly description?: string;
  readonly abortable?: boolean;
  /** Jobs with the same lock run one after the other. */
  readonly lock?: string;
  /** Jobs that may wait for the lock; a further call gets the job that waits already. */
  readonly queueSize?: number;
  /** Message of a planned failure. */
  readonly failsWith?: string;
  /** Planned failure: thrown by the first rest, else at the end. */
  readonly failure?: Refused;
  run(job: JobHandle): unknown;
}

/** A job as its own work sees it. */
export interface JobHandle {
  readonly id: number;
  /** Aborts with an abortable job, and with the server. */
  readonly signal: AbortSignal;
  progress(percent: number, description?: string, extra?: unknown): void;
  /** One step of time, or this much. */
  rest(ms?: number): Promise<void>;
}

/** The call that made a job. */
export interface Starter {
  readonly username: string;
  readonly credentials: object | null;
  /** The request, where it came by JSON-RPC. */
  readonly messageId?: string | number | null;
}

export type JobState = 'WAITING' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'ABORTED';

export interface Job {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly spec: JobSpec;
  readonly starter: Starter;
  readonly messageIds: (string | number)[];
  readonly stop: AbortController;
  readonly started: number;
  readonly over: PromiseWithResolvers<void>;
  state: JobState;
  progress: { percent: number | null; description: string | null; extra: unknown };
  finished?: number;
  result?: unknown;
  refused?: Refused;
}

export interface JobsParts {
  readonly traits: Traits;
  readonly stepMs: number;
  readonly now: () => number;
  readonly wait: Wait;
  /** The middleware ends. */
  readonly over: AbortSignal;
  readonly publish: (update: Update) => void;
  readonly duplicateTerminal: boolean;
  /** Asked once for each job that ends: whether nobody is told. */
  readonly isEndLost: () => boolean;
  readonly extraKeys: object;
  /** Ids are greater than this. */
  readonly after: number;
}

/** Jobs kept in memory; finished ones are dropped first. */
const kept = 1000;

/** The jobs from one start of the middleware to its end: their ids begin at 1. */
export class Jobs {
  readonly #parts: JobsParts;
  readonly #jobs = new Map<number, Job>();
  readonly #locks = new Map<string, { tail: Promise<unknown>; readonly jobs: Job[] }>();
  #lastId: number;
  /** Jobs of a recording as it tells them, by id: nobody works on them. */
  readonly #recorded = new Map<number, object>();

  constructor(parts: JobsParts) {
    this.#parts = parts;
    this.#lastId = parts.after;
  }

  get all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  find(id: number): Job | undefined {
    return this.#jobs.get(id);
  }

  /** Jobs of a recording as they were told last, oldest first. */
  get recorded(): readonly object[] {
    return [...this.#recorded.values()];
  }

  /** Keeps a job of a recording for those who ask; tells nobody. */
  keep(id: number, row: object): void {
    this.#recorded.set(id, row);
    const [oldest] = this.#recorded.keys();
    if (this.#recorded.size > kept && oldest !== undefined) this.#recorded.delete(oldest);
  }

  /** Registers a job, tells of it, and lets it begin once its id has been answered. */
  begin(method: string, args: readonly unknown[], spec: JobSpec, starter: Starter): Job {
    const queued = this.#queued(spec);
    if (queued) {
      if (starter.messageId != null) queued.messageIds.push(starter.messageId);
      return queued;
    }
    this.#lastId += 1;
    const scale = this.#parts.traits.jobs !== 'core';
    const job: Job = {
      id: this.#lastId,
      method,
      args,
      spec,
      starter,
      messageIds: starter.messageId == null ? [] : [starter.messageId],
      stop: new AbortController(),
      started: this.#parts.now(),
      over: Promise.withResolvers(),
      state: 'WAITING',
      progress: scale
        ? { percent: 0, description: '', extra: null }
        : { percent: null, description: null, extra: null },
    };
    this.#jobs.set(job.id, job);
    this.#forget();
    const before = this.#lock(job);
    this.#publish(job, 'added');
    void this.#run(job, before);
    return job;
  }

  /** Marks the job aborted in any case; the work of one that is not abortable goes on. */
  async abort(job: Job): Promise<void> {
    // The answer goes first.
    await nextTurn();
    if (isOver(job)) return;
    if (job.spec.abortable) job.stop.abort();
    this.#end(job, 'ABORTED');
  }

  /** A job as clients see it. */
  shown(job: Job): Record<string, unknown> {
    const { traits, extraKeys } = this.#parts;
    const { refused, spec } = job;
    const scale = traits.jobs !== 'core';
    return {
      id: job.id,
      ...(traits.jobs === 'withMessageIds' ? { message_ids: [...job.messageIds] } : {}),
      method: job.method,
      arguments: job.args,
      ...(scale
        ? {
            transient: false,
            description: spec.description ?? null,
            abortable: spec.abortable ?? false,
          }
        : {}),
      logs_path: null,
      logs_excerpt: null,
      progress: { ...job.progress },
      result: job.result ?? null,
      ...(scale ? { result_encoding_error: null } : {}),
      error: refused?.refusal.reason ?? null,
      exception: refused ? tracebackOf(refused) : null,
      exc_info: refused ? jobError(refused, traits) : null,
      state: job.state,
      time_started: this.#date(job.started),
      time_finished: job.finished === undefined ? null : this.#date(job.finished),
      ...(scale ? { credentials: job.starter.credentials } : {}),
      ...extraKeys,
    };
  }

  #date(ms: number): object {
    return { $date: this.#parts.traits.wholeSeconds ? Math.floor(ms / 1000) * 1000 : ms };
  }

  /** The one that waits already, where no more may wait. */
  #queued({ lock, queueSize }: JobSpec): Job | undefined {
    if (lock === undefined || queueSize === undefined) return undefined;
    const open = this.#locks.get(lock)?.jobs.filter((job) => !isOver(job)) ?? [];
    const waiting = open.filter(({ state }) => state === 'WAITING');
    if (open.length === 0 || waiting.length < queueSize) return undefined;
    const last = waiting.at(-1);
    if (!last) throw callError('This job is already being performed', errno.busy);
    return last;
  }

  /** Stands in line; resolves when all before are through. */
  #lock(job: Job): Promise<unknown> {
    const { lock } = job.spec;
    if (lock === undefined) return Promise.resolve();
    const line = this.#locks.get(lock) ?? { tail: Promise.resolve(), jobs: [] };
    this.#locks.set(lock, line);
    const before = line.tail;
    line.jobs.push(job);
    line.tail = Promise.all([before, job.over.promise]).then(() => {
      line.jobs.splice(line.jobs.indexOf(job), 1);
      if (line.jobs.length === 0) this.#locks.delete(lock);
    });
    return before;
  }

  async #run(job: Job, before: Promise<unknown>): Promise<void> {
    const { over, wait, stepMs } = this.#parts;
    await nextTurn();
    await before;
    if (isOver(job) || over.aborted) return;
    job.state = 'RUNNING';
    this.#publish(job);
    const signal = AbortSignal.any([job.stop.signal, over]);
    const handle: JobHandle = {
      id: job.id,
      signal,
      rest: async (ms = stepMs) => {
        await wait(ms, signal);
        if (job.spec.failure) throw job.spec.failure;
      },
      progress: (percent, description, extra = null) => {
        if (isOver(job) || over.aborted) return;
        job.progress = { percent, description: description ?? job.progress.description, extra };
        this.#publish(job);
      },
    };
    try {
      const result = await job.spec.run(handle);
      if (job.spec.failure) throw job.spec.failure;
      job.result = result;
      this.#end(job, 'SUCCESS');
    } catch (error) {
      if (!signal.aborted) this.#end(job, 'FAILED', refusedOf(error));
    }
  }

  #end(job: Job, state: JobState, refused?: Refused): void {
    if (isOver(job) || this.#parts.over.aborted) return;
    job.state = state;
    job.finished = this.#parts.now();
    if (refused) job.refused = refused;
    if (state === 'SUCCESS') job.progress.percent = 100;
    if (!this.#parts.isEndLost()) {
      this.#publish(job);
      if (this.#parts.duplicateTerminal) this.#publish(job);
    }
    job.over.resolve();
  }

  #publish(job: Job, msg: 'added' | 'changed' = 'changed'): void {
    const { username } = job.starter;
    this.#parts.publish({
      msg,
      collection: 'core.get_jobs',
      id: job.id,
      fields: this.shown(job),
      owner: username,
    });
  }

  #forget(): void {
    if (this.#jobs.size <= kept) return;
    const first = this.all.find(isOver);
    if (first) this.#jobs.delete(first.id);
  }
}

/** Text of the exception, whose last line has its class and words as Python prints them. */
function tracebackOf({ refusal }: Refused): string {
  const { className = 'Exception' } = refusal.thrown ?? {};
  return `Traceback (most recent call last):\n${className}: ${refusal.reason}\n`;
}

export function isOver({ state }: Pick<Job, 'state'>): boolean {
  return state === 'SUCCESS' || state === 'FAILED' || state === 'ABORTED';
}

/** A job that is not there, as the generations say it. */
export function noSuchJob(id: number, traits: Traits): Refused {
  return traits.schema === 'old'
    ? uncaught('KeyError', String(id))
    : validationError(null, `Job with id ${id} does not exist`, errno.noEntry);
}
