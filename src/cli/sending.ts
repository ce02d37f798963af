import { systemClock } from '../core/model/clock.ts';
import { english } from '../core/model/text.ts';
import type { PlayGaps, PlaySpeed } from '../core/playback/player.ts';
import type { ReplayItem } from '../core/playback/replayItem.ts';
import { takes } from '../core/playback/replayPlan.ts';
import { ReplayRun } from '../core/playback/replayRun.ts';
import type { AnySystem } from '../core/systems/system.ts';
import { writeLine } from './lines.ts';
import { deliverTo, type OpenTarget } from './openTarget.ts';
import { ProgressBar } from './progressBar.ts';

export interface Sending {
  readonly name: string;
  readonly items: readonly ReplayItem[];
  readonly targets: readonly OpenTarget[];
  readonly systems: readonly AnySystem[];
  readonly speed: PlaySpeed;
  readonly gaps?: PlayGaps;
  readonly rounds?: number;
  readonly stopOnFailure?: boolean;
  /** The message as it goes out at this moment. */
  readonly rewrite?: (item: ReplayItem) => ReplayItem;
  readonly signal: AbortSignal;
  /** The end is told as a line of JSON. */
  readonly json: boolean;
}

/** Sends events, says how it went, and answers the exit code: 0 where every event arrived. */
export async function sendAll(sending: Sending): Promise<number> {
  const { name, items, targets, systems, speed, gaps, rounds = 1, stopOnFailure, signal, json } = sending;
  const { rewrite = (item: ReplayItem) => item } = sending;
  const delivery = deliverTo(targets, systems);
  const where = targets.map(({ destination }) => destination.label).join(', ');
  const run = new ReplayRun({
    name,
    where,
    items,
    target: {
      // The receiver may come back.
      signal: new AbortController().signal,
      deliver: async (item, ended) => {
        await delivery.send(rewrite(item), ended);
        return true;
      },
    },
    speed,
    rounds,
    ...(gaps ? { gaps } : {}),
    ...(stopOnFailure ? { stopOnFailure } : {}),
    clock: systemClock,
  });
  const end = (): void => run.take({ wish: 'end' });
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const stopDrawing = drawPlace(run);
  run.take({ wish: 'play' });
  await run.finished();
  stopDrawing();
  await delivery.close();
  const { delivered, failed } = run.state;
  const of = Number.isFinite(rounds) ? items.length * rounds : delivered + failed;
  const why = run.problem ? english(run.problem) : '';
  if (json) writeLine({ sent: { delivered, failed, of, ...(why === '' ? {} : { problem: why }) } });
  else
    process.stderr.write(`${delivered} of ${of} events arrived at ${where}.${why === '' ? '' : ` ${why}`}\n`);
  return failed === 0 && delivered === of ? 0 : 1;
}

/** Questions that a window would ask before these events go out, in words. */
export function questionsOf(items: readonly ReplayItem[], targets: readonly OpenTarget[]): readonly string[] {
  return targets.flatMap(({ destination }) => {
    const { target, label } = destination;
    if (!target) return [];
    return items
      .filter((item) => takes(destination, item))
      .flatMap(({ bytes }) => {
        const question = target.system.emitQuestion?.(bytes, label);
        return question ? [english(question.message)] : [];
      });
  });
}

function drawPlace(run: ReplayRun): () => void {
  const bar = new ProgressBar();
  const stop = run.onDidChange(() => {
    const { position, length, failed } = run.state;
    bar.draw(position, length, failed > 0 ? ` (${failed} did not arrive)` : '');
  });
  return () => {
    stop();
    bar.end();
  };
}
