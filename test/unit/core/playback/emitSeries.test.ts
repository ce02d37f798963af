import { describe, expect, it } from 'vitest';
import { text } from '../../../../src/core/model/text.ts';
import { EmitSeries, isSeries, seriesLimits } from '../../../../src/core/playback/emission/emitSeries.ts';
import type { EmitResult } from '../../../../src/core/playback/emitter.ts';
import { emitLimits } from '../../../../src/rpc/inspectorEmit.ts';
import { ManualClock } from '../helpers.ts';

/** Lets everything run that waits for no time. */
const turn = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
};

const sent: EmitResult = { ok: true };

function setUp(count: number, perSecond: number, send: (n: number, target: string) => Promise<EmitResult>) {
  const clock = new ManualClock();
  const begin = clock.now();
  const log: string[] = [];
  const counts = new Map<string, number>();
  const targetOf = (id: string) => ({
    id,
    label: id,
    send: () => {
      const n = (counts.get(id) ?? 0) + 1;
      counts.set(id, n);
      log.push(`${id}${String(n)} at ${String(clock.now() - begin)}`);
      return send(n, id);
    },
  });
  const series = new EmitSeries({ targets: [targetOf('a'), targetOf('b')], count, perSecond, clock });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await turn();
    }
  };
  return { series, log, clock, pass };
}

const states = ({ progress }: EmitSeries): string[] =>
  progress.map(({ id, state, sent: count }) => `${id} ${state} ${String(count)}`);

describe('a series of messages', () => {
  it('goes out at its rate to each target, and ends', async () => {
    const { series, log, pass, clock } = setUp(3, 10, () => Promise.resolve(sent));
    series.start();
    await turn();
    expect(log).toEqual(['a1 at 0', 'b1 at 0']);
    await pass(100);
    expect(states(series)).toEqual(['a sending 2', 'b sending 2']);
    await pass(100);
    expect(log).toEqual(['a1 at 0', 'b1 at 0', 'a2 at 100', 'b2 at 100', 'a3 at 200', 'b3 at 200']);
    expect(states(series)).toEqual(['a done 3', 'b done 3']);
    expect([series.isRunning, clock.waiting]).toEqual([false, 0]);
  });

  it('waits for a slow target, which holds up no other and gets nothing late all at once', async () => {
    const { promise, resolve } = Promise.withResolvers<EmitResult>();
    const { series, log, pass } = setUp(40, 10, (n, id) =>
      id === 'a' && n === 2 ? promise : Promise.resolve(sent),
    );
    series.start();
    await turn();
    await pass(2000);
    expect(states(series)).toEqual(['a sending 1', 'b sending 21']);
    resolve(sent);
    await turn();
    await pass(300);
    expect(log.filter((line) => line.startsWith('a'))).toEqual([
      'a1 at 0',
      'a2 at 100',
      'a3 at 2000',
      'a4 at 2100',
      'a5 at 2200',
      'a6 at 2300',
    ]);
    series.stop();
    await series.settled();
  });

  it('stops at once, in the middle of a wait', async () => {
    const { series, log, pass, clock } = setUp(seriesLimits.count, 2, () => Promise.resolve(sent));
    series.start();
    await turn();
    await pass(600);
    series.stop();
    await series.settled();
    expect(states(series)).toEqual(['a stopped 2', 'b stopped 2']);
    await pass(5000);
    expect([log.length, series.isRunning, clock.waiting]).toEqual([4, false, 0]);
  });

  it('ends for a target at the first message that does not arrive, with the reason', async () => {
    const gone = text('It went away.');
    const { series, pass } = setUp(5, 10, (n, id) => {
      if (id === 'b' && n === 3) return Promise.reject(new Error('broken'));
      return Promise.resolve(id === 'a' && n === 2 ? { ok: false, message: gone } : sent);
    });
    series.start();
    await turn();
    await pass(1000);
    expect(series.progress).toEqual([
      { id: 'a', label: 'a', state: 'failed', sent: 1, problem: gone },
      { id: 'b', label: 'b', state: 'failed', sent: 2, problem: text('{0}', 'broken') },
    ]);
    series.stop();
    expect(states(series)).toEqual(['a failed 1', 'b failed 2']);
  });

  it('has its limits', () => {
    expect(emitLimits).toEqual(seriesLimits);
    expect([1, seriesLimits.count].map((count) => isSeries(count, 1))).toEqual([true, true]);
    expect([0, 1.5, -1, NaN, seriesLimits.count + 1, Infinity].map((count) => isSeries(count, 1))).toEqual(
      Array.from({ length: 6 }, () => false),
    );
    expect([0, -1, NaN, 1001, Infinity].map((rate) => isSeries(1, rate))).toEqual(
      Array.from({ length: 5 }, () => false),
    );
    expect(() => setUp(1, 2000, () => Promise.resolve(sent))).toThrow(RangeError);
  });
});
