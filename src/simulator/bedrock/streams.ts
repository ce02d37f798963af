import type { Hub } from './hub.ts';
import { notFound, type Machine } from './machine.ts';
import type { Timing } from './options.ts';

export interface StreamParts {
  readonly hub: Hub;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly timing: Timing;
  readonly logs: boolean;
  /** No sample and no log line is sent. */
  readonly silent: boolean;
  readonly appLog: () => Buffer;
  readonly now: () => number;
}

const monitorPrefix = 'resource-monitor:';
const logPrefix = 'server_log:';
/** Bytes of the existing log that the first subscriber gets. */
const tailBytes = 2048;

/** The two loops that tell of processes and logs, for topics that somebody subscribed to by name. */
export class Streams {
  readonly #parts: StreamParts;
  /** Bytes of each log that were sent. */
  readonly #sentBytes = new Map<string, number>();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(parts: StreamParts) {
    this.#parts = parts;
    const { timing, logs, silent } = parts;
    this.#timers = silent
      ? []
      : [
          setInterval(() => this.sample(), timing.monitorMs),
          ...(logs ? [setInterval(() => this.readLogs(), timing.logMs)] : []),
        ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** One round of the monitor. */
  sample(): void {
    const { hub, machines, now } = this.#parts;
    for (const [topic, subscribers] of hub.topics()) {
      // A topic that is no text ends the round, for all that were first subscribed to after it.
      if (typeof topic !== 'string') return;
      if (subscribers === 0 || !topic.startsWith(monitorPrefix)) continue;
      const name = topic.slice(monitorPrefix.length);
      if (name === '') continue;
      const data = machines.get(name)?.processInfo(now()) ?? notFound(name);
      void hub.broadcast(topic, { type: 'resource_update', topic, data });
    }
  }

  /** One look at the logs. */
  readLogs(): void {
    const { hub } = this.#parts;
    const topics = hub.topics();
    // Such a topic again, but here all are looked at before the first log is read.
    if (topics.some(([topic]) => typeof topic !== 'string')) return;
    for (const [topic, subscribers] of topics) {
      if (typeof topic !== 'string') continue;
      const log = this.#logOf(topic);
      if (!log) continue;
      if (subscribers === 0) {
        this.#sentBytes.delete(topic);
        continue;
      }
      const sent = this.#sentBytes.get(topic) ?? Math.max(0, log.length - tailBytes);
      // A log that became shorter was started anew.
      const text = log.subarray(sent > log.length ? 0 : sent).toString('utf8');
      this.#sentBytes.set(topic, log.length);
      if (text !== '') void hub.broadcast(topic, { type: 'log_update', topic, data: text });
    }
  }

  #logOf(topic: string): Buffer | undefined {
    if (topic === 'app_log') return this.#parts.appLog();
    if (!topic.startsWith(logPrefix)) return undefined;
    return this.#parts.machines.get(topic.slice(logPrefix.length))?.log;
  }
}
