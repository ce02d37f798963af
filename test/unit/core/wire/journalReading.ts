import { english } from '../../../../src/core/model/text.ts';
import {
  EventFileTail,
  type EventFileTailOptions,
  type EventFileCursor,
  type EventFileLine,
  type EventFileError,
} from '../../../../src/core/wire/eventFileTail.ts';
import { ManualClock } from '../helpers.ts';

/** A manual clock that begins at a given time. */
export class At extends ManualClock {
  constructor(time: string) {
    super();
    this.advance(Date.parse(time) - this.now());
  }
}

/** Takes what a tail gives, keeps its cursor, and wakes who waits for something. */
export class Reading {
  readonly lines: EventFileLine[] = [];
  readonly gaps: string[] = [];
  readonly lost: EventFileError[] = [];
  cursor: EventFileCursor | undefined;
  #tail: EventFileTail | undefined;
  #wake = Promise.withResolvers<undefined>();
  readonly directory: string;
  readonly clock: ManualClock;

  constructor(directory: string, clock: ManualClock) {
    this.directory = directory;
    this.clock = clock;
  }

  get texts(): string[] {
    return this.lines.map(({ bytes }) => Buffer.from(bytes).toString());
  }

  async start(
    options: Partial<Pick<EventFileTailOptions, 'backfillHours' | 'maxLineBytes' | 'pressure'>> = {},
  ): Promise<void> {
    const woken = <T>(take: (value: T) => void) => {
      return (value: T): void => {
        take(value);
        this.#wake.resolve(undefined);
        this.#wake = Promise.withResolvers();
      };
    };
    this.#tail = await EventFileTail.start({
      directory: this.directory,
      ...(this.cursor ? { cursor: JSON.parse(JSON.stringify(this.cursor)) as EventFileCursor } : {}),
      backfillHours: 24,
      maxLineBytes: 1024 * 1024,
      clock: this.clock,
      timeOf: (bytes) => {
        const time = Date.parse(Buffer.from(bytes).toString().split(' ')[0] ?? '');
        return Number.isNaN(time) ? undefined : time;
      },
      onLine: woken((line) => {
        this.lines.push(line);
        this.cursor = line.cursor;
      }),
      onMoved: woken((cursor) => {
        this.cursor = cursor;
      }),
      onGap: woken((message) => {
        this.gaps.push(english(message));
      }),
      onLost: woken((error) => {
        this.lost.push(error);
      }),
      ...options,
    });
  }

  /** Waits until something is so; looks whenever the tail tells anything. */
  async until(so: () => boolean): Promise<void> {
    while (!so()) await this.#wake.promise;
  }

  async has(count: number): Promise<string[]> {
    await this.until(() => this.lines.length >= count);
    return this.texts;
  }

  async stop(): Promise<void> {
    await this.#tail?.dispose();
    this.#tail = undefined;
  }
}
