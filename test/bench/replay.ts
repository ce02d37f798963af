import { listSource, Player, type PlaySpeed } from '../../src/core/playback/player.ts';
import { line, median, percentile, perSecond, timed, type Line } from './measure.ts';

const COUNT = 150;
/** Between two deliveries in real time, whatever the speed. */
const GAP_MS = 10;
const FAST_COUNT = 200_000;
const LONG_COUNT = 100_000;
/** Ten events fall due in one tick of a timer. */
const LONG_GAP_MS = 0.1;

/** How late events of a replay go out, beside bare timers; and how many go out where nothing holds them back. */
export async function replayTimes(): Promise<Line[]> {
  const bare = (await lateness(COUNT, GAP_MS)).toFixed(2);
  const lines: Line[] = [];
  for (const speed of [1, 0.1, 1000]) {
    const late = await replayLateness(speed);
    lines.push(line(`replay jitter at ${speed}×, p95`, late, 'ms', '≤ 5', `bare setTimeout ${bare} ms`));
  }
  const bareLong = (await lateness(LONG_COUNT, LONG_GAP_MS)).toFixed(2);
  const long = await replayLateness(100, LONG_COUNT, LONG_GAP_MS, 1);
  lines.push(
    line('replay jitter of 100,000 events at 100×, p95', long, 'ms', '≤ 5', `bare setTimeout ${bareLong} ms`),
  );
  const times: number[] = [];
  for (let n = 0; n < 5; n++) times.push(await timed(() => play('max', FAST_COUNT, 1, () => true)));
  const perEvent = (1000 * median(times)) / FAST_COUNT;
  const note = `${perSecond(FAST_COUNT, median(times))} to a target that takes all`;
  return [...lines, line('replay as fast as the target takes it, an event', perEvent, 'µs', '', note)];
}

/** A bare timer for each event that is not due yet. */
async function lateness(count: number, gapMs: number): Promise<number> {
  const start = performance.now();
  const all: number[] = [];
  for (let n = 0; n < count; n++) {
    const due = start + n * gapMs;
    if (due > performance.now()) await sleepUntil(due);
    all.push(performance.now() - due);
  }
  return percentile(all, 0.95);
}

/** The median of some replays. */
async function replayLateness(speed: number, count = COUNT, gapMs = GAP_MS, rounds = 3): Promise<number> {
  const found: number[] = [];
  for (let n = 0; n < rounds; n++) {
    const all: number[] = [];
    await play(speed, count, gapMs * speed, (at, start) => {
      return all.push(performance.now() - start - at / speed) > 0;
    });
    found.push(percentile(all, 0.95));
  }
  return median(found);
}

async function play(
  speed: PlaySpeed,
  count: number,
  gap: number,
  deliver: (at: number, start: number) => boolean,
): Promise<void> {
  let start = 0;
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
    deliver: ({ at }) => deliver(at, start),
  });
  start = performance.now();
  player.play();
  await player.settled();
}

function sleepUntil(due: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
}
