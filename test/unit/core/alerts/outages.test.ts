import { describe, expect, it } from 'vitest';
import { Outages } from '../../../../src/core/alerts/outages.ts';
import { emptyFleet, fold, forgetConnection, type Fleet } from '../../../../src/core/model/fleet.ts';
import type { ConnectionState } from '../../../../src/core/model/signal.ts';
import { ManualClock } from '../helpers.ts';

function watching(captured = true): {
  readonly clock: ManualClock;
  readonly lost: string[];
  readonly go: (state: ConnectionState) => void;
  readonly forget: () => void;
} {
  const clock = new ManualClock();
  const lost: string[] = [];
  const outages = new Outages(clock, 60_000, (connection) => lost.push(connection));
  let fleet = emptyFleet;
  const to = (next: Fleet): void => {
    outages.observe(fleet, next, () => captured);
    fleet = next;
  };
  return {
    clock,
    lost,
    go: (state) => {
      to(
        fold(fleet, { connection: 'home', system: 'kgsm', receivedAt: clock.now() }, [
          { signal: 'connection', state },
        ]),
      );
    },
    forget: () => {
      to(forgetConnection(fleet, 'home'));
    },
  };
}

describe('a connection', () => {
  it('is lost when it was there and is away for the whole time, however often it tries', () => {
    const { clock, lost, go } = watching();
    for (const state of ['connecting', 'ready', 'waiting'] as const) go(state);
    clock.advance(30_000);
    go('connecting');
    go('waiting');
    clock.advance(29_999);
    expect(lost).toEqual([]);
    clock.advance(1);
    expect(lost).toEqual(['home']);
    clock.advance(600_000);
    expect(lost).toEqual(['home']);
  });

  it('is not lost where it comes back, was never there, was ended, is of another window or is removed', () => {
    for (const way of [
      ['ready', 'waiting', 'ready'],
      ['connecting', 'waiting'],
      ['ready', 'closed'],
      ['ready', 'waiting', 'elsewhere'],
    ] as const) {
      const { clock, lost, go } = watching();
      for (const state of way) go(state);
      clock.advance(600_000);
      expect([way, lost]).toEqual([way, []]);
    }
    const other = watching(false);
    other.go('ready');
    other.go('waiting');
    other.clock.advance(600_000);
    expect(other.lost).toEqual([]);
    const removed = watching();
    removed.go('ready');
    removed.go('waiting');
    removed.forget();
    expect(removed.clock.waiting).toBe(0);
  });

  it('can be lost again after it came back', () => {
    const { clock, lost, go } = watching();
    for (let n = 0; n < 2; n++) {
      go('ready');
      go('waiting');
      clock.advance(60_000);
    }
    expect(lost).toEqual(['home', 'home']);
  });
});
