import { liveTimeline, simulatedTimeline } from '../model/event.ts';
import type { Pipeline } from '../journal/pipeline.ts';

interface ShownReplay {
  readonly id: string;
  readonly label: string;
  readonly abort: AbortController;
}

/**
 * The timeline on screen, which tree and inspector follow: the live one, that of simulated servers, or that of a local
 * replay. At most one of each exists; leaving a replay ends it, drops its timeline and shows the one below it.
 */
export class TimelineSelection {
  readonly #pipeline: Pipeline;
  readonly #onLeft: (timeline: string) => void;
  readonly #listeners = new Set<() => void>();
  #replay: ShownReplay | undefined;
  #simulated: string | undefined;
  #count = 0;

  /** `onLeft` is called when nobody looks at a timeline any more. */
  constructor(pipeline: Pipeline, onLeft: (timeline: string) => void) {
    this.#pipeline = pipeline;
    this.#onLeft = onLeft;
  }

  get id(): string {
    return this.#replay?.id ?? this.base;
  }

  /** The timeline whose connections one works with, also while a replay is shown: the live or the simulated one. */
  get base(): string {
    return this.#simulated ?? liveTimeline;
  }

  get isSimulated(): boolean {
    return this.#simulated !== undefined;
  }

  /** The name of the replay; undefined while no replay is shown. */
  get label(): string | undefined {
    return this.#replay?.label;
  }

  /** Shows a new timeline for a replay; the signal is aborted when the timeline is left. */
  startReplay(label: string): { readonly id: string; readonly signal: AbortSignal } {
    const replay = { id: this.#nextId(), label, abort: new AbortController() };
    this.#show(replay);
    return { id: replay.id, signal: replay.abort.signal };
  }

  /** The replay goes on, on a timeline without events. Answers its id. */
  restartReplay(): string {
    if (!this.#replay) throw new Error('There is no replay.');
    const id = this.#nextId();
    this.#show({ ...this.#replay, id });
    return id;
  }

  showLive(): void {
    if (this.#replay) this.#show(undefined);
  }

  /** Shows a new timeline for simulated servers, in the place of the live one. Answers its id. */
  startSimulated(): string {
    if (this.#simulated !== undefined) throw new Error('There are simulated servers already.');
    this.#simulated = simulatedTimeline(++this.#count);
    this.#tell();
    return this.#simulated;
  }

  /** Shows the live timeline again, and drops that of the simulated servers. */
  endSimulated(): void {
    const left = this.#simulated;
    if (left === undefined) return;
    this.#simulated = undefined;
    this.#pipeline.drop(left);
    this.#tell();
    this.#onLeft(left);
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#replay?.abort.abort();
  }

  #nextId(): string {
    return `replay-${String(++this.#count)}`;
  }

  #show(replay: ShownReplay | undefined): void {
    const left = this.#replay;
    this.#replay = replay;
    if (left?.abort !== replay?.abort) left?.abort.abort();
    if (left) this.#pipeline.drop(left.id);
    this.#tell();
    if (left) this.#onLeft(left.id);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
