import { describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import type { PlaySpeed } from '../../../../src/core/playback/player.ts';
import type { ReplayItem } from '../../../../src/core/playback/replayItem.ts';
import { ReplayRun, type ReplayTarget } from '../../../../src/core/playback/replayRun.ts';
import { ManualClock } from '../helpers.ts';

const at = Date.UTC(2026, 10, 20);
const item = (n: number): ReplayItem => ({
  at: at + n * 1000,
  bytes: Buffer.from(String(n)),
  system: 'kgsm',
  connection: 'home',
});
const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate);
};

/** A replay of five events, a second apart, into a target that remembers what it got since it was empty. */
function replay(given: Partial<ReplayTarget> = {}, speed: PlaySpeed = 1) {
  const clock = new ManualClock();
  const gone = new AbortController();
  const held: string[] = [];
  const target: ReplayTarget = {
    deliver: ({ bytes }) => held.push(Buffer.from(bytes).toString()) > 0,
    signal: gone.signal,
    ...given,
  };
  const items = [0, 1, 2, 3, 4].map(item);
  const run = new ReplayRun({ name: 'night', where: 'bot.sock', items, target, speed, clock });
  const pass = async (ms: number): Promise<void> => {
    await turns();
    clock.advance(ms);
    await turns();
  };
  return { run, held, pass, gone };
}

/** The same into a timeline, which can begin anew. */
function localReplay() {
  const held: string[] = [];
  let restarts = 0;
  const made = replay({
    deliver: ({ bytes }) => held.push(Buffer.from(bytes).toString()) > 0,
    restart: () => {
      restarts++;
      held.length = 0;
    },
  });
  return { ...made, held, restarts: () => restarts };
}

describe('a replay', () => {
  it('is paused, stepped, played on and told of, with its place in the recording', async () => {
    const { run, held, pass } = replay();
    run.take({ wish: 'play' });
    await pass(1000);
    expect(run.state).toMatchObject({
      state: 'playing',
      position: 2,
      length: 5,
      elapsedMs: 2000,
      totalMs: 4000,
    });
    run.take({ wish: 'pause' });
    await pass(10_000);
    expect(held).toEqual(['0', '1']);
    run.take({ wish: 'step' });
    await pass(0);
    expect([held.at(-1), run.state.state]).toEqual(['2', 'paused']);
    run.take({ wish: 'speed', speed: 'max' });
    run.take({ wish: 'play' });
    await run.finished();
    expect(held).toEqual(['0', '1', '2', '3', '4']);
    expect(run.state).toMatchObject({ state: 'done', delivered: 5, failed: 0, elapsedMs: 4000 });
  });

  it('goes to another place of the recording, and plays on only where it played', async () => {
    const { run, held, pass } = replay();
    run.take({ wish: 'seek', position: 3 });
    await pass(5000);
    expect([held, run.state.state, run.state.position]).toEqual([[], 'idle', 3]);
    run.take({ wish: 'play' });
    await pass(0);
    run.take({ wish: 'seek', position: 1 });
    await pass(1000);
    expect(held).toEqual(['3', '1', '2']);
    expect(run.state.state).toBe('playing');
  });

  it('brings a timeline to that place: with all that stands before, and nothing behind', async () => {
    const { run, held, pass, restarts } = localReplay();
    run.take({ wish: 'seek', position: 4 });
    await pass(0);
    expect([held, restarts()]).toEqual([['0', '1', '2', '3'], 0]);
    run.take({ wish: 'seek', position: 2 });
    await pass(0);
    expect([held, restarts(), run.state.position]).toEqual([['0', '1'], 1, 2]);
  });

  it('takes the newest of several wishes for a place, and a pause on the way', async () => {
    const { run, held, pass } = localReplay();
    run.take({ wish: 'play' });
    for (const position of [4, 1, 99, 2]) run.take({ wish: 'seek', position });
    expect(run.state.position).toBe(2);
    run.take({ wish: 'pause' });
    await pass(10_000);
    expect([held, run.state.state]).toEqual([['0', '1'], 'paused']);
  });

  it('takes no speed and no place that is none', async () => {
    const { run, held, pass } = replay();
    for (const speed of [0, -1, NaN, Infinity, '10' as never]) run.take({ wish: 'speed', speed });
    for (const position of [NaN, Infinity, '2' as never]) run.take({ wish: 'seek', position });
    run.take({ wish: 'play' });
    await pass(1000);
    expect([run.state.speed, held]).toEqual([1, ['0', '1']]);
  });

  it('begins anew after its end, on an empty timeline', async () => {
    const { run, held, pass, restarts } = localReplay();
    run.take({ wish: 'speed', speed: 'max' });
    run.take({ wish: 'play' });
    await run.finished();
    run.take({ wish: 'play' });
    await pass(0);
    expect([held, restarts()]).toEqual([['0', '1', '2', '3', '4'], 1]);
  });

  it('goes round as often as wanted, at a rate of its own', async () => {
    const held: string[] = [];
    const clock = new ManualClock();
    const run = new ReplayRun({
      ...{ name: 'night', where: 'bot.sock', items: [0, 1].map(item), speed: 1, clock },
      target: {
        deliver: ({ bytes }) => held.push(Buffer.from(bytes).toString()) > 0,
        signal: new AbortController().signal,
      },
      gaps: { kind: 'rate', perSecond: 100 },
      rounds: 3,
    });
    run.take({ wish: 'play' });
    for (let n = 0; n < 3; n++) {
      await turns();
      clock.advance(10);
    }
    await run.finished();
    expect(held).toEqual(['0', '1', '0', '1', '0', '1']);
  });

  it('keeps the first reason for which an event did not arrive, and goes on', async () => {
    let asked = 0;
    const { run } = replay(
      {
        deliver: () => {
          if (asked++ < 2) throw new Error(`refused ${asked}`);
          return true;
        },
      },
      'max',
    );
    run.take({ wish: 'play' });
    await run.finished();
    expect(run.state).toMatchObject({ state: 'done', delivered: 3, failed: 2 });
    expect(run.problem && english(run.problem)).toBe('refused 1');
  });

  it.each(['end', 'gone'])('is over where it was left or its target is gone: %s', async (how) => {
    const { run, held, pass, gone } = replay();
    run.take({ wish: 'play' });
    await pass(0);
    if (how === 'end') run.take({ wish: 'end' });
    else gone.abort();
    await run.finished();
    expect(run.isOver).toBe(true);
    run.take({ wish: 'play' });
    run.take({ wish: 'seek', position: 0 });
    await pass(60_000);
    expect(held).toEqual(['0']);
  });
});
