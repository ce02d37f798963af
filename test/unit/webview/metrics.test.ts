import { describe, expect, it } from 'vitest';
import type { Samples } from '../../../src/rpc/metrics.ts';
import { measuresOf } from '../../../src/webview/metrics/measures.ts';
import { drawing, merged, newest, noSeries, statistics } from '../../../src/webview/metrics/series.ts';
import { duration, memory, percent, rate } from '../../../src/webview/metrics/units.ts';

const samples = (since: number, times: number[], values: Samples['values']): Samples => ({
  since,
  now: times.at(-1) ?? 0,
  times,
  values,
});

describe('the units of what is measured', () => {
  it('counts memory by 1024', () => {
    expect(
      [0, 1023, 1024, 1.5 * 1024 ** 2, 512 * 1024 ** 2, 1023.9 * 1024 ** 2, 3 * 1024 ** 5].map(memory),
    ).toEqual(['0 B', '1,023 B', '1 KiB', '1.5 MiB', '512 MiB', '1 GiB', '3,072 TiB']);
  });

  it('counts what goes through a network by 1000, for each second', () => {
    expect([0, 640, 999.6, 1234, 59_999, 103_140, 1_234_567, 12.5e9, 3e15].map(rate)).toEqual([
      '0 B/s',
      '640 B/s',
      '1 kB/s',
      '1.2 kB/s',
      '60 kB/s',
      '103 kB/s',
      '1.2 MB/s',
      '12.5 GB/s',
      '3,000 TB/s',
    ]);
  });

  it('says a percentage with as many digits as tell something', () => {
    expect([0, 7.25, 99.94, 250.4].map(percent)).toEqual(['0 %', '7.3 %', '99.9 %', '250 %']);
  });

  it('says how long something lasts in two units', () => {
    expect([0, 59.9, 90, 7500, 273_900].map(duration)).toEqual([
      '0 s',
      '59 s',
      '1 m 30 s',
      '2 h 05 m',
      '3 d 04 h',
    ]);
  });
});

describe('the charts of a series', () => {
  it('stand in a known order, with unknown names after them and no chart of the uptime', () => {
    expect(measuresOf(['zebra', 'uptime', 'players', 'disk', 'cpu']).map(({ name }) => name)).toEqual([
      'cpu',
      'players',
      'disk',
      'zebra',
    ]);
  });
});

describe('what a NAS measures of itself', () => {
  const measures = measuresOf(['poolsUsed', 'sent', 'received', 'memory', 'cpu']);

  it('is labelled in words, in an order of its own, each in another colour', () => {
    expect(measures.map(({ label }) => label())).toEqual([
      'Processor',
      'Memory',
      'Received',
      'Sent',
      'Storage used',
    ]);
    expect(new Set(measures.map(({ color }) => color)).size).toBe(measures.length);
  });

  it('has the units of networks and of storage', () => {
    const shown = (name: string, value: number): string | undefined =>
      measures.find((measure) => measure.name === name)?.format(value);
    expect(shown('received', 1_200_000)).toBe('1.2 MB/s');
    expect(shown('sent', 80_000)).toBe('80 kB/s');
    expect(shown('poolsUsed', 2.5 * 1024 ** 4)).toBe('2.5 TiB');
  });

  it('has marks of the axis up to what a big one can have', () => {
    for (const [name, value] of [
      ['received', 12.5e9],
      ['poolsUsed', 400 * 1024 ** 4],
    ] as const)
      expect(Math.max(...(measures.find((m) => m.name === name)?.steps ?? []))).toBeGreaterThan(value / 8);
  });
});

describe('samples that come in', () => {
  it('replace what is there from their beginning on', () => {
    const first = merged(noSeries, samples(0, [1, 2, 3], { cpu: [1, 2, 3] }));
    const second = merged(first, samples(3, [3, 4], { cpu: [30, 4], memory: [null, 7] }));
    expect(second).toEqual({
      times: [1, 2, 3, 4],
      values: { cpu: [1, 2, 30, 4], memory: [NaN, NaN, NaN, 7] },
    });
    expect(merged(second, samples(0, [9], { cpu: [9] })).times).toEqual([9]);
  });

  it('push out what is older than any span', () => {
    const hours = 3_600_000;
    const first = merged(noSeries, samples(0, [0, hours], { cpu: [1, 2] }));
    expect(merged(first, samples(2 * hours, [2 * hours], { cpu: [3] })).times).toEqual([hours, 2 * hours]);
  });

  it('are summed up for the span that is shown', () => {
    const series = merged(
      noSeries,
      samples(0, [1, 2, 3, 4], { cpu: [100, 2, 8, null], memory: [null, null, null, null] }),
    );
    expect(statistics(series, 'cpu', 2, 4)).toEqual({ minimum: 2, maximum: 8 });
    expect(statistics(series, 'memory', 0, 9)).toBeUndefined();
    expect(statistics(series, 'disk', 0, 9)).toBeUndefined();
    expect(newest(series, 'cpu')).toEqual({ at: 3, value: 8 });
    expect(newest(series, 'memory')).toBeUndefined();
  });
});

describe('what is drawn', () => {
  const drawn = (times: number[], values: Samples['values']): ReturnType<typeof drawing> =>
    drawing(merged(noSeries, samples(0, times, values)));

  it('has a gap where nothing was heard for longer than ten seconds', () => {
    const { times, columns } = drawn([0, 2000, 4000, 20_000, 22_000], { cpu: [1, 2, 3, 4, 5] });
    expect(times).toEqual([0, 2000, 4000, 12_000, 20_000, 22_000]);
    expect(columns['cpu']).toEqual([1, 2, 3, null, 4, 5]);
  });

  it('has a gap where a sample leaves a name out', () => {
    const { columns } = drawn([0, 2000, 4000, 6000, 8000], { cpu: [1, 2, null, 4, 5] });
    expect(columns['cpu']).toEqual([1, 2, null, 4, 5]);
  });

  it('has none where only another source had its say in between', () => {
    const { columns } = drawn([0, 2000, 2500, 4000, 6000], {
      cpu: [1, 2, null, 3, 4],
      players: [null, null, 1, null, null],
    });
    expect(columns['cpu']).toEqual([1, 2, undefined, 3, 4]);
  });

  it('has none between the values of what is measured rarely', () => {
    const { columns } = drawn([0, 60_000, 120_000], { players: [1, 2, 3] });
    expect(columns['players']).toEqual([1, undefined, 2, undefined, 3]);
  });
});
