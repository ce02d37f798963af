import { describe, expect, it } from 'vitest';
import { english, text } from '../../../../src/core/model/text.ts';
import {
  listSource,
  Player,
  dueTimes,
  type PlayerOptions,
  type PlayGaps,
  type PlaySpeed,
} from '../../../../src/core/playback/player.ts';
import { ManualClock } from '../helpers.ts';

interface Item {
  readonly at: number;
}

const items = (...times: number[]): Item[] => times.map((at) => ({ at }));
const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise(setImmediate);

/** A player on a clock that is moved by hand, with all that it delivers and when. */
function playerOf(all: readonly Item[], options: Partial<PlayerOptions<Item>> = {}) {
  const clock = new ManualClock();
  const start = clock.now();
  const times: (readonly [at: number, due: number])[] = [];
  const player = new Player({
    source: listSource(all),
    clock,
    signal: never,
    deliver: ({ at }) => times.push([at, clock.now() - start]) > 0,
    ...options,
  });
  /** Lets time pass, a millisecond after the other. */
  const pass = async (ms: number): Promise<void> => {
    await turn();
    for (let n = 0; n < ms; n++) {
      clock.advance(1);
      await turn();
      // A turn may be given back in between.
      await turn();
    }
  };
  return { player, clock, times, pass };
}

/** When each item went out, of a player that is left alone. */
async function timesOf(all: readonly Item[], speed: PlaySpeed, gaps?: PlayGaps): Promise<number[]> {
  const { player, times, pass } = playerOf(all, { speed, ...(gaps && { gaps }) });
  player.play();
  for (let n = 0; n < 1000 && player.state !== 'done'; n++) await pass(1);
  return times.map(([, due]) => due);
}

describe('distances', () => {
  it('are the recorded ones at 1×, shrunk and stretched at other speeds', async () => {
    expect(await timesOf(items(500, 510, 540), 1)).toEqual([0, 10, 40]);
    expect(await timesOf(items(500, 510, 540), 10)).toEqual([0, 1, 4]);
    expect(await timesOf(items(500, 501, 504), 0.1)).toEqual([0, 10, 40]);
    expect(dueTimes(items(500, 510, 540), 10)).toEqual([0, 1, 4]);
  });

  it('keep the order of the recording where clocks stepped back', async () => {
    expect(await timesOf(items(100, 120, 90, 130), 1)).toEqual([0, 20, 20, 30]);
  });

  it('can be cut, or the same for all', async () => {
    expect(await timesOf(items(0, 10, 100_000, 100_005), 1, { kind: 'capped', ms: 50 })).toEqual([
      0, 10, 60, 65,
    ]);
    expect(await timesOf(items(0, 10, 100_000), 2, { kind: 'rate', perSecond: 100 })).toEqual([0, 5, 10]);
  });

  it('of months do not end a wait at once', async () => {
    const { player, clock, times } = playerOf(items(0, 3e9));
    player.play();
    await turn();
    for (let n = 0; n < 3; n++) {
      expect(times).toHaveLength(1);
      clock.advance(1e9);
      await turn();
    }
    expect(times.map(([at]) => at)).toEqual([0, 3e9]);
  });
});

