import { hasTerm, withoutTerm, withTerm } from './query/edit.ts';
import type { JournalView } from './journalView.ts';
import type { JournalStore, ResultHandle } from './store/journalStore.ts';

const nothingCleared = { seq: -1, count: 0 } as const;

/** Counts what `-is:noise` hides from a view: what the rest of its filter finds among the noise. */
export class HiddenNoise {
  readonly #view: JournalView;
  readonly #storeOf: (timeline: string) => Promise<JournalStore>;
  readonly #onDidChange: () => void;
  /** Timeline and query of the result. */
  #asked = '';
  #handle: ResultHandle | undefined;
  #count: number | undefined;
  #isDone = false;
  /** Noise up to the event that the view was cleared at; not known until it was counted. */
  #cleared: { readonly seq: number; readonly count: number | undefined } = nothingCleared;

  constructor(
    view: JournalView,
    storeOf: (timeline: string) => Promise<JournalStore>,
    onDidChange: () => void,
  ) {
    this.#view = view;
    this.#storeOf = storeOf;
    this.#onDidChange = onDidChange;
  }

  /** The count for the view as it is now; `shown` where its filter hides no noise, undefined while it is not known. */
  look(): number | 'shown' | undefined {
    const { filter, problem, total, length, unseen, timeline } = this.#view;
    if (problem) return undefined;
    const isHidden = hasTerm(filter, 'is', 'noise', true);
    const rest = withoutTerm(filter, 'is', 'noise', true).trim();
    // Everything but the noise is there: no second result is needed.
    const isAll = isHidden && rest === '';
    this.#follow(timeline, isHidden && !isAll ? withTerm(rest, 'is', 'noise', 'and') : '');
    if (!isHidden) return 'shown';
    if (isAll) return this.#view.searching ? undefined : Math.max(0, total - length - unseen);
    this.#lookAtCleared();
    const isKnown = this.#count !== undefined && this.#cleared.count !== undefined;
    return isKnown ? Math.max(0, (this.#count ?? 0) - (this.#cleared.count ?? 0)) : undefined;
  }

  dispose(): void {
    this.#asked = '';
    this.#handle?.close();
  }

  #follow(timeline: string, query: string): void {
    const asked = query === '' ? '' : JSON.stringify([timeline, query]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#handle?.close();
    this.#handle = undefined;
    this.#count = undefined;
    this.#isDone = false;
    this.#cleared = nothingCleared;
    if (asked !== '') void this.#open(timeline, query);
  }

  async #open(timeline: string, query: string): Promise<void> {
    const asked = this.#asked;
    try {
      const handle = await (await this.#storeOf(timeline)).query(query);
      if (asked !== this.#asked) {
        handle.close();
        return;
      }
      this.#handle = handle;
      handle.onProgress(({ count, done, failure }) => {
        if (asked !== this.#asked) return;
        // Older events are still found: what was counted below the cleared one is not all.
        if (done !== this.#isDone) this.#cleared = nothingCleared;
        this.#isDone = done;
        this.#count = failure ? undefined : count;
        this.#onDidChange();
      });
    } catch {
      // The view itself says why there is no journal, and why a query is none.
    }
  }

  /** Events from before the view was cleared are not hidden as noise. */
  #lookAtCleared(): void {
    const seq = this.#view.cleared?.seq ?? -1;
    if (seq === this.#cleared.seq || (seq >= 0 && !this.#isDone)) return;
    this.#cleared = seq < 0 ? nothingCleared : { seq, count: undefined };
    if (seq >= 0) void this.#countCleared(seq);
  }

  async #countCleared(seq: number): Promise<void> {
    try {
      const newer = await this.#handle?.positionOf(seq);
      if (newer === undefined || this.#count === undefined || seq !== this.#cleared.seq) return;
      this.#cleared = { seq, count: this.#count - newer };
      this.#onDidChange();
    } catch {
      // The result was closed meanwhile.
    }
  }
}
