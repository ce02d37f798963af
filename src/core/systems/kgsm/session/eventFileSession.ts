import * as z from 'zod/mini';
import type { Problem } from '../../../model/event.ts';
import { text } from '../../../model/text.ts';
import { isEventFile, type EventFileReason } from '../../../wire/eventFiles.ts';
import { EventFileTail, EventFileError, type EventFileCursor } from '../../../wire/eventFileTail.ts';
import { SessionError, type Session, type SessionEnvironment } from '../../session.ts';
import type { KgsmSettings } from '../settings.ts';
import { isFields, parsedJson } from '../../reading.ts';
import { eventFileAddress } from '../targets.ts';

const positionSchema = z.object({
  file: z.string().check(z.refine(isEventFile)),
  offset: z.int().check(z.minimum(0)),
});

/** The read position over restarts. The directory is part of it: another directory is another journal. */
const memorySchema = z.object({
  directory: z.string(),
  cursor: z.extend(positionSchema, { late: z.optional(positionSchema) }),
});

/** KGSM 3 writes its events into files: the session follows them from where the last one stopped. */
export async function openEventFileSession(
  settings: KgsmSettings,
  directory: string,
  environment: SessionEnvironment,
): Promise<Session> {
  const { clock, memory, signal } = environment;
  const closed = Promise.withResolvers<SessionError>();
  const save = (cursor: EventFileCursor): void => memory.save({ directory, cursor });
  const cursor = remembered(memory.load(), directory);
  let tail: EventFileTail;
  try {
    tail = await EventFileTail.start({
      directory,
      ...(cursor ? { cursor } : {}),
      backfillHours: settings.backfillHours,
      maxLineBytes: settings.maxMessageBytes,
      clock,
      timeOf: timeOfLine,
      onLine({ bytes, size, truncated, receivedAt, cursor: after }) {
        const problems: Problem[] = truncated
          ? [{ path: '', message: text('the line has {0} bytes, more than the cap', size) }]
          : [];
        environment.deliver({
          channel: 'push',
          direction: 'in',
          bytes,
          size,
          truncated,
          receivedAt,
          problems,
        });
        save(after);
      },
      pressure: () => environment.pressure(),
      onMoved: save,
      onGap(message) {
        environment.gap(message);
      },
      onLost(error) {
        closed.resolve(sessionError(error));
      },
    });
  } catch (error) {
    throw error instanceof EventFileError ? sessionError(error) : error;
  }
  // Open means up to date: what is asked of KGSM from then on is newer than what the files held.
  const stop = (): void => void tail.dispose();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await tail.caughtUp();
  signal.removeEventListener('abort', stop);
  return {
    closed: closed.promise,
    address: eventFileAddress(directory),
    catchesUp: true,
    dispose: () => tail.dispose(),
  };
}

function remembered(value: unknown, directory: string): EventFileCursor | undefined {
  const read = memorySchema.safeParse(value);
  if (!read.success || read.data.directory !== directory) return undefined;
  const { file, offset, late } = read.data.cursor;
  return { file, offset, ...(late ? { late } : {}) };
}

/** Time of a line, for the limit of the back-fill; a line without one is shown. */
function timeOfLine(bytes: Uint8Array): number | undefined {
  const value = parsedJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  const stamp = isFields(value) ? value['Timestamp'] : undefined;
  const time = typeof stamp === 'string' ? Date.parse(stamp) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The directory may come with KGSM's first event; what is there but cannot be read is for the user to mend. */
const mayPass: Readonly<Record<EventFileReason, boolean>> = {
  noDirectory: true,
  failed: true,
  notADirectory: false,
  noPermission: false,
};

function sessionError(error: EventFileError): SessionError {
  return new SessionError(error.text, { retry: mayPass[error.reason], cause: error });
}
