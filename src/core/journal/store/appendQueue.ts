import { gapEvent } from './gap.ts';
import { JournalError } from './journalError.ts';
import { BatchEncoder, type Address, type Batch, type EncodedBatch, type StoredEvent } from './records.ts';
import type { Commit } from './writer.ts';

export interface AppendQueueOptions {
  /** Names the writer of these batches in the journal, with which a batch that is posted again is known. */
  readonly writer: string;
  readonly maxWaitingBytes: number;
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly post: (batch: EncodedBatch) => Promise<Commit>;
  /** Resolves when there is somebody to post to. `post` rejects with reason 'worker' where that one ended instead. */
  readonly whenUp: () => Promise<void>;
}

/**
 * Least time between two commits. The first event of a quiet moment goes at once; a commit rewrites about ten pages whatever
 * it holds, so that each event alone at 20,000 a second would write gigabytes.
 */
const commitGapMs = 25;
/** Size of one transaction: 2,000 events. Larger ones are no faster and hold memory on both sides. */
const maxPostBytes = 1_000_000;
/** Estimate of an event without its payload. */
const eventBytes = 300;
/** Workers that may end over a batch before it is given up. */
const maxAttempts = 3;

interface Waiting {
  batch: Batch;
  bytes: number;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: Error) => void;
}

/** Batches on their way to the journal: gathered, posted one transaction at a time, dropped under pressure and then counted. */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #postedBytes = 0;
  #lastPost = -Infinity;
  #lastNumber = 0;
  #isScheduled = false;
  /** Dropped under pressure, by connection, not yet journalled as a gap. */
  #dropped = new Map<string, { address: Address; count: number }>();

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  append(batch: Batch): Promise<Commit> {
    const bytes = batch.events.reduce((sum, event) => sum + eventSize(event), 0);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#relieve();
      this.#schedule();
    });
  }

  get bytes(): number {
    return this.#waitingBytes + this.#postedBytes;
  }

  /** Posts what waits without delay; resolves when all of it is answered. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0 && this.#postedBytes === 0) return;
    const last = this.append({ events: [] }).catch(() => undefined);
    this.#post();
    await last;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A turn at least, for what the same message brings.
    const wait = this.#waitingBytes > maxPostBytes ? 0 : this.#lastPost + commitGapMs - this.#options.now();
    this.#options.after(Math.max(0, wait), () => {
      this.#isScheduled = false;
      this.#post();
    });
  }

  #post(): void {
    // One transaction on its way at a time: what comes meanwhile can still be dropped.
    if (this.#waiting.length === 0 || this.#postedBytes > 0) return;
    this.#lastPost = this.#options.now();
    let count = 0;
    let bytes = 0;
    while (count < this.#waiting.length && bytes < maxPostBytes) bytes += this.#waiting[count++]?.bytes ?? 0;
    const batches = this.#waiting.splice(0, count);
    this.#waitingBytes -= bytes;
    this.#postedBytes = Math.max(1, bytes);
    const encoder = new BatchEncoder({ writer: this.#options.writer, number: ++this.#lastNumber });
    for (const { batch } of batches) encoder.add(batch);
    encoder.add({ events: this.#gaps() });
    void this.#commit(encoder.batch)
      .then(
        ({ from }) => {
          let next = from;
          for (const { batch, resolve } of batches) {
            resolve({ from: next, to: next + batch.events.length - 1 });
            next += batch.events.length;
          }
        },
        (error: unknown) => {
          for (const { batch, reject } of batches) {
            for (const event of batch.events) this.#countDropped(event);
            reject(error as Error);
          }
        },
      )
      .finally(() => {
        this.#postedBytes = 0;
        if (this.#waiting.length > 0) this.#schedule();
      });
  }

  /** Posts a batch again if a worker ended over it; its number tells the next one whether it was committed. */
  async #commit(batch: EncodedBatch): Promise<Commit> {
    for (let attempt = 1; ; attempt++) {
      await this.#options.whenUp();
      try {
        return await this.#options.post(batch);
      } catch (error) {
        const isWorkerEnd = error instanceof JournalError && error.reason === 'worker';
        if (!isWorkerEnd || attempt === maxAttempts) throw error;
      }
    }
  }

  /** Beyond the limit drops the oldest metrics and logs, then the oldest of all; each is counted. */
  #relieve(): void {
    for (const isDroppable of [isShortLived, () => true])
      for (const waiting of this.#waiting) {
        let excess = this.bytes - this.#options.maxWaitingBytes;
        if (excess <= 0) return;
        const kept = waiting.batch.events.filter((event) => {
          if (excess <= 0 || !isDroppable(event)) return true;
          const size = eventSize(event);
          excess -= size;
          waiting.bytes -= size;
          this.#waitingBytes -= size;
          this.#countDropped(event);
          return false;
        });
        waiting.batch = { ...waiting.batch, events: kept };
      }
  }

  #countDropped({ source, host, connection, system }: StoredEvent): void {
    const key = JSON.stringify([source, host, connection, system]);
    const dropped = this.#dropped.get(key) ?? { address: { source, host, connection, system }, count: 0 };
    dropped.count++;
    this.#dropped.set(key, dropped);
  }

  #gaps(): StoredEvent[] {
    const now = this.#options.now();
    const gaps = [...this.#dropped.values()].map(({ address, count }) => gapEvent(address, count, now));
    this.#dropped.clear();
    return gaps;
  }
}

function isShortLived({ retention }: StoredEvent): boolean {
  return retention === 'metric' || retention === 'log';
}

function eventSize({ raw, rawBase64 }: StoredEvent): number {
  return raw.length + (rawBase64?.length ?? 0) + eventBytes;
}
