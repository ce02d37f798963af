import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PassThrough, type Writable } from 'node:stream';

/** Contents of a recording's file as its header tells them. Times are milliseconds since the epoch. */
export interface RecordingFacts {
  readonly events?: number;
  readonly from?: number;
  readonly to?: number;
  readonly connections: readonly string[];
}

/** Longest header that is read: it carries the state before the first event. */
const maxHeaderBytes = 16_000_000;

/** Reads what the header of a file tells; undefined where it has none of ours. */
export async function readRecordingFacts(path: string): Promise<RecordingFacts | undefined> {
  try {
    const header: unknown = JSON.parse(await firstLine(path));
    if (typeof header !== 'object' || header === null || !('gameServerOpsRecording' in header))
      return undefined;
    return factsOf(header);
  } catch {
    return undefined;
  }
}

function factsOf(header: object): RecordingFacts {
  const { counts, from, to, connections } = header as Readonly<Record<string, unknown>>;
  const numbers = typeof counts === 'object' && counts !== null ? Object.values(counts) : [];
  const events = numbers.reduce<number>((sum, each) => sum + (typeof each === 'number' ? each : 0), 0);
  const [first, last] = [from, to].map((time) => Date.parse(String(time)));
  return {
    ...(numbers.length === 0 ? {} : { events }),
    ...(first === undefined || Number.isNaN(first) ? {} : { from: first }),
    ...(last === undefined || Number.isNaN(last) ? {} : { to: last }),
    connections: Array.isArray(connections)
      ? connections.flatMap((each: { id?: unknown; name?: unknown } | null) => {
          const name = each?.name ?? each?.id;
          return typeof name === 'string' ? [name] : [];
        })
      : [],
  };
}

/** The first line of a file, gzipped or not. */
async function firstLine(path: string): Promise<string> {
  const found = new AbortController();
  const chunks: Buffer[] = [];
  let length = 0;
  const take = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of stream) {
      const end = chunk.indexOf(10);
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      length += chunk.length;
      if (end >= 0) return;
      if (length > maxHeaderBytes) throw new Error('The first line is too long.');
    }
  };
  const through: Writable & AsyncIterable<Buffer> = /\.gz$/i.test(path) ? createGunzip() : new PassThrough();
  const reading = pipeline(createReadStream(path), through, { signal: found.signal });
  reading.catch(() => undefined);
  try {
    await take(through);
  } finally {
    found.abort();
  }
  return Buffer.concat(chunks).toString('utf8');
}
