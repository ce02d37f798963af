import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsStore } from '../../../../src/core/model/metrics.ts';
import { instanceId } from '../../../../src/core/model/instance.ts';

const ref = { connection: 'home', kind: 'server', key: 'a' };

function push(store: MetricsStore, at: number, values: Readonly<Record<string, number>>, key = 'a'): void {
  store.take({ connection: 'home', receivedAt: at }, [{ signal: 'metrics', kind: 'server', key, values }]);
}

describe('what is measured of an instance', () => {
  it('keeps the newest samples in order, whatever their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.double({ noNaN: true }), { maxLength: 30 }),
        (capacity, samples) => {
          const store = new MetricsStore({ capacity });
          for (const [i, cpu] of samples.entries()) push(store, i, { cpu });
          const kept = samples.slice(-capacity);
          const series = store.series(ref);
          expect([...(series?.values['cpu'] ?? [])]).toEqual(kept);
          expect([...(series?.times ?? [])]).toEqual(samples.map((_, i) => i).slice(-capacity));
          expect(store.latest(ref)).toEqual(kept.length === 0 ? undefined : { cpu: kept.at(-1) });
        },
      ),
    );
  });

  it('leaves a hole where a value was not measured, also for one that came later', () => {
    const store = new MetricsStore({ capacity: 3 });
    push(store, 1, { cpu: 5 });
    push(store, 2, { memory: 7 });
    expect(store.series(ref)?.values).toEqual({
      cpu: Float64Array.of(5, NaN),
      memory: Float64Array.of(NaN, 7),
    });
    expect(store.latest(ref)).toEqual({ memory: 7 });
  });

  it('forgets what is gone, and tells who was measured', () => {
    const store = new MetricsStore();
    const told: string[] = [];
    const stop = store.onDidChange((changed) => told.push(...changed));
    push(store, 1, { cpu: 1 });
    push(store, 1, { cpu: 1 }, 'b');
    store.take({ connection: 'home', receivedAt: 2 }, [{ signal: 'gone', kind: 'server', key: 'b' }]);
    expect(told).toEqual([instanceId(ref), instanceId({ ...ref, key: 'b' })]);
    expect(store.series({ ...ref, key: 'b' })).toBeUndefined();
    store.forget('home');
    expect(store.series(ref)).toBeUndefined();
    stop();
    push(store, 3, { cpu: 1 });
    expect(told.length).toBe(2);
  });
});
