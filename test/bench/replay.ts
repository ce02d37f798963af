import { listSource, Player, type PlaySpeed } from '../../src/core/playback/player.ts';
import { line, median, percentile, perSecond, timed, type Line } from './measure.ts';

const COUNT = 150;
/** Between two deliveries in real time, whatever the speed. */
const GAP_MS = 10;
const FAST_COUNT = 200_000;

/** How late events of a replay go out, beside bare timers; and how many go out where nothing holds them back. */
export async function replayTimes(): Promise<Line[]> {
  const bare = (await lateness((due) => sleepUntil(due))).toFixed(2);
  const lines: Line[] = [];
  for (const speed of [1, 0.1, 1000]) {
    const late = await replayLateness(speed);
    lines.push(line(`replay jitter at ${speed}×, p95`, late, 'ms', '≤ 5', `bare setTimeout ${bare} ms`));
  }
  const times: number[] = [];
  for (let n = 0; n < 5; n++) times.push(await timed(() => play('max', FAST_COUNT, 1, () => true)));
  const perEvent = (1000 * median(times)) / FAST_COUNT;
  const note = `${perSecond(FAST_COUNT, median(times))} to a target that takes all`;
  return [...lines, line('replay as fast as the target takes it, an event', perEvent, 'µs', '', note)];
}

async function lateness(wait: (due: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  const all: number[] = [];
  for (let n = 0; n < COUNT; n++) {
    await wait(start + n * GAP_MS);
    all.push(performance.now() - start - n * GAP_MS);
  }
  return percentile(all, 0.95);
}

/** The median of three replays. */
async function replayLateness(speed: number): Promise<number> {
  const rounds: number[] = [];
  for (let n = 0; n < 3; n++) {
    const start = performance.now();
    const all: number[] = [];
    await play(speed, COUNT, GAP_MS * speed, (at) => all.push(performance.now() - start - at / speed) > 0);
    rounds.push(percentile(all, 0.95));
  }
  return median(rounds);
}

async function play(
  speed: PlaySpeed,
  count: number,
  gap: number,
  deliver: (at: number) => boolean,
): Promise<void> {
  const player = new Player({
    source: listSource(Array.from({ length: count }, (_, n) => ({ at: n * gap }))),
    speed,
    clock: {
      now: () => performance.now(),
      after(ms, callback) {
        const timer = setTimeout(callback, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
    signal: new AbortController().signal,
    deliver: ({ at }) => deliver(at),
  });
  player.play();
  await player.settled();
}

function sleepUntil(due: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
}
