import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text } from '../model/text.ts';
import { errorCode, explainSystemError, type SystemErrorTable } from './systemError.ts';
import { unixPathLimit } from './unixPath.ts';
import { withTimeout } from './withTimeout.ts';

export type UnixSenderReason =
  'missing' | 'notASocket' | 'refused' | 'noPermission' | 'pathTooLong' | 'timeout' | 'failed';

/** Why a message did not get through. */
export class UnixSenderError extends ReasonedError<UnixSenderReason> {
  override readonly name = 'UnixSenderError';
}

const missing = ['missing', text('There is no socket at {0}.')] as const;
const noPermission = ['noPermission', text('There is no permission to write to the socket {0}.')] as const;
const notASocket = text('{0} is not a socket.');
const systemErrors: SystemErrorTable<UnixSenderReason> = {
  ENOENT: missing,
  ENOTDIR: missing,
  EACCES: noPermission,
  EPERM: noPermission,
  ENOTSOCK: ['notASocket', notASocket],
  ECONNREFUSED: ['refused', text('Nobody listens on the socket {0}.')],
  other: ['failed', text('Sending to {0} failed: {1}')],
};

export interface SendOptions {
  /** How long the listener may take for all of it. */
  readonly timeoutMs?: number;
  /** Ends the attempt; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long to wait before the next try where the listener's backlog is full; a connecting `socat` would block there. */
const backlogRetryMs = 20;

/**
 * Sends one message as KGSM does: one connection, the bytes, a half-close. Resolves when all is written and
 * the listener has closed its side, as one does that has read to the end. What the listener writes is ignored.
 */
export async function sendToUnixSocket(
  path: string,
  bytes: Uint8Array,
  options: SendOptions = {},
): Promise<void> {
  const { timeoutMs = 5000, signal } = options;
  signal?.throwIfAborted();
  const limit = unixPathLimit();
  const length = Buffer.byteLength(path);
  if (length > limit) {
    throw new UnixSenderError(
      'pathTooLong',
      text('The socket path {0} has {1} bytes; at most {2} are possible.', oneLine(path), length, limit),
    );
  }
  const late = (): UnixSenderError =>
    new UnixSenderError(
      'timeout',
      text('The listener at {0} did not take the message within {1} ms.', oneLine(path), timeoutMs),
    );
  await withTimeout({ timeoutMs, late, signal }, async (stop) => {
    try {
      await sendWithRetry(path, bytes, stop);
    } catch (error) {
      throw await explain(path, error);
    }
  });
}

async function sendWithRetry(path: string, bytes: Uint8Array, stop: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await sendOnce(path, bytes, stop);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') throw error;
      await sleep(backlogRetryMs, undefined, { signal: stop });
    }
  }
}

function sendOnce(path: string, bytes: Uint8Array, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const abort = (): unknown =>
      socket.destroy(stop.reason instanceof Error ? stop.reason : new Error('aborted'));
    stop.addEventListener('abort', abort, { once: true });
    let failure: Error | undefined;
    socket.on('connect', () => socket.end(bytes));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      stop.removeEventListener('abort', abort);
      if (failure) reject(failure);
      else resolve();
    });
    socket.resume();
  });
}

async function explain(path: string, error: unknown): Promise<UnixSenderError> {
  const explained = explainSystemError(UnixSenderError, error, oneLine(path), systemErrors);
  if (explained.reason !== 'refused') return explained;
  // Linux answers the same for a stale socket and for any other file.
  const standing = await stat(path).catch(() => undefined);
  if (!standing || standing.isSocket()) return explained;
  return new UnixSenderError('notASocket', text(notASocket.template, oneLine(path)), { cause: error });
}
