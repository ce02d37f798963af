import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Batch, ChangeRow, StoredEvent } from '../../journal/store/records.ts';
import type { Draft } from '../../model/event.ts';
import { errorWords, oneLine, text, type Text } from '../../model/text.ts';
import type { Decoder } from '../../model/signal.ts';
import { LineSplitter, type Line } from '../../wire/lineSplitter.ts';
import { RecordedFold } from './recordedFold.ts';
import {
  newerVersion,
  readRecordingLine,
  type RecordedMessage,
  type RecordingHeader,
} from './recordingLines.ts';

/** Longest line that is read; the journal's own events are shorter. */
const maxLineBytes = 32 * 1024 * 1024;
const limits = { events: 5_000_000, bytes: 8_000_000_000 };
/** Problems kept of one file; more say nothing new. */
const maxProblems = 20;
/** Events of one batch, and bytes that may wait for the journal. */
const batchEvents = 500;
const maxWaitingBytes = 8_000_000;
/** Distance of events that name no time of their own. */
const untimedStepMs = 100;

export interface ImportOptions {
  readonly content: Readable;
  /** A journal, or whatever else takes batches. */
  readonly store: { readonly waitingBytes: number; append(batch: Batch): Promise<unknown> };
  /** System of lines that name none, and connection of events that name none. */
  readonly plainSystem: string;
  readonly name: string;
  /** Loads a system before a message of it is read. */
  readonly loadSystem: (system: string) => Promise<unknown>;
  readonly decoderOf: (system: string) => Decoder<unknown> | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (state: ImportState) => void;
  /** Far larger than usual files; smaller ones in tests. */
  readonly limits?: { readonly events: number; readonly bytes: number };
}

export interface ImportState {
  readonly events: number;
  /** Bytes of the file that were read. */
  readonly bytes: number;
  readonly header?: RecordingHeader;
  /** Lines that hold no event, and the first of them in words. */
  readonly problems: number;
  readonly firstProblems: readonly Text[];
  /** Why the rest of the file is missing. */
  readonly cut?: Text;
  readonly done: boolean;
}

/** Reads a recording, an event file of KGSM or other lines of JSON into a journal, gzipped or not. Never rejects. */
export async function importRecording(options: ImportOptions): Promise<ImportState> {
  const reader = new Import(options);
  return reader.run();
}

class Import {
  readonly #options: ImportOptions;
  readonly #limits: { readonly events: number; readonly bytes: number };
  readonly #lines = new LineSplitter(maxLineBytes);
  readonly #fold: RecordedFold;
  readonly #firstProblems: Text[] = [];
  #batch: StoredEvent[] = [];
  #changes: NonNullable<Batch['changes']>[number][] = [];
  #basis: NonNullable<Batch['basis']> = 'unknown';
  #lastAppend: Promise<unknown> = Promise.resolve();
  #events = 0;
  #bytes = 0;
  #unpacked = 0;
  #line = 0;
  #at = 0;
  #problems = 0;
  #header: RecordingHeader | undefined;
  #cut: Text | undefined;

  constructor(options: ImportOptions) {
    this.#options = options;
    this.#limits = options.limits ?? limits;
    this.#fold = new RecordedFold(options);
  }

