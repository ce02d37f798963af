import type { Wait } from '../host.ts';
import { isAllowed } from './accounts.ts';
import { checkArguments, type Method, type MessageId } from './calls.ts';
import { bare, callError, errno, noSuchMethod, type Refused } from './errors.ts';
import { isOver, type Job, type Jobs } from './jobs.ts';
import type { Timing } from './options.ts';
import type { Peer } from './peer.ts';
import type { Traits } from './profiles.ts';

export interface DispatcherParts {
  readonly traits: Traits;
  readonly timing: Timing;
  readonly methods: ReadonlyMap<string, Method>;
  readonly jobs: Jobs;
  readonly now: () => number;
  readonly wait: Wait;
  readonly over: AbortSignal;
  readonly plans: Plans;
}

/** Failures and delays that tests plan for calls. */
export interface Plans {
  readonly calls: Map<string, number>;
  readonly failures: Map<string, (string | Refused | undefined)[]>;
  /** Calls of these wait until it resolves. */
  readonly held: Map<string, Promise<unknown>>;
}

/** A method's answer, or the job that it made. */
export type Outcome = { readonly value: unknown; readonly job?: undefined } | { readonly job: Job };

const maxRunning = 10;
const maxCalls = 20;
const windowMs = 60_000;
const maxPerWindow = 20;

/** Calls of methods and what limits them, the same for both protocols. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #services: ReadonlySet<string>;
  /** Times of the recent calls, by method and address. */
  readonly #recent = new Map<string, number[]>();
  readonly #waiting = new WeakMap<Peer, (() => void)[]>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#services = new Set([...parts.methods.keys()].map((name) => name.slice(0, name.lastIndexOf('.'))));
  }

  get traits(): Traits {
    return this.#parts.traits;
  }

  /** Refuses too many calls at once and, after a delay, too many in a minute. Later messages of the peer wait meanwhile. */
  async admit(peer: Peer, name: string): Promise<void> {
    const { calls } = this.#parts.plans;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    if (peer.inFlight >= maxCalls)
      throw bare(`Maximum number of concurrent calls (${maxCalls}) has exceeded.`, errno.tooManyReferences);
    await this.#limitRate(peer, name);
  }

  async call(
    peer: Peer,
    name: string,
    params: readonly unknown[],
    messageId: MessageId | undefined,
  ): Promise<Outcome> {
    peer.inFlight += 1;
    try {
      if (peer.inFlight > maxRunning) await this.#turn(peer);
      return await this.#run(peer, name, params, messageId);
    } finally {
      peer.inFlight -= 1;
      this.#waiting.get(peer)?.shift()?.();
    }
  }

  async #run(
    peer: Peer,
    name: string,
    params: readonly unknown[],
    messageId: MessageId | undefined,
  ): Promise<Outcome> {
    const { methods, traits, jobs, plans } = this.#parts;
    const method = methods.get(name);
    if (!method) throw noSuchMethod(name, this.#services);
    this.#authorize(peer, method);
    await plans.held.get(name);
    const args = checkArguments(method, params, traits);
    const failure = this.#failure(name);
    const call = { peer, args, messageId, jobs };
    if (!method.job) {
      if (failure) throw failure.planned ?? callError('Something went wrong');
      return { value: await method.run(call) };
    }
    const spec = method.job(call);
    const planned = failure && (failure.planned ?? callError(spec.failsWith ?? 'Something went wrong'));
    const starter = {
      username: peer.login?.username ?? '',
      credentials: peer.login?.credentials ?? null,
      ...(peer.parts.protocol === 'jsonrpc' && messageId !== undefined ? { messageId } : {}),
    };
    return {
      job: jobs.begin(
        name,
        args.slice(0, params.length),
        planned ? { ...spec, failure: planned } : spec,
        starter,
      ),
    };
  }

  #failure(name: string): { readonly planned?: Refused } | undefined {
    const list = this.#parts.plans.failures.get(name);
    if (!list || list.length === 0) return undefined;
    const planned = list.shift();
    if (planned === undefined) return {};
    return { planned: typeof planned === 'string' ? callError(planned) : planned };
  }

  #authorize({ login }: Peer, { open, role }: Method): void {
    if (open) return;
    const { notAuthenticated, roles } = this.#parts.traits;
    if (!login) {
      const words = 'Not authenticated';
      if (notAuthenticated === 'access') throw bare(words, errno.access);
      if (notAuthenticated === 'bare') throw bare(words, errno.notAuthenticated);
      throw callError(words, errno.notAuthenticated);
    }
    if (roles && !isAllowed(login, role)) throw callError('Not authorized', errno.access);
  }

  async #limitRate(peer: Peer, name: string): Promise<void> {
    const { methods, now, over, timing, traits, wait } = this.#parts;
    if (traits.rateLimit === undefined || methods.get(name)?.open !== true) return;
    if (traits.rateLimit === 'beforeLogin' && peer.login) return;
    const key = `${name} ${peer.parts.address}`;
    const recent = (this.#recent.get(key) ?? []).filter((at) => at > now() - windowMs);
    this.#recent.set(key, recent);
    recent.push(now());
    if (recent.length <= maxPerWindow) return;
    await wait(timing.rateLimitMs, over);
    throw callError('Rate Limit Exceeded', errno.busy);
  }

  #turn(peer: Peer): Promise<void> {
    const line = this.#waiting.get(peer) ?? [];
    this.#waiting.set(peer, line);
    return new Promise((resolve) => line.push(resolve));
  }
}

/** Waits for a job as JSON-RPC does that wants no job ids: its result, or why it failed. */
export async function ofJob(job: Job): Promise<unknown> {
  if (!isOver(job)) await job.over.promise;
  if (job.state === 'ABORTED') throw callError('Job was aborted');
  if (job.refused) throw job.refused;
  return job.result ?? null;
}
