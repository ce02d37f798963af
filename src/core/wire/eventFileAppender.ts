import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '../model/clock.ts';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text } from '../model/text.ts';
import { fileOfDay } from './eventFiles.ts';
import { errorCode, explainSystemError, type SystemErrorTable } from './systemError.ts';

export type EventFileAppenderReason =
  'noDirectory' | 'notADirectory' | 'noPermission' | 'foreign' | 'notALine' | 'failed';

/** Why a line was not appended. */
export class EventFileAppenderError extends ReasonedError<EventFileAppenderReason> {
  override readonly name = 'EventFileAppenderError';
}

const noPermission = ['noPermission', text('There is no permission to write to the journal {0}.')] as const;
const systemErrors: SystemErrorTable<EventFileAppenderReason> = {
  ENOENT: ['noDirectory', text('The journal directory {0} does not exist.')],
  ENOTDIR: ['notADirectory', text('{0} is no directory.')],
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: noPermission,
  other: ['failed', text('Writing to the journal {0} failed: {1}')],
};

const newline = 0x0a;
const { O_APPEND, O_CREAT, O_EXCL, O_NONBLOCK, O_WRONLY } = constants;
/** Not to wait for a reader where somebody put a pipe in the place of the file. */
const appending = O_WRONLY | O_APPEND | O_NONBLOCK;

/**
 * Appends one line, given without its newline, to the file of the UTC day. One write, so that lines of several writers
 * never mix. The directory must be there.
 */
export async function appendToEventFile(
  directory: string,
  line: Uint8Array,
  clock: Clock = systemClock,
): Promise<void> {
  if (line.includes(newline))
    throw new EventFileAppenderError('notALine', text('A line of a journal has no line break in it.'));
  const bytes = Buffer.concat([line, Buffer.of(newline)]);
  try {
    const file = await openDay(directory, join(directory, fileOfDay(clock.now())));
    try {
      if (!(await file.stat()).isFile()) throw new Error('not a regular file');
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length)
        throw new Error(`only ${String(bytesWritten)} of ${String(bytes.length)} bytes were written`);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainSystemError(EventFileAppenderError, error, oneLine(directory), systemErrors);
  }
}

/** A file that we make must not lock out whoever the journal belongs to: it gets the owner of the directory, or is not made. */
async function openDay(directory: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, appending);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const { uid, gid } = await stat(directory);
  const self = process.geteuid?.() ?? uid;
  if (self !== uid && self !== 0) {
    throw new EventFileAppenderError(
      'foreign',
      text(
        'The journal {0} belongs to another user and has no file for today yet; one made here could not be written to by its owner.',
        oneLine(directory),
      ),
    );
  }
  try {
    const file = await open(path, appending | O_CREAT | O_EXCL, 0o644);
    if (self !== uid) await file.chown(uid, gid);
    return file;
  } catch (error) {
    // Somebody came first.
    if (errorCode(error) === 'EEXIST') return open(path, appending);
    throw error;
  }
}
