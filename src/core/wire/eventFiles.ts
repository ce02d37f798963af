import { open, readdir, stat } from 'node:fs/promises';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text } from '../model/text.ts';
import { errorCode, explainSystemError, type SystemErrorTable } from './systemError.ts';

const dayMs = 86_400_000;
const namePattern = /^\d{4}-\d\d-\d\d\.ndjson$/;

export type EventFileReason = 'noDirectory' | 'notADirectory' | 'noPermission' | 'failed';

/** Why a journal cannot be read, or not any longer. */
export class EventFileError extends ReasonedError<EventFileReason> {
  override readonly name = 'EventFileError';
}

const noPermission = ['noPermission', text('There is no permission to read the journal {0}.')] as const;
const systemErrors: SystemErrorTable<EventFileReason> = {
  ENOENT: [
    'noDirectory',
    text('The journal directory {0} does not exist; it may come with the first event.'),
  ],
  ENOTDIR: ['notADirectory', text('{0} is no directory.')],
  EACCES: noPermission,
  EPERM: noPermission,
  other: ['failed', text('Reading the journal {0} failed: {1}')],
};

/** Explains a system error that came while the journal at `path` was read. */
export function eventFileError(error: unknown, path: string): EventFileError {
  return explainSystemError(EventFileError, error, oneLine(path), systemErrors);
}

/** The file of the UTC day of a point in time. Names sort by day. */
export function fileOfDay(time: number): string {
  return `${new Date(time).toISOString().slice(0, 10)}.ndjson`;
}

export function isEventFile(name: string): boolean {
  return namePattern.test(name) && !Number.isNaN(Date.parse(name.slice(0, 10)));
}

/** The midnight UTC after the day of a file. */
export function endOfDay(name: string): number {
  return Date.parse(name.slice(0, 10)) + dayMs;
}

/** The journal's files, oldest first, up to `last`; a file of a day that is far ahead is none of its. */
export async function listEventFiles(directory: string, last: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw eventFileError(error, directory);
  });
  return names.filter((name) => isEventFile(name) && name <= last).sort();
}

/** The size of a file; nothing where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw eventFileError(error, path);
  }
}

/** Whether a line ends right before an offset, as where reading stopped. */
export async function endsLineAt(path: string, offset: number): Promise<boolean> {
  for await (const chunk of chunksFrom(path, offset - 1)) return chunk[0] === newline;
  return false;
}

const newline = 0x0a;
const chunkBytes = 64 * 1024;

/** The bytes from an offset to the end, chunk by chunk, each with memory of its own. A file that is gone has none. */
export async function* chunksFrom(path: string, offset: number): AsyncGenerator<Uint8Array, void> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw eventFileError(error, path);
  }
  try {
    for (let at = offset; ;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(chunkBytes), 0, chunkBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw eventFileError(error, path);
  } finally {
    await handle.close();
  }
}

/** Offset behind the last whole line of a file; a line that is being written begins there. */
export async function endOfLastLine(path: string): Promise<number> {
  const size = (await sizeOf(path)) ?? 0;
  if (size === 0) return 0;
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let end = size; end > 0;) {
      const start = Math.max(0, end - chunkBytes);
      const { bytesRead } = await handle.read(buffer, 0, end - start, start);
      const found = buffer.subarray(0, bytesRead).lastIndexOf(newline);
      if (found >= 0) return start + found + 1;
      end = start;
    }
    return 0;
  } finally {
    await handle.close();
  }
}
