import { liveTimeline } from '../model/event.ts';
import type { Pipeline } from '../journal/pipeline.ts';

interface ShownReplay {
  readonly id: string;
  readonly label: string;
  readonly abort: AbortController;
}

/**
 * The timeline on screen, which tree and inspector follow: the live one, or that of a local replay. At most one local
 * replay exists; leaving it ends it and drops its timeline.
 */
export class TimelineSelection {
  readonly #pipeline: Pipeline;
  readonly #onLeft: (timeline: string) => void;
  readonly #listeners = new Set<() => void>();
  #replay: ShownReplay | undefined;
  #count = 0;

  /** `onLeft` is called when nobody looks at a timeline any more. */
  constructor(pipeline: Pipeline, onLeft: (timeline: string) => void) {
    this.#pipeline = pipeline;
    this.#onLeft = onLeft;
  }

  get id(): string {
    return this.#replay?.id ?? liveTimeline;
  }

  /** The name of the replay; undefined while the live timeline is shown. */
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
    for (const listener of this.#listeners) listener();
    if (left) this.#onLeft(left.id);
  }
}