describe('a target', () => {
  it('is given as much as it takes, and never two at once', async () => {
    let inside = 0;
    const order: number[] = [];
    const { player } = playerOf(items(...Array.from({ length: 1200 }, (_, n) => n * 60_000)), {
      speed: 'max',
      async deliver({ at }) {
        expect(++inside).toBe(1);
        await turn();
        inside--;
        order.push(at);
        return true;
      },
    });
    player.play();
    await player.settled();
    expect(player).toMatchObject({ state: 'done', delivered: 1200, failed: 0, position: 1200 });
    expect(order).toEqual(Array.from({ length: 1200 }, (_, n) => n * 60_000));
  });

  it('that is slow delays what follows, which then goes out at once', async () => {
    const { player, clock, times, pass } = playerOf(items(0, 10, 20, 100), {
      async deliver({ at }) {
        times.push([at, clock.now()]);
        if (at === 0) await new Promise<void>((resolve) => clock.after(50, resolve));
        return true;
      },
    });
    const start = clock.now();
    player.play();
    await pass(120);
    expect(times.map(([, due]) => due - start)).toEqual([0, 50, 50, 100]);
  });

  it('that refuses one gets the next, and both are counted', async () => {
    const { player } = playerOf(items(1, 2, 3), { speed: 'max', deliver: ({ at }) => at !== 2 });
    player.play();
    await player.settled();
    expect(player).toMatchObject({ state: 'done', delivered: 2, failed: 1 });
  });

  it('that refuses one stops the player where that is wished, which can go on behind it', async () => {
    const { player } = playerOf(items(1, 2, 3), {
      speed: 'max',
      stopOnFailure: true,
      deliver: ({ at }) =>
        at === 2
          ? Promise.reject(Object.assign(new Error('ENOENT'), { text: text('{0} is gone', 'it') }))
          : true,
    });
    player.play();
    await player.settled();
    expect(player).toMatchObject({ state: 'failed', delivered: 1, failed: 1, position: 2 });
    expect(player.problem && english(player.problem)).toBe('it is gone');
    player.play();
    await player.settled();
    expect(player).toMatchObject({ state: 'done', delivered: 2, failed: 1, problem: undefined });
  });
});

describe('a source', () => {
  it('is read by pages', async () => {
    const asked: (readonly number[])[] = [];
    const all = items(...Array.from({ length: 1200 }, (_, n) => n));
    const page = (from: number, count: number): readonly Item[] => {
      asked.push([from, count]);
      return all.slice(from, from + count);
    };
    const { player } = playerOf([], { source: { length: 1200, page }, from: 100, until: 1150, speed: 'max' });
    player.play();
    await player.settled();
    expect(asked).toEqual([
      [100, 500],
      [600, 500],
      [1100, 50],
    ]);
    expect(player.delivered).toBe(1050);
  });

  it('that cannot be read stops the player in its words, and is asked again', async () => {
    let isBroken = true;
    const { player } = playerOf([], {
      source: {
        length: 2,
        page: (from) => (isBroken ? Promise.reject(new Error('disk gone')) : items(0, 1).slice(from)),
      },
      speed: 'max',
    });
    player.play();
    await player.settled();
    expect(player.state).toBe('failed');
    expect(player.problem && english(player.problem)).toBe('disk gone');
    isBroken = false;
    player.play();
    await player.settled();
    expect(player).toMatchObject({ state: 'done', delivered: 2 });
  });

  it('that is shorter than it said stops the player', async () => {
    const { player } = playerOf([], { source: { length: 3, page: () => [] } });
    player.play();
    await player.settled();
    expect(player.state).toBe('failed');
    expect(player.problem && english(player.problem)).toBe('The event with the number 1 could not be read.');
  });

  it('without any item is done at once', async () => {
    const { player } = playerOf([], { rounds: Infinity });
    player.play();
    await player.settled();
    expect(player.state).toBe('done');
  });
});

