import type { Clock } from '../../model/clock.ts';
import type { JournalStore } from '../../journal/store/journalStore.ts';

/** Parts of the journal that an echo is looked for in. */
export type EchoStore = Pick<JournalStore, 'range' | 'onCommit' | 'status'>;

/** An echo comes within a moment or not at all. */
const echoWithinMs = 15_000;
/** Emissions whose echo is waited for; of more the oldest is given up. */
const maxWaiting = 100;

interface Waiting {
  readonly until: number;
  /** First event that may be the echo. */
  from: number;
}

/** Finds the echoes of emissions in the journal: events that came in with the correlation of one. */
export class EchoWatch {
  readonly #store: EchoStore;
  readonly #clock: Clock;
  readonly #found: (correlation: string, seq: number) => void;
  readonly #waiting = new Map<string, Waiting>();
  readonly #stop: () => void;
  #lastSeq: number;

  constructor(store: EchoStore, clock: Clock, found: (correlation: string, seq: number) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#found = found;
    this.#lastSeq = store.status.seq;
    this.#stop = store.onCommit(({ commit }) => {
      this.#lastSeq = Math.max(this.#lastSeq, commit.to);
      for (const correlation of [...this.#waiting.keys()]) void this.#look(correlation);
    });
  }

  /** Place in the journal before an emission: its echo comes behind that. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  expect(correlation: string, after: number): void {
    this.#waiting.set(correlation, { until: this.#clock.now() + echoWithinMs, from: after + 1 });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > maxWaiting && oldest !== undefined) this.#waiting.delete(oldest);
    void this.#look(correlation);
  }

  dispose(): void {
    this.#stop();
    this.#waiting.clear();
  }

  async #look(correlation: string): Promise<void> {
    const waiting = this.#waiting.get(correlation);
    if (!waiting) return;
    if (this.#clock.now() > waiting.until) {
      this.#waiting.delete(correlation);
      return;
    }
    const { from } = waiting;
    const to = this.#lastSeq;
    if (to < from) return;
    waiting.from = to + 1;
    try {
      const query = `correlation:"${correlation}" direction:in`;
      const [echo] = (await this.#store.range(query, from, to, 1)).events;
      if (echo && this.#waiting.delete(correlation)) this.#found(correlation, echo.seq);
    } catch {
      // A journal that cannot be read shows so itself; the next commit brings another look.
      waiting.from = Math.min(waiting.from, from);
    }
  }
}
