import { expect, it } from 'vitest';
import type { Clock } from '../../../../src/core/model/clock.ts';
import { Gathering } from '../../../../src/core/model/gathering.ts';

/** A clock that a test sets off by hand. */
function handClock(): { readonly clock: Clock; readonly waits: number[]; readonly ring: () => void } {
  const calls: (() => void)[] = [];
  const waits: number[] = [];
  return {
    waits,
    clock: {
      now: () => 0,
      after(ms, callback) {
        waits.push(ms);
        calls.push(callback);
        return () => void calls.splice(calls.indexOf(callback), 1);
      },
    },
    ring: () => {
      for (const call of calls.splice(0)) call();
    },
  };
}

it('hands on together what comes within the time, and begins anew after it', () => {
  const told: (readonly string[])[] = [];
  const { clock, waits, ring } = handClock();
  const gathering = new Gathering<string>(clock, 1_000, (things) => void told.push(things));
  for (const thing of ['a', 'b', 'c']) gathering.add(thing);
  expect(told).toEqual([]);
  ring();
  gathering.add('d');
  ring();
  expect(told).toEqual([['a', 'b', 'c'], ['d']]);
  expect(waits).toEqual([1_000, 1_000]);
});

it('hands on nothing after it was disposed of', () => {
  const told: (readonly string[])[] = [];
  const { clock, ring } = handClock();
  const gathering = new Gathering<string>(clock, 1_000, (things) => void told.push(things));
  gathering.add('a');
  gathering.dispose();
  ring();
  expect(told).toEqual([]);
});
