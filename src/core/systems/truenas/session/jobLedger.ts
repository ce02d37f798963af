import { oneLine, text, type Text } from '../../../model/text.ts';
import { isFields, named, shown, type Fields } from '../../reading.ts';
import { redactText } from '../../redaction.ts';
import type { JobEnd } from './trueNasSession.ts';
import { errorOf, isOver, jobStateOf, logOf, startOf } from '../decode/jobs.ts';
import { instanceCallOf, type Kind } from '../kinds.ts';
import { keyOf } from '../messages.ts';
import { redactTrueNas } from '../redact.ts';

/** What is known of an open job. */
export interface JobNow {
  readonly id: string;
  readonly started: number;
  readonly method: string;
  readonly arguments: unknown;
  readonly description: string;
  readonly abortable: boolean;
  readonly messages: readonly string[];
}

/** A job as it was just told. */
export interface JobUpdate extends JobNow {
  readonly end?: JobEnd;
  readonly about?: { readonly kind: Kind; readonly key: string };
}

export const aborted = text('It was aborted; what it had begun may go on');

/** Ends are kept for calls that learn the id of their job only later. */
const maxEnds = 200;

/** The jobs as far as they were told: who waits for an end gets it, in whatever order it came. */
export class JobLedger {
  readonly #open = new Map<string, JobNow>();
  readonly #ends = new Map<string, { readonly end: JobEnd; readonly started: number }>();
  readonly #listeners = new Map<
    string,
    Set<(told: { readonly words?: string; readonly end?: JobEnd }) => void>
  >();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get open(): readonly JobNow[] {
    return [...this.#open.values()];
  }

  /** Takes what the NAS says of a job. Nothing where it was over before. */
  take(value: unknown, key: unknown): JobUpdate | undefined {
    if (!isFields(value)) return undefined;
    const id = keyOf(value['id']) ?? keyOf(key);
    if (id === undefined) return undefined;
    const job = jobOf(id, value);
    const last = this.#ends.get(id);
    if (last && last.started >= job.started) return undefined;
    const end = endOf(value);
    const told = aboutOf(job, end);
    if (end) this.#settle(job, end);
    else {
      const known = this.#open.has(id);
      this.#open.set(id, job);
      if (!known) this.#onChange();
      const progress = isFields(value['progress']) ? named(value['progress']['description']) : undefined;
      if (progress !== undefined) this.#tell(job, { words: progress });
    }
    return told;
  }

  /** The NAS does not know it any more. */
  lose(id: string): void {
    const job = this.#open.get(id);
    if (job) this.#settle(job, { state: 'lost', message: text('the NAS does not know the job any more') });
  }

  /** Nobody hears of any job any more. */
  loseAll(message: Text): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const set of listeners) for (const tell of set) tell({ end: { state: 'lost', message } });
  }

  /** Calls back with what is told of a job, by its id or by the call that began it (`call:<id>`), until the answer is called. */
  follow(name: string, tell: (told: { readonly words?: string; readonly end?: JobEnd }) => void): () => void {
    const last = this.#ends.get(name);
    if (last) {
      tell({ end: last.end });
      return () => undefined;
    }
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(tell));
    return () => {
      set.delete(tell);
      if (set.size === 0) this.#listeners.delete(name);
    };
  }

  #settle(job: JobNow, end: JobEnd): void {
    this.#ends.set(job.id, { end, started: job.started });
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= maxEnds) break;
      this.#ends.delete(oldest);
    }
    if (this.#open.delete(job.id)) this.#onChange();
    this.#tell(job, { end });
  }

  #tell(job: JobNow, told: { readonly words?: string; readonly end?: JobEnd }): void {
    for (const name of [job.id, ...job.messages.map((message) => `call:${message}`)])
      for (const tell of this.#listeners.get(name) ?? []) tell(told);
  }
}

function jobOf(id: string, value: Fields): JobNow {
  const { message_ids: messages, method, description } = value;
  return {
    id,
    started: startOf(value),
    method: named(method) ?? '–',
    arguments: value['arguments'],
    description: named(description) ?? shown(method, 80),
    abortable: value['abortable'] === true,
    messages: Array.isArray(messages) ? messages.map(keyOf).filter((each) => each !== undefined) : [],
  };
}

function endOf(value: Fields): JobEnd | undefined {
  const end = outcomeOf(value);
  if (!end) return undefined;
  const log = logOf(value, end.state);
  return { ...end, ...(log === undefined ? {} : { log: cleaned(log) }) };
}

/** What a job says is passed on as text, no longer as a part of its event. */
function cleaned(said: string): string {
  return redactText(redactTrueNas(said).text);
}

function outcomeOf(value: Fields): JobEnd | undefined {
  const state = jobStateOf(value['state']);
  if (!isOver(state)) return undefined;
  const progress = isFields(value['progress']) ? named(value['progress']['description']) : undefined;
  if (state === 'failed') return { state, message: text('{0}', oneLine(cleaned(errorOf(value)), 300)) };
  if (state === 'aborted') return { state, message: aborted };
  return { state: 'succeeded', message: text('{0}', oneLine(progress ?? '–', 300)) };
}

function aboutOf(job: JobNow, end: JobEnd | undefined): JobUpdate {
  const call = instanceCallOf(job.method, job.arguments);
  return {
    ...job,
    ...(end ? { end } : {}),
    ...(call ? { about: { kind: call.kind, key: call.key } } : {}),
  };
}
