import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../core/wire/systemError.ts';
import { unixPathLimit } from '../../core/wire/unixPath.ts';

interface Delivery {
  readonly delivered: boolean;
  /** Line of socat on stderr. A missing file has none: KGSM skips it. */
  readonly complaint?: string;
  /** Bytes that the listener wrote back; KGSM prints them. */
  readonly answer: string;
}

/** socat leaves that long after its own EOF when the listener keeps its side open. */
const lingerMs = 500;
/** The connect of socat blocks while the listener's backlog is full; ours is tried again. */
const backlogRetryMs = 20;

/**
 * Sends one event as KGSM's socat does: a connection of its own, the bytes, a half-close. Not the sender of `core`, because
 * a stand-in has to have the real one's weaknesses: the pause, the endless wait, the answer that is taken for output.
 * The signal ends the endless wait, also that for a listener that does not read: the promise rejects then.
 */
export async function emitTo(path: string, bytes: Uint8Array, signal?: AbortSignal): Promise<Delivery> {
  if (Buffer.byteLength(path) > unixPathLimit())
    return { delivered: false, complaint: 'socket address too long', answer: '' };
  for (;;) {
    const { failure, answer } = await sendOnce(path, bytes, signal);
    signal?.throwIfAborted();
    switch (failure) {
      case undefined:
        return { delivered: true, answer };
      case 'EAGAIN':
        await sleep(backlogRetryMs, undefined, signal ? { signal } : {});
        break;
      case 'ENOENT':
        return { delivered: false, answer };
      default:
        return { delivered: false, complaint: complaints[failure] ?? failure, answer };
    }
  }
}

const complaints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  EACCES: 'Permission denied',
  EPIPE: 'Broken pipe',
  ECONNRESET: 'Connection reset by peer',
};

interface Attempt {
  readonly failure?: string;
  readonly answer: string;
}

function sendOnce(path: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true });
    let answer = '';
    let failure: string | undefined;
    let linger: NodeJS.Timeout | undefined;
    const giveUp = (): void => void socket.destroy();
    signal?.addEventListener('abort', giveUp, { once: true });
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      socket.end(bytes, () => {
        linger = setTimeout(() => socket.destroy(), lingerMs);
      });
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', (error) => {
      failure = errorCode(error) ?? error.message;
    });
    socket.on('close', () => {
      clearTimeout(linger);
      signal?.removeEventListener('abort', giveUp);
      resolve(failure === undefined ? { answer } : { failure, answer });
    });
  });
}
