import type { OpsEvent } from './event.ts';
import { instanceId, instanceRef, type InstanceRef } from './instance.ts';
import type { Signal } from './signal.ts';

/** The measurements of one instance, oldest first. Columns have the same length; what was not measured is NaN. */
export interface MetricSeries {
  readonly times: Float64Array;
  readonly values: Readonly<Record<string, Float64Array>>;
}

/** One value that an event measured of an instance. */
export interface Measured {
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  readonly value: number;
}

/** The values among signals; what is no number was not measured. */
export function measuredBy(signals: readonly Signal[]): readonly Measured[] {
  const measured: Measured[] = [];
  for (const signal of signals) {
    if (signal.signal !== 'metrics') continue;
    const { kind, key, values } = signal;
    for (const [name, value] of Object.entries(values))
      if (Number.isFinite(value)) measured.push({ kind, key, name, value });
  }
  return measured;
}

/** One hour at a sample every two seconds. */
const defaultCapacity = 1800;

interface Ring {
  readonly connection: string;
  readonly times: Float64Array;
  readonly columns: Map<string, Float64Array>;
  /** Index of the next sample to write; `length` counts the samples that are there. */
  next: number;
  length: number;
}

/**
 * Measured values of the live instances, in typed rings outside the fleet: a fleet that changed with every sample
 * would be drawn anew with every sample.
 */
export class MetricsStore {
  readonly #capacity: number;
  readonly #rings = new Map<string, Ring>();
  readonly #listeners = new Set<(changed: ReadonlySet<string>) => void>();

  constructor(options: { readonly capacity?: number } = {}) {
    this.#capacity = options.capacity ?? defaultCapacity;
  }

  /** Takes what an event measured. */
  take(event: Pick<OpsEvent, 'connection' | 'receivedAt'>, signals: readonly Signal[]): void {
    let changed: Set<string> | undefined;
    for (const signal of signals) {
      if (signal.signal === 'gone') this.#rings.delete(instanceId(instanceRef(event.connection, signal)));
      if (signal.signal !== 'metrics') continue;
      const id = instanceId(instanceRef(event.connection, signal));
      this.#push(id, event.connection, event.receivedAt, signal.values);
      changed = (changed ?? new Set()).add(id);
    }
    if (changed) for (const listener of this.#listeners) listener(changed);
  }

  series(ref: InstanceRef): MetricSeries | undefined {
    const ring = this.#rings.get(instanceId(ref));
    if (!ring) return undefined;
    const values = [...ring.columns].map(([name, column]) => [name, inOrder(column, ring)] as const);
    return { times: inOrder(ring.times, ring), values: Object.fromEntries(values) };
  }

  /** The values of the newest sample, unless it is older than `notBefore`. */
  latest(ref: InstanceRef, notBefore = 0): Readonly<Record<string, number>> | undefined {
    const ring = this.#rings.get(instanceId(ref));
    if (!ring || ring.length === 0) return undefined;
    const last = (ring.next + this.#capacity - 1) % this.#capacity;
    if ((ring.times[last] ?? 0) < notBefore) return undefined;
    const values = [...ring.columns].map(([name, column]) => [name, column[last] ?? NaN] as const);
    return Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value)));
  }

  /** Forgets what was measured over a connection. */
  forget(connection: string): void {
    for (const [id, ring] of this.#rings) if (ring.connection === connection) this.#rings.delete(id);
  }

  /** Called with the ids of instances (`instanceId`) that were measured anew. */
  onDidChange(listener: (changed: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #push(id: string, connection: string, at: number, values: Readonly<Record<string, number>>): void {
    let ring = this.#rings.get(id);
    if (!ring) {
      ring = { connection, times: new Float64Array(this.#capacity), columns: new Map(), next: 0, length: 0 };
      this.#rings.set(id, ring);
    }
    ring.times[ring.next] = at;
    for (const name of Object.keys(values)) {
      if (!ring.columns.has(name)) ring.columns.set(name, new Float64Array(this.#capacity).fill(NaN));
    }
    for (const [name, column] of ring.columns) column[ring.next] = values[name] ?? NaN;
    ring.next = (ring.next + 1) % this.#capacity;
    ring.length = Math.min(ring.length + 1, this.#capacity);
  }
}

function inOrder(column: Float64Array, { next, length }: Ring): Float64Array {
  const ordered = new Float64Array(length);
  if (length < column.length) ordered.set(column.subarray(0, length));
  else {
    ordered.set(column.subarray(next));
    ordered.set(column.subarray(0, next), column.length - next);
  }
  return ordered;
}
