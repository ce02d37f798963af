/** An event of the browser's tracing; times are microseconds of one clock in all its processes. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
}

export const TRACED = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing'];

/** Parts of a frame that are script, style or layout; some stand within others. */
const PARTS = new Set([
  'EvaluateScript',
  'v8.compile',
  'FunctionCall',
  'EventDispatch',
  'TimerFire',
  'FireAnimationFrame',
  'HandlePostMessage',
  'RunMicrotasks',
  'UpdateLayoutTree',
  'Layout',
]);

/** Work of the main thread of a page between two marks of it. */
export interface Work {
  /** Milliseconds that script, style and layout took in each frame that was laid out anew; the others would hide them. */
  readonly frames: readonly number[];
  readonly longestTask: number;
}

export class Trace {
  readonly #events: readonly TraceEvent[];

  constructor(recording: Buffer) {
    const { traceEvents } = JSON.parse(recording.toString()) as { traceEvents: TraceEvent[] };
    this.#events = traceEvents.toSorted((a, b) => a.ts - b.ts);
  }

  /** Milliseconds from one event to the first of another name behind it. */
  between(from: string, to: string): number {
    const begun = this.#first(from);
    return (this.#first(to, begun.ts).ts - begun.ts) / 1000;
  }

  /** Work of the thread that set both marks. */
  work(from: string, to: string): Work {
    const begun = this.#first(from);
    const end = this.#first(to, begun.ts);
    const own = this.#events.filter(
      ({ pid, tid, ts }) => pid === begun.pid && tid === begun.tid && ts >= begun.ts && ts <= end.ts,
    );
    const tasks = own.filter(({ name }) => name === 'RunTask').map(({ dur = 0 }) => dur / 1000);
    return { frames: framesOf(own), longestTask: Math.max(0, ...tasks) };
  }

  #first(wanted: string, after = 0): TraceEvent {
    const found = this.#events.find(({ name, ts }) => name === wanted && ts > after);
    if (!found) throw new Error(`The trace has no ${wanted}.`);
    return found;
  }
}

/** A frame ends where it is committed; a part that stands within another one is counted once. */
function framesOf(events: readonly TraceEvent[]): readonly number[] {
  const frames: number[] = [];
  let spent = 0;
  let coveredTo = 0;
  let isLaidOut = false;
  for (const { name, ts, dur = 0 } of events) {
    if (name === 'Commit') {
      if (isLaidOut) frames.push(spent / 1000);
      spent = 0;
      isLaidOut = false;
    } else if (PARTS.has(name)) {
      isLaidOut ||= name === 'Layout';
      spent += Math.max(0, ts + dur - Math.max(ts, coveredTo));
      coveredTo = Math.max(coveredTo, ts + dur);
    }
  }
  return frames;
}
