import { instanceId, type InstanceRef } from '../../core/model/instance.ts';
import type { MetricSeries, MetricsStore } from '../../core/model/metrics.ts';
import type { Samples } from '../../rpc/metrics.ts';

/** At most twenty updates a second cross to the page. */
const updateEveryMs = 50;

const nothing: MetricSeries = { times: new Float64Array(), values: {} };

/** What one page is sent of the store: everything when it asks, then what is new; nothing while it is hidden. */
export class MetricsFeed {
  readonly #store: MetricsStore;
  readonly #ref: InstanceRef;
  readonly #send: (samples: Samples) => void;
  readonly #now: () => number;
  readonly #stop: () => void;
  /** The last values stay when the store has forgotten the instance. */
  #kept: MetricSeries = nothing;
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

  /** Everything there is, for a page that has nothing; from now on it is sent what is new. */
  all(): Samples {
    this.#read();
    return this.#since(0);
  }

  /** A hidden page is thrown away; the next one asks for everything again. */
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
      // Read also while hidden: an instance that goes away then leaves its last values here.
      const anew = this.#read();
      if (this.#sent !== undefined) this.#send(this.#since(anew ? 0 : this.#sent));
    }, updateEveryMs);
  }

  /** Reads the store; true where the series is another one than before, not its continuation. */
  #read(): boolean {
    const series = this.#store.series(this.#ref);
    if (!series) return false;
    const before = this.#kept;
    this.#kept = ascending(series);
    const { times } = this.#kept;
    return times.length < before.times.length || (times.at(-1) ?? 0) < (before.times.at(-1) ?? 0);
  }

  #since(since: number): Samples {
    const { times, values } = this.#kept;
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

/** The series without what lies in the future of a later sample, as it does after a clock was put back. */
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
