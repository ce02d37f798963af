import type { Clock } from '../../model/clock.ts';
import { errorText, type Text } from '../../model/text.ts';
import { Player, type PlayerState } from '../player.ts';
import type { EmitResult } from '../emitter.ts';

/** Limits of a series: more is a load test, for which there are better tools. */
export const seriesLimits = { count: 100_000, perSecond: 1000, leastPerSecond: 0.01 } as const;

interface SeriesTarget {
  readonly id: string;
  readonly label: string;
  /** Sends the message once; the next one waits until this has settled. */
  send(signal: AbortSignal): Promise<EmitResult>;
}

export interface SeriesOptions {
  readonly targets: readonly SeriesTarget[];
  /** Messages for each target. */
  readonly count: number;
  readonly perSecond: number;
  readonly clock: Clock;
  /** Something of `status` changed. */
  onChange?(): void;
}

export interface SeriesProgress {
  readonly id: string;
  readonly label: string;
  readonly state: 'sending' | 'done' | 'stopped' | 'failed';
  readonly sent: number;
  /** Why it failed. */
  readonly problem?: Text;
}

/** A target that held a message for so long gets the next ones at their rate, not all that are late at once. */
const stallMs = 1000;

/**
 * Sends one message many times at a rate. Each target has its own pace: a slow one holds up itself alone. The first message
 * that does not arrive ends the series to its target.
 */
export class EmitSeries {
  readonly #stop = new AbortController();
  readonly #runs: readonly TargetRun[];

  /** Throws a RangeError where count or rate is beyond the limits. */
  constructor(options: SeriesOptions) {
    const { count, perSecond, targets } = options;
    if (!isSeries(count, perSecond)) throw new RangeError('count or rate of a series is out of range');
    this.#runs = targets.map((target) => new TargetRun(target, options, this.#stop.signal));
  }

  get progress(): readonly SeriesProgress[] {
    return this.#runs.map((run) => run.progress);
  }

  get isRunning(): boolean {
    return this.#runs.some(({ progress }) => progress.state === 'sending');
  }

  start(): void {
    for (const run of this.#runs) run.start();
  }

  stop(): void {
    this.#stop.abort();
    for (const run of this.#runs) run.stop();
  }

  /** Resolves when no message is on its way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.settled()));
  }
}

/** Whether count and rate are within the limits. */
export function isSeries(count: number, perSecond: number): boolean {
  const { count: most, perSecond: fastest, leastPerSecond } = seriesLimits;
  return (
    Number.isInteger(count) &&
    count >= 1 &&
    count <= most &&
    perSecond >= leastPerSecond &&
    perSecond <= fastest
  );
}

/** The series to one target. */
class TargetRun {
  readonly #target: SeriesTarget;
  readonly #options: SeriesOptions;
  readonly #signal: AbortSignal;
  readonly #player: Player<{ readonly at: number }>;
  #problem: Text | undefined;
  #isStopped = false;

  constructor(target: SeriesTarget, options: SeriesOptions, signal: AbortSignal) {
    this.#target = target;
    this.#options = options;
    this.#signal = signal;
    const { count, perSecond, clock } = options;
    this.#player = new Player({
      source: { length: count, page: (_from, length) => Array.from({ length }, () => ({ at: 0 })) },
      gaps: { kind: 'rate', perSecond },
      clock,
      signal,
      stopOnFailure: true,
      deliver: () => this.#send(),
      onChange: () => options.onChange?.(),
    });
  }

  get progress(): SeriesProgress {
    const { id, label } = this.#target;
    const state = this.#isStopped ? 'stopped' : stateOf(this.#player.state);
    const problem = this.#problem;
    return { id, label, state, sent: this.#player.delivered, ...(problem ? { problem } : {}) };
  }

  start(): void {
    this.#player.play();
  }

  stop(): void {
    if (stateOf(this.#player.state) !== 'sending') return;
    this.#isStopped = true;
    this.#options.onChange?.();
  }

  settled(): Promise<void> {
    return this.#player.settled();
  }

  async #send(): Promise<boolean> {
    const { clock } = this.#options;
    const began = clock.now();
    const result = await this.#target
      .send(this.#signal)
      .catch((error: unknown): EmitResult => ({ ok: false, message: errorText(error) }));
    if (!result.ok) this.#problem = result.message;
    // A new place forgets what is late.
    else if (clock.now() - began >= stallMs) this.#player.seek(this.#player.position + 1);
    return result.ok;
  }
}

function stateOf(state: PlayerState): Exclude<SeriesProgress['state'], 'stopped'> {
  if (state === 'done' || state === 'failed') return state;
  return 'sending';
}
