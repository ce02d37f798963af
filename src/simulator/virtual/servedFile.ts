import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { PlaySource } from '../../core/playback/player.ts';
import {
  isUnasked,
  readServedLine,
  type ServedChange,
  type ServedEvent,
  type ServedInstance,
} from '../../core/playback/serving/servedEvents.ts';
import { LineSplitter } from '../../core/wire/lineSplitter.ts';

/** Events at the beginning that show the generation. */
const firstEvents = 1000;
/** Bytes read at a time. */
const pageBytes = 4_000_000;

/** Instances by their keys. */
export class ServedFleet {
  readonly #instances = new Map<string, ServedInstance>();

  get instances(): readonly ServedInstance[] {
    return [...this.#instances.values()];
  }

  apply(change: ServedChange): void {
    if ('instance' in change) this.#instances.set(idOf(change.instance), change.instance);
    else this.#instances.delete(idOf(change.gone));
  }

  has(instance: ServedInstance): boolean {
    return this.#instances.has(idOf(instance));
  }
}

function idOf({ host = '', kind, key }: Pick<ServedInstance, 'host' | 'kind' | 'key'>): string {
  return JSON.stringify([host, kind, key]);
}

/** The events of a recording on disk, read a page at a time: however long it is, memory holds their places alone. */
export class ServedFile implements PlaySource<ServedEvent> {
  /** Instances at the first message that is sent unasked, with those that an answer tells first somewhat later: they were there. */
  readonly base: readonly ServedInstance[];
  readonly first: readonly ServedEvent[];
  /** Index of the first message that is sent unasked; the number of all where there is none. */
  readonly from: number;
  readonly #handle: FileHandle;
  /** Offset of each event's line in the file, and of the end of the last line. */
  readonly #offsets: readonly number[];

  private constructor(handle: FileHandle, scan: Scan) {
    this.#handle = handle;
    this.#offsets = scan.offsets;
    this.base = [...scan.fleet.instances, ...scan.listedLater.instances];
    this.first = scan.first;
    this.from = scan.from ?? scan.offsets.length - 1;
  }

  static async open(path: string): Promise<ServedFile> {
    const scan = new Scan();
    const lines = new LineSplitter(Infinity);
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>)
      for (const { bytes, length } of lines.push(chunk)) scan.take(bytes, length);
    scan.end();
    return new ServedFile(await open(path), scan);
  }

  get length(): number {
    return this.#offsets.length - 1;
  }

  async page(from: number, count: number): Promise<readonly ServedEvent[]> {
    const start = this.#offsets[from] ?? 0;
    let until = from;
    do until++;
    while (
      until < from + count &&
      until < this.length &&
      (this.#offsets[until + 1] ?? 0) - start < pageBytes
    );
    const size = (this.#offsets[until] ?? start) - start;
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(size), 0, size, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    return text.split('\n').flatMap((line) => (line === '' ? [] : (readServedLine(line).event ?? [])));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

class Scan {
  readonly offsets: number[] = [];
  readonly fleet = new ServedFleet();
  readonly listedLater = new ServedFleet();
  /** Instances that were told of so far. */
  readonly #known = new ServedFleet();
  readonly first: ServedEvent[] = [];
  from: number | undefined;
  #offset = 0;

  take(bytes: Uint8Array, length: number): void {
    const start = this.#offset;
    this.#offset += length;
    const isRead = this.from === undefined || this.first.length < firstEvents;
    const read = isRead ? readServedLine(Buffer.from(bytes).toString('utf8')) : undefined;
    // Lines of the state before come before all events.
    const isEvent = !read || read.event !== undefined;
    if (isEvent) this.offsets.push(start);
    if (!read) return;
    const { changes, event } = read;
    if (event && this.first.length < firstEvents) this.first.push(event);
    if (event && this.from === undefined && isUnasked(event)) this.from = this.offsets.length - 1;
    for (const change of changes) {
      if (this.from === undefined) this.fleet.apply(change);
      if (!('instance' in change)) continue;
      const isNew = !this.#known.has(change.instance);
      if (isNew && this.from !== undefined && event?.channel === 'reply') this.listedLater.apply(change);
      this.#known.apply(change);
    }
  }

  end(): void {
    this.offsets.push(this.#offset);
  }
}