  async run(): Promise<ImportState> {
    const { content, signal } = this.#options;
    const end = (): void => {
      content.destroy();
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      await this.#options.loadSystem(this.#options.plainSystem);
      await this.#read();
      const last = this.#lines.end();
      if (last && this.#cut === undefined) await this.#take(last);
    } catch (error) {
      this.#cut ??= text(
        'The file could not be read to its end ({0}); the {1} events before are shown.',
        errorWords(error),
        this.#events,
      );
    } finally {
      signal.removeEventListener('abort', end);
      content.destroy();
    }
    await this.#append().catch((error: unknown) => {
      this.#cut ??= text('The events could not be kept: {0}', errorWords(error));
    });
    const state = this.#state(true);
    this.#options.onProgress(state);
    return state;
  }

  async #read(): Promise<void> {
    const { content, signal } = this.#options;
    const chunks = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const first = await chunks.next();
    const head = first.done === true ? Buffer.alloc(0) : first.value;
    const counted = this.#counted(head, chunks);
    // The first two bytes tell: a name may be anything.
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    for await (const chunk of isGzip ? unzipped(counted) : counted) {
      if (signal.aborted) return;
      this.#unpacked += chunk.byteLength;
      for (const line of this.#lines.push(chunk)) {
        await this.#take(line);
        if (this.#cut !== undefined) return;
      }
      if (this.#unpacked > this.#limits.bytes) {
        this.#cut = text(
          'Only the first {0} events are shown: the file is larger than {1} GB when unpacked.',
          this.#events,
          this.#limits.bytes / 1e9,
        );
        return;
      }
      this.#options.onProgress(this.#state(false));
    }
  }

  async *#counted(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
    for (let chunk: Buffer | undefined = head; chunk !== undefined;) {
      this.#bytes += chunk.byteLength;
      yield chunk;
      const next = await rest.next();
      chunk = next.done === true ? undefined : next.value;
    }
  }

  async #take({ bytes, size }: Line): Promise<void> {
    this.#line++;
    if (size > maxLineBytes) {
      this.#problem(text('line {0} is longer than {1} MB', this.#line, maxLineBytes / 1024 / 1024));
      return;
    }
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim();
    if (line === '') return;
    const read = readRecordingLine(line);
    switch (read.kind) {
      case 'header':
        await this.#begin(read.header);
        return;
      case 'newer':
        this.#cut = newerVersion;
        return;
      case 'nothing':
        this.#problem(text('line {0} is no JSON object: {1}', this.#line, oneLine(line, 60)));
        return;
      case 'event':
        await this.#options.loadSystem(read.event.system);
        this.#keep(read.event, this.#fold.changesOf(draftOf(read.event)));
        break;
      case 'message':
        this.#at = read.at;
        await this.#decode(Buffer.from(read.message.raw), read.message);
        break;
      case 'object':
        this.#at += untimedStepMs;
        await this.#decode(Buffer.from(line));
    }
    this.#events++;
    if (this.#batch.length >= batchEvents) await this.#append();
    if (this.#events >= this.#limits.events)
      this.#cut = text('Only the first {0} events are shown: the file holds more.', this.#events);
  }

  /** Takes the first header; the state that it brings counts where no event came before. */
  async #begin(header: RecordingHeader): Promise<void> {
    if (this.#header) return;
    this.#header = header;
    if (header.base === undefined || this.#events > 0) return;
    const rows = await this.#fold.begin(header.base);
    if (!rows) return;
    this.#basis = 'base';
    this.#changes.push(...rows.map((row) => ({ ...row, after: 0 })));
  }

  #keep(event: StoredEvent, changes: readonly ChangeRow[]): void {
    const after = this.#batch.push(event);
    for (const change of changes) this.#changes.push({ ...change, after });
  }

  /** Keeps a message with the meaning that its system gives it. */
  async #decode(bytes: Buffer, message?: RecordedMessage): Promise<void> {
    const { plainSystem, name, loadSystem } = this.#options;
    const { system = plainSystem, connection = name, channel = 'push', direction = 'in' } = message ?? {};
    await loadSystem(system);
    const {
      event: { timeline, ...event },
      changes,
    } = this.#fold.take({
      receivedAt: this.#at,
      host: '',
      connection,
      system,
      channel,
      direction,
      origin: message?.origin ?? 'imported',
      bytes: message?.rawBase64 === undefined ? bytes : Buffer.from(message.rawBase64, 'base64'),
      ...(message?.size === undefined ? {} : { size: message.size }),
      ...(message?.truncated === true ? { truncated: true } : {}),
      ...(message?.correlation === undefined ? {} : { correlation: message.correlation }),
    });
    // A line without a time of arrival stands at the time that its sender tells.
    if (!message && event.time !== undefined) this.#at = event.time;
    this.#keep(
      { ...event, receivedAt: this.#at, source: connection, host: event.host, connection, system },
      changes,
    );
  }

  async #append(): Promise<void> {
    const [events, changes] = [this.#batch, this.#changes];
    this.#batch = [];
    this.#changes = [];
    if (this.#options.store.waitingBytes > maxWaitingBytes) await this.#lastAppend;
    if (events.length > 0) {
      this.#lastAppend = this.#options.store.append({ events, changes, basis: this.#basis });
      this.#lastAppend.catch(() => undefined);
    }
    if (events.length < batchEvents) await this.#lastAppend;
  }

  #problem(words: Text): void {
    this.#problems++;
    if (this.#firstProblems.length < maxProblems) this.#firstProblems.push(words);
  }

  #state(done: boolean): ImportState {
    return {
      events: this.#events,
      bytes: this.#bytes,
      ...(this.#header ? { header: this.#header } : {}),
      problems: this.#problems,
      firstProblems: this.#firstProblems,
      ...(this.#cut ? { cut: this.#cut } : {}),
      done,
    };
  }
}

/** The message that an event was read from. */
function draftOf(event: StoredEvent): Omit<Draft, 'timeline'> {
  const { receivedAt, host, connection, system, channel, direction, origin } = event;
  const { raw, rawBase64, size, truncated, correlation } = event;
  return {
    ...{ receivedAt, host, connection, system, channel, direction, origin, size },
    bytes: rawBase64 === undefined ? Buffer.from(raw) : Buffer.from(rawBase64, 'base64'),
    ...(truncated ? { truncated } : {}),
    ...(correlation === undefined ? {} : { correlation }),
  };
}

/** Unpacks chunks; a stream that ends too early throws after what could be unpacked. */
function unzipped(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  pipeline(Readable.from(packed), gunzip, () => undefined);
  return gunzip;
}