describe('while it plays', () => {
  it('a pause keeps what is left of the wait', async () => {
    const { player, clock, times, pass } = playerOf(items(0, 100));
    player.play();
    await pass(30);
    player.pause();
    await player.settled();
    expect(player).toMatchObject({ state: 'paused', position: 1 });
    expect(clock.waiting).toBe(0);
    await pass(500);
    player.play();
    await pass(69);
    expect(times).toHaveLength(1);
    await pass(1);
    expect(times).toHaveLength(2);
  });

  it('another speed counts at once, from where it is', async () => {
    const { player, times, pass } = playerOf(items(0, 100, 200));
    player.play();
    await pass(50);
    player.setSpeed(10);
    await pass(15);
    expect(times).toEqual([
      [0, 0],
      [100, 55],
      [200, 65],
    ]);
  });

  it('the pace comes back from as fast as possible without a rush or a wait', async () => {
    const gate: (() => void)[] = [];
    const { player, clock, times, pass } = playerOf(items(0, 1000, 2000, 2030), {
      speed: 'max',
      deliver: ({ at }) => {
        times.push([at, clock.now()]);
        return at === 1000 ? new Promise((resolve) => gate.push(() => resolve(true))) : true;
      },
    });
    const start = clock.now();
    player.play();
    await pass(5);
    player.setSpeed(100);
    gate[0]?.();
    await pass(20);
    expect(times.map(([at, due]) => [at, due - start])).toEqual([
      [0, 0],
      [1000, 0],
      [2000, 15],
      [2030, 16],
    ]);
  });

  it('it can be sent elsewhere, where the next item is due at once', async () => {
    const { player, times, pass } = playerOf(items(0, 100, 200, 230));
    player.play();
    await pass(10);
    player.seek(2);
    await pass(40);
    expect(times).toEqual([
      [0, 0],
      [200, 10],
      [230, 40],
    ]);
    expect(player.state).toBe('done');
    player.seek(-5);
    expect(player).toMatchObject({ state: 'paused', position: 0 });
    player.seek(99);
    expect(player.position).toBe(4);
  });

  it('a place that is chosen during a delivery is not passed over', async () => {
    const gate: (() => void)[] = [];
    const got: number[] = [];
    const { player } = playerOf(items(0, 1, 2), {
      speed: 'max',
      deliver: ({ at }) => {
        got.push(at);
        return got.length === 1 ? new Promise((resolve) => gate.push(() => resolve(true))) : true;
      },
    });
    player.play();
    await turn();
    player.seek(0);
    gate[0]?.();
    await player.settled();
    expect(got).toEqual([0, 0, 1, 2]);
  });

  it('a step delivers one at once and waits', async () => {
    const { player, times, pass } = playerOf(items(0, 100_000, 100_010));
    player.step();
    await pass(1);
    expect(player.state).toBe('paused');
    player.step();
    await pass(1);
    expect(times.map(([at]) => at)).toEqual([0, 100_000]);
    player.play();
    await pass(10);
    expect(times.at(-1)).toEqual([100_010, 12]);
    expect(player.state).toBe('done');
  });

  it('the last step is the end', async () => {
    const { player } = playerOf(items(0, 1));
    for (const state of ['paused', 'done']) {
      player.step();
      await player.settled();
      expect(player.state).toBe(state);
    }
  });

  it('all can begin anew, so often as was wished, or after the end', async () => {
    const { player, times } = playerOf(items(0, 1, 2), { speed: 'max', from: 1, rounds: 3 });
    player.play();
    await player.settled();
    expect(times.map(([at]) => at)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(player).toMatchObject({ state: 'done', round: 3, delivered: 6 });
    player.play();
    await player.settled();
    expect(times).toHaveLength(12);
    expect(player.delivered).toBe(6);
  });

  it('its end stops it in a wait or behind a delivery, and leaves no timer', async () => {
    const abort = new AbortController();
    const { player, clock, times } = playerOf(items(0, 1_000_000), { signal: abort.signal });
    player.play();
    await turn();
    abort.abort();
    await player.settled();
    expect(clock.waiting).toBe(0);
    player.play();
    await turn();
    expect(times).toHaveLength(1);

    const other = new AbortController();
    const { player: fast } = playerOf(items(0, 1, 2), {
      speed: 'max',
      signal: other.signal,
      deliver: ({ at }) => {
        if (at === 1) other.abort();
        return true;
      },
    });
    fast.play();
    await fast.settled();
    expect(fast).toMatchObject({ delivered: 2, position: 2 });
  });

  it('whoever looks is told of each state and place', async () => {
    const seen: string[] = [];
    const { player } = playerOf(items(0, 1), {
      speed: 'max',
      onChange: () => seen.push(`${player.state} ${String(player.position)}`),
    });
    player.play();
    await player.settled();
    expect(seen).toEqual(['playing 0', 'playing 1', 'playing 2', 'done 2']);
  });
});
