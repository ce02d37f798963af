import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { type Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ResultHandle } from '../../journal/store/journalStore.ts';
import type { JournalEvent } from '../../journal/store/records.ts';

/** Events read at once. */
const pageSize = 1000;
/** Characters gathered into one write. */
const chunkCharacters = 256 * 1024;
/** Turns of the event loop are given back at least this often. */
const sliceMs = 8;

/** The events of a result up to a seq, oldest first. What comes while they are read is newer and left out. */
export async function* pagesOf(
  handle: Pick<ResultHandle, 'rows'>,
  toSeq: number,
): AsyncGenerator<readonly JournalEvent[], void> {
  let { rows } = await handle.rows({
    anchor: 'oldest',
    direction: 'newer',
    count: pageSize,
    durations: true,
  });
  for (;;) {
    const newest = rows[0];
    if (!newest) return;
    const wanted = rows.filter(({ seq }) => seq <= toSeq).reverse();
    if (wanted.length > 0) yield wanted;
    ({ rows } = await handle.rows({
      anchor: { seq: newest.seq },
      direction: 'newer',
      count: pageSize,
      durations: true,
    }));
  }
}

export interface ExportOptions {
  readonly path: string;
  readonly gzip: boolean;
  /** Line above the events. */
  readonly head: string;
  readonly pages: AsyncIterable<readonly JournalEvent[]> | Iterable<readonly JournalEvent[]>;
  readonly lineOf: (event: JournalEvent) => string;
  /** End of each line. */
  readonly lineEnd: '\n' | '\r\n';
  readonly signal: AbortSignal;
  readonly onProgress: (written: number) => void;
}

/**
 * Writes events into a file as they are read; answers how many. The file takes its name when it is whole: after a failure or a
 * cancellation (which rejects with the reason of the signal) a file of that name is as it was.
 */
export async function exportEvents(options: ExportOptions): Promise<number> {
  const { path, signal } = options;
  const part = `${path}.part`;
  try {
    const written = await write(options, part);
    signal.throwIfAborted();
    await rename(part, path);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function write(options: ExportOptions, part: string): Promise<number> {
  const { gzip, head, pages, lineOf, lineEnd, signal, onProgress } = options;
  const file = createWriteStream(part, { mode: 0o600 });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const fail = (error: Error): void => {
    failed.reject(error);
  };
  file.on('error', fail);
  let into: Writable = file;
  if (gzip) {
    into = createGzip();
    into.on('error', fail);
    into.pipe(file);
  }
  const put = async (text: string): Promise<void> => {
    if (!into.write(text)) await Promise.race([once(into, 'drain'), failed.promise]);
  };
  let written = 0;
  let chunk = `${head}${lineEnd}`;
  let sliceBegan = performance.now();
  try {
    for await (const page of pages) {
      for (const event of page) {
        signal.throwIfAborted();
        chunk += lineOf(event) + lineEnd;
        if (performance.now() - sliceBegan >= sliceMs) {
          await new Promise((resolve) => setImmediate(resolve));
          sliceBegan = performance.now();
        }
        if (chunk.length < chunkCharacters) continue;
        await put(chunk);
        chunk = '';
      }
      written += page.length;
      onProgress(written);
    }
    await put(chunk);
    into.end();
    await Promise.race([once(file, 'close'), failed.promise]);
    return written;
  } finally {
    into.destroy();
    file.destroy();
  }
}
