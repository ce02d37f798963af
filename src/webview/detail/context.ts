import type { Comparison, EventContext } from '../../rpc/inspectorDetail.ts';
import type { Host } from '../base/link.ts';

/** Facts about the shown event that the host tells after it, and requests to open it elsewhere. */
export class DetailContext {
  context: EventContext | null = null;
  /** The two selected events beside each other. */
  pair: Comparison | null = null;
  readonly #host: () => Host;
  readonly #guard: (work: () => Promise<unknown>) => Promise<void>;
  readonly #changed: () => void;
  #seq: number | null = null;
  #selections = 0;

  constructor(host: () => Host, guard: (work: () => Promise<unknown>) => Promise<void>, changed: () => void) {
    this.#host = host;
    this.#guard = guard;
    this.#changed = changed;
  }

  load(seq: number): Promise<void> {
    this.#seq = seq;
    // Among related events the list stays until the next one is there: the focus is in it.
    if (this.context?.related.some((row) => row.seq === seq) !== true) this.context = null;
    return this.#guard(async () => {
      const context = await this.#host().request('eventContext', { seq });
      if (seq !== this.#seq) return;
      this.context = context;
      this.#changed();
    });
  }

  /** So many events are selected: two are compared. */
  selected(count: number): Promise<void> {
    const selection = ++this.#selections;
    this.pair = null;
    if (count !== 2) return Promise.resolve();
    return this.#guard(async () => {
      const pair = await this.#host().request('compareSelected', null);
      if (selection !== this.#selections) return;
      this.pair = pair;
      this.#changed();
    });
  }

  openDocument(seq: number): Promise<void> {
    return this.#guard(() => this.#host().request('openDocument', { seq }));
  }

  openDifference(events: { readonly from: number; readonly to: number }): Promise<void> {
    return this.#guard(() => this.#host().request('openDifference', events));
  }
}
