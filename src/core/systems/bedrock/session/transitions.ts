import type { Clock } from '../../../model/clock.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import { failureIn } from '../messages.ts';

const onTheWay = new Set(['STARTING', 'STOPPING', 'INSTALLING', 'UPDATING']);

/** A transition that was not heard of for so long no longer delays the list. */
const staleMs = 5 * 60_000;

/**
 * Which servers are on their way from one state to another. The list of servers must not be asked for then: the program
 * writes down what it finds meanwhile, and with that undoes the change.
 */
export class Transitions {
  readonly #clock: Clock;
  readonly #onQuiet: () => void;
  readonly #held = new Map<string, number>();

  constructor(clock: Clock, onQuiet: () => void) {
    this.#clock = clock;
    this.#onQuiet = onQuiet;
  }

  get busy(): boolean {
    const now = this.#clock.now();
    for (const [key, since] of this.#held) if (now - since >= staleMs) this.#held.delete(key);
    return this.#held.size > 0;
  }

  /** Whether this server is on its way. */
  concerns(server: string): boolean {
    return this.busy && [...this.#held.keys()].some((key) => key.endsWith(`:${server}`));
  }

  hold(key: string): void {
    this.#held.set(key, this.#clock.now());
  }

  release(key: string): void {
    if (this.#held.delete(key) && this.#held.size === 0) this.#onQuiet();
  }

  /** Takes an event; answers true where only the list of servers tells how it ended. */
  take(topic: string, data: Fields): boolean {
    const server = named(data['server_name']);
    if (server === undefined) return false;
    if (topic === 'event:after_server_status_change') {
      const result = isFields(data['result']) ? data['result'] : {};
      const status = result['new_status'] ?? data['status'];
      if (onTheWay.has(String(status))) this.hold(`state:${server}`);
      else this.release(`state:${server}`);
      return false;
    }
    const found =
      /^event:(before|after)_(server_start|server_stop|server_install|server_update|delete_server_data)$/.exec(
        topic,
      );
    if (!found) return false;
    const [, phase, stem = ''] = found;
    if (phase === 'before') {
      this.hold(`${stem}:${server}`);
      return false;
    }
    this.release(`${stem}:${server}`);
    return stem.startsWith('server_s') ? failureIn(data['result']) !== undefined : true;
  }
}
