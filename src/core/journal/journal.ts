import { Listeners, type ListenerError } from '../model/listeners.ts';
import type { OpsEvent, RetentionClass } from '../model/event.ts';

interface Cap {
  readonly events: number;
  readonly bytes: number;
}

export type Caps = Readonly<Record<RetentionClass, Cap>>;

const mebibyte = 1024 * 1024;

/** Caps of one timeline: a season of lifecycle events and an evening of everything else fit into about 200 MB. */
export const defaultCaps: Caps = {
  lifecycle: { events: 200_000, bytes: 64 * mebibyte },
  task: { events: 100_000, bytes: 32 * mebibyte },
  metric: { events: 100_000, bytes: 32 * mebibyte },
  log: { events: 100_000, bytes: 32 * mebibyte },
  control: { events: 20_000, bytes: 16 * mebibyte },
};

export interface JournalChange {
  readonly appended: readonly OpsEvent[];
  readonly discarded: readonly OpsEvent[];
}

/** Measured memory of an event beside its text: the objects, its other strings and its place in the lists. */
const overheadBytes = 400;

/** The events of one retention class on one timeline, oldest first. */
interface Queue {
  readonly timeline: string;
  readonly cap: Cap;
  seqs: number[];
  head: number;
  bytes: number;
}

/**
 * Every event in order of arrival, in memory. Each retention class of each timeline is a ring of its own, so that a flood
 * of one kind, or a long replay, pushes out its own past only. Discarded events are counted.
 */
export class Journal {
  readonly #caps: Caps;
  /** Position = seq − first; a discarded event leaves a hole until the front moves past it. */
  #slots: (OpsEvent | undefined)[] = [];
  #first = 1;
  #next = 1;
  #count = 0;
  #discarded = 0;
  readonly #queues = new Map<string, Queue>();
  readonly #listeners: Listeners<JournalChange>;

  constructor(
    caps: Caps = defaultCaps,
    onListenerError: ListenerError = (_listener, error) => {
      throw error;
    },
  ) {
    this.#caps = caps;
    this.#listeners = new Listeners(onListenerError);
  }

  /** Events held now. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return [...this.#queues.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Events pushed out by the caps since the beginning; events that the user cleared do not count. */
  get discarded(): number {
    return this.#discarded;
  }

  get(seq: number): OpsEvent | undefined {
    return this.#slots[seq - this.#first];
  }

  /** All events in order. */
  *events(): Generator<OpsEvent> {
    for (const event of this.#slots) if (event) yield event;
  }

  append(entry: Omit<OpsEvent, 'seq'>): OpsEvent {
    const event: OpsEvent = { seq: this.#next++, ...entry };
    this.#slots.push(event);
    this.#count++;
    const queue = this.#queueOf(event);
    queue.seqs.push(event.seq);
    queue.bytes += cost(event);
    const discarded = this.#enforce(queue);
    this.#discarded += discarded.length;
    this.#listeners.tell({ appended: [event], discarded });
    return event;
  }

  /** Forgets the events of one timeline. */
  clear(timeline: string): void {
    const gone: OpsEvent[] = [];
    for (const [i, event] of this.#slots.entries()) {
      if (event?.timeline !== timeline) continue;
      gone.push(event);
      this.#slots[i] = undefined;
    }
    for (const [key, queue] of this.#queues) if (queue.timeline === timeline) this.#queues.delete(key);
    this.#count -= gone.length;
    this.#trim();
    this.#listeners.tell({ appended: [], discarded: gone });
  }

  /** Calls the listener after every change; it must be quick, because the sender waits for it. */
  subscribe(name: string, listener: (change: JournalChange) => void): () => void {
    return this.#listeners.add(name, listener);
  }

  #queueOf({ timeline, retention }: OpsEvent): Queue {
    const key = `${retention} ${timeline}`;
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = { timeline, cap: this.#caps[retention], seqs: [], head: 0, bytes: 0 };
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #enforce(queue: Queue): OpsEvent[] {
    const { cap } = queue;
    const discarded: OpsEvent[] = [];
    while (
      queue.seqs.length - queue.head > cap.events ||
      (queue.bytes > cap.bytes && queue.seqs.length - queue.head > 1)
    ) {
      const seq = queue.seqs[queue.head++];
      const event = seq === undefined ? undefined : this.get(seq);
      if (!event) break;
      this.#slots[event.seq - this.#first] = undefined;
      queue.bytes -= cost(event);
      this.#count--;
      discarded.push(event);
    }
    // Moving the rest to the front only now and then keeps an append constant on average.
    if (queue.head > 1024 && queue.head * 2 > queue.seqs.length) {
      queue.seqs = queue.seqs.slice(queue.head);
      queue.head = 0;
    }
    if (discarded.length > 0) this.#trim();
    return discarded;
  }

  /** Lets go of the holes at the front, in big steps. */
  #trim(): void {
    let holes = 0;
    while (holes < this.#slots.length && this.#slots[holes] === undefined) holes++;
    if (holes === this.#slots.length || (holes > 1024 && holes * 2 > this.#slots.length)) {
      this.#slots = this.#slots.slice(holes);
      this.#first += holes;
    }
  }
}

function cost(event: OpsEvent): number {
  return event.raw.length + (event.rawBase64?.length ?? 0) + overheadBytes;
}
