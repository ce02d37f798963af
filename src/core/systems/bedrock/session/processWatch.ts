import { isFields, type Fields } from '../../reading.ts';

interface Process {
  /** Undefined while there is none. */
  readonly pid: number | undefined;
  /** True once the server told that the process ended by itself. */
  readonly isToldGone: boolean;
}

interface Parts {
  /** Whether the server is being started or stopped: its process may change then. */
  readonly isOnTheWay: (server: string) => boolean;
  readonly onCrash: (crash: Crash) => void;
}

/** A process that ended without anybody having asked for it, or one that took its place. */
export interface Crash {
  readonly server: string;
  /** The process there is now. */
  readonly pid: number | null;
  /** The one that ended; null where that was told before. */
  readonly previousPid: number | null;
}

/** Tells of crashes by the processes of the servers: releases before 3.10 send no event, and start a server again within seconds. */
export class ProcessWatch {
  readonly #parts: Parts;
  readonly #processes = new Map<string, Process>();
  #commands = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A crash was told of whose server nobody has seen again. */
  get isWaiting(): boolean {
    return [...this.#processes.values()].some(({ isToldGone }) => isToldGone);
  }

  /** Grows with every start and stop: an answer to a question from before says nothing. */
  get commands(): number {
    return this.#commands;
  }

  /** Takes the topic and data of an event; after a start or stop another process is no surprise. */
  takeEvent(topic: string, data: Fields): void {
    if (!/^event:(?:before|after)_server_st(?:art|op)$/.test(topic)) return;
    this.#commands += 1;
    const server = data['server_name'];
    if (typeof server === 'string') this.#processes.delete(server);
  }

  /** Takes what was measured: the message of the monitor, or the answer to the same question, which old releases wrap. */
  takeMeasured(server: string, value: unknown): void {
    if (!isFields(value)) return;
    const inner = isFields(value['data']) ? value['data'] : value;
    const info = inner['process_info'];
    if (info === null) this.take(server, undefined);
    else if (isFields(info) && typeof info['pid'] === 'number') this.take(server, info['pid']);
  }

  take(server: string, pid: number | undefined): void {
    if (this.#parts.isOnTheWay(server)) return;
    const before = this.#processes.get(server);
    const isLost = before?.pid !== undefined && before.pid !== pid;
    const isBack = before?.isToldGone === true && pid !== undefined;
    this.#processes.set(server, {
      pid,
      isToldGone: pid === undefined && (isLost || before?.isToldGone === true),
    });
    if (isLost || isBack) this.#parts.onCrash({ server, pid: pid ?? null, previousPid: before.pid ?? null });
  }
}
