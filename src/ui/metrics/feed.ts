import { instanceId, type InstanceRef } from '../../core/model/instance.ts';
import type { MetricSeries, MetricsStore } from '../../core/model/metrics.ts';
import type { Samples } from '../../rpc/metrics.ts';

/** At most twenty updates a second cross to the page. */
const updateEveryMs = 50;

const emptySeries: MetricSeries = { times: new Float64Array(), values: {} };

/** Sends one page the samples of an instance: all when the page asks, then new ones, none while it is hidden. */
export class MetricsFeed {
  readonly #store: MetricsStore;
  readonly #ref: InstanceRef;
  readonly #send: (samples: Samples) => void;
  readonly #now: () => number;
  readonly #stop: () => void;
  /** The samples read last; they stay when the store has forgotten the instance. */
  #series: MetricSeries = emptySeries;
  /** Time of the newest sample that the page has; `undefined` before it asked. */
  #sent: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly store: MetricsStore;
    readonly ref: InstanceRef;
    readonly send: (samples: Samples) => void;
    readonly now: () => number;
  }) {
    this.#store = options.store;
    this.#ref = options.ref;
    this.#send = options.send;
    this.#now = options.now;
    const id = instanceId(options.ref);
    this.#stop = this.#store.onDidChange((changed) => {
      if (changed.has(id)) this.#schedule();
    });
  }

  /** All samples, for a page that has none; from now on new ones are sent. */
  all(): Samples {
    this.#read();
    return this.#since(0);
  }

  /** Ends the sending: VS Code discards a hidden page, and the next one asks for all samples again. */
  hide(): void {
    this.#sent = undefined;
  }

  dispose(): void {
    this.#stop();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // The store is read also while the page is hidden, so that the last values of an instance are not missed.
      const anew = this.#read();
      if (this.#sent !== undefined) this.#send(this.#since(anew ? 0 : this.#sent));
    }, updateEveryMs);
  }

  /** Reads the store; answers whether the series is a new one, not the continuation of the one before. */
  #read(): boolean {
    const series = this.#store.series(this.#ref);
    if (!series) return false;
    const before = this.#series;
    this.#series = ascending(series);
    const { times } = this.#series;
    return times.length < before.times.length || (times.at(-1) ?? 0) < (before.times.at(-1) ?? 0);
  }

  #since(since: number): Samples {
    const { times, values } = this.#series;
    const from = times.findIndex((time) => time >= since);
    const first = from < 0 ? times.length : from;
    this.#sent = times.at(-1) ?? 0;
    return {
      since,
      now: this.#now(),
      times: [...times.subarray(first)],
      values: Object.fromEntries(
        Object.entries(values).map(([name, column]) => [
          name,
          Array.from(column.subarray(first), (value) => (Number.isFinite(value) ? value : null)),
        ]),
      ),
    };
  }
}

/** The series without samples whose time lies after that of a later sample, as happens when a clock is put back. */
function ascending(series: MetricSeries): MetricSeries {
  const { times, values } = series;
  const kept: number[] = [];
  let earliest = Infinity;
  for (let i = times.length - 1; i >= 0; i--) {
    const time = times[i] ?? Infinity;
    if (time > earliest) continue;
    earliest = time;
    kept.push(i);
  }
  if (kept.length === times.length) return series;
  kept.reverse();
  const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (i) => column[i] ?? NaN);
  return {
    times: pick(times),
    values: Object.fromEntries(Object.entries(values).map(([name, column]) => [name, pick(column)])),
  };
}
