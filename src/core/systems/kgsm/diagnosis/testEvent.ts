import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { sendToUnixSocket } from '../../../wire/unixSender.ts';
import { findProgram } from './findings.ts';

/** How long a test event may take; it comes at once or never. */
export const arrivesWithinMs = 5000;

export interface TestEvent {
  /** Stands nowhere else. */
  readonly marker: string;
  readonly bytes: Uint8Array;
}

/** An event as KGSM tests its own transports with; it changes nothing. */
export function testEvent(
  type: 'socket_test' | 'webhook_test',
  form: 'pretty' | 'line' = 'pretty',
): TestEvent {
  const marker = `gso-${randomBytes(8).toString('hex')}`;
  const event = {
    EventType: type,
    Data: { InstanceName: 'test-instance', Message: `A test of the way of the events, ${marker}` },
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    Hostname: hostname(),
    KGSMVersion: 'unknown',
  };
  return { marker, bytes: Buffer.from(JSON.stringify(event, undefined, form === 'pretty' ? 2 : 0)) };
}

/** Paths that socat reads as a file name: commas, colons and quotes begin its options. */
const plainPath = /^[\w./@+-]+$/;

/** Sends an event to a socket by the program that KGSM uses, where it is there; answers what went wrong. */
export async function sendLikeKgsm(
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Text | undefined> {
  const whole = Buffer.concat([bytes, Buffer.from('\n')]);
  const socat = plainPath.test(path) ? await findProgram('socat') : undefined;
  if (socat === undefined) {
    await sendToUnixSocket(path, whole, { signal });
    return undefined;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(socat, ['-', `UNIX-CONNECT:${path}`], {
      stdio: ['pipe', 'ignore', 'pipe'],
      shell: false,
      signal,
      timeout: arrivesWithinMs,
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      if (words.length < 1000) words += piece;
    });
    // The exit code of socat tells more than a broken pipe.
    child.stdin.on('error', () => undefined);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(
        code === 0
          ? undefined
          : text('{0} ended with {1}: {2}', 'socat', String(code), oneLine(words.trim(), 200)),
      );
    });
    child.stdin.end(whole);
  });
}
