import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, ChangeRow, StoredEvent } from '../../journal/store/records.ts';
import type { Instance, InstanceKey } from '../../model/instance.ts';
import { lifecycle } from '../../model/lifecycle.ts';
import type { Text } from '../../model/text.ts';
import { importRecording, type ImportOptions } from '../recording/importRecording.ts';
import { isUnasked, servedLine, type ServedChange } from './servedEvents.ts';

/** One connection of a recording, as it can be served. */
export interface ServedPart {
  readonly system: string;
  readonly connection: string;
  readonly events: number;
  /** Messages that its server may have sent unasked; those that the recording holds only the beginning of are none. */
  readonly pushes: number;
  readonly truncated: number;
  /** Pushes from which secrets were cut out: clients get them as they were recorded. */
  readonly redacted: number;
  readonly file: string;
}

export interface ServedFiles {
  readonly parts: readonly ServedPart[];
  /** Lines of the recording that hold no event, and the first of them in words. */
  readonly problems: number;
  readonly firstProblems: readonly Text[];
  /** Why the rest of the recording is missing. */
  readonly cut?: Text;
}

/** Connections of one recording; a hostile one names a new one in each line. */
const maxParts = 100;

/** Writes a file for each connection of a recording into a folder: its events with what they changed. */
export async function writeServedFiles(
  folder: string,
  options: Omit<ImportOptions, 'store' | 'onProgress'>,
): Promise<ServedFiles> {
  const writer = new Writer(folder);
  try {
    const { problems, firstProblems, cut } = await importRecording({
      ...options,
      store: writer,
      onProgress: () => undefined,
    });
    return { parts: writer.parts, problems, firstProblems, ...(cut ? { cut } : {}) };
  } finally {
    await writer.close();
  }
}

interface OpenPart extends ServedPart {
  readonly handle: FileHandle;
  /** Keys by the ids of change rows, which are never taken apart. */
  readonly keys: Map<string, InstanceKey>;
}

/** Takes the batches of an import as a journal does. */
class Writer {
  readonly #folder: string;
  readonly #parts = new Map<string, OpenPart>();
  #writing: Promise<void> = Promise.resolve();
  waitingBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get parts(): readonly ServedPart[] {
    return [...this.#parts.values()]
      .map(({ handle, keys, ...part }) => part)
      .filter(({ events }) => events > 0);
  }

  append(batch: Batch): Promise<void> {
    const size = batch.events.reduce((sum, { size: bytes }) => sum + bytes, 0);
    this.waitingBytes += size;
    this.#writing = this.#writing
      .then(() => this.#write(batch))
      .finally(() => {
        this.waitingBytes -= size;
      });
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    for (const { handle } of this.#parts.values()) await handle.close();
  }

  async #write({ events, changes = [] }: Batch): Promise<void> {
    const byEvent = new Map<number, ChangeRow[]>();
    for (const { after = events.length, ...row } of changes) {
      const rows = byEvent.get(after) ?? [];
      byEvent.set(after, rows);
      rows.push(row);
    }
    const texts = new Map<OpenPart, string>();
    const add = (part: OpenPart, line: string): void => {
      texts.set(part, (texts.get(part) ?? '') + line);
    };
    for (const row of byEvent.get(0) ?? []) {
      const part = await this.#part(row.address.system, row.address.connection);
      const changed = part && changeOf(part, row);
      if (changed) add(part, servedLine({ changes: [changed] }));
    }
    for (const [index, event] of events.entries()) {
      const part = await this.#part(event.system, event.connection);
      if (!part) continue;
      count(part, event);
      const { receivedAt: at, type, channel, direction, raw, rawBase64, truncated } = event;
      const changed = (byEvent.get(index + 1) ?? [])
        .filter(({ address }) => address.connection === event.connection)
        .flatMap((row) => changeOf(part, row) ?? []);
      const content = rawBase64 === undefined ? { raw } : { base64: rawBase64 };
      add(
        part,
        servedLine({
          ...{ at, type, channel, direction, ...content, changes: changed },
          ...(truncated ? { truncated } : {}),
        }),
      );
    }
    for (const [{ handle }, text] of texts) await handle.appendFile(text);
  }

  async #part(system: string, connection: string): Promise<OpenPart | undefined> {
    const id = JSON.stringify([system, connection]);
    const known = this.#parts.get(id);
    if (known) return known;
    if (this.#parts.size >= maxParts) return undefined;
    const file = join(this.#folder, `${this.#parts.size}.ndjson`);
    const handle = await open(file, 'wx', 0o600);
    const made = {
      ...{ system, connection, file, handle, keys: new Map<string, InstanceKey>() },
      ...{ events: 0, pushes: 0, truncated: 0, redacted: 0 },
    };
    this.#parts.set(id, made);
    return made;
  }
}

function count(part: { -readonly [Key in keyof ServedPart]: ServedPart[Key] }, event: StoredEvent): void {
  part.events++;
  if (!isUnasked(event)) return;
  if (event.truncated) part.truncated++;
  else part.pushes++;
  if (event.redacted.length > 0) part.redacted++;
}

/** The change of an instance in a change row; undefined for rows of tasks and connections. */
function changeOf({ keys }: OpenPart, { what, key: id, state }: ChangeRow): ServedChange | undefined {
  if (what !== 'instance') return undefined;
  if (state === null) {
    const gone = keys.get(id);
    keys.delete(id);
    return gone && { gone };
  }
  const { host, kind, key, name, state: now, ...rest } = JSON.parse(state) as Instance;
  // The header of a recording may claim anything.
  if (![kind, key, name].every((one) => typeof one === 'string') || !Object.hasOwn(lifecycle, now))
    return undefined;
  const { game, version, latestVersion, players } = rest;
  const address = { ...(host === undefined ? {} : { host }), kind, key };
  keys.set(id, address);
  return {
    instance: {
      ...{ ...address, name, state: now },
      ...(game === undefined ? {} : { game }),
      ...(version === undefined ? {} : { version }),
      ...(latestVersion === undefined ? {} : { latestVersion }),
      ...(players === undefined ? {} : { players }),
    },
  };
}
