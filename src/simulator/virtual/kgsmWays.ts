import { connect } from 'node:net';
import { readConfig } from '../kgsm/config.ts';
import { emitTo } from '../kgsm/emit.ts';
import { socketFilesAt } from '../kgsm/listeners.ts';
import { postEvent } from '../kgsm/webhook.ts';
import { patienceMs, type ReceiverWay } from './kgsmReceiver.ts';

const newline = 0x0a;

/** The bytes with the newline at their end that KGSM writes, and that recordings leave away. */
function asLine(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === newline ? bytes : Buffer.concat([bytes, Buffer.of(newline)]);
}

/** One line for an event file. In JSON a line ends between two words only, where a space means the same. */
export function asOneLine(bytes: Uint8Array): Uint8Array {
  const line = bytes.at(-1) === newline ? bytes.subarray(0, -1) : bytes;
  return asLine(Buffer.from(line).map((byte) => (byte === newline || byte === 0x0d ? 0x20 : byte)));
}

/** Each event over a connection of its own. */
export function socketWay(path: string): ReceiverWay {
  return {
    name: path,
    present: () => socketFilesAt([path]),
    async send(bytes, signal) {
      const { delivered } = await emitTo(path, asLine(bytes), signal);
      return delivered ? 'taken' : 'nobody';
    },
  };
}

/** Each event by a request, with the settings that the root has at that moment: signed where it has a secret. */
export function webhookWay(url: URL, root: string, now: () => number): ReceiverWay {
  return {
    name: url.host,
    // Asked of the port alone, and not any more once somebody was there: a request would be taken for an event.
    present: async (known, signal) => (known !== '' || (await isOpen(url, signal)) ? url.href : ''),
    async send(bytes, signal) {
      const { webhook } = readConfig(root);
      const config = { ...webhook, urls: [url.href], retries: 0 };
      const posted = await postEvent(Buffer.from(bytes), { config, retryMs: 0, now, signal });
      signal.throwIfAborted();
      const failure = posted.flatMap(({ failures }) => failures).at(0);
      if (failure === undefined) return 'taken';
      return failure.startsWith('server answered') ? { refused: failure } : 'nobody';
    },
  };
}

function isOpen({ hostname, port, protocol }: URL, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      signal,
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    // The end of the socket tells.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(false));
  });
}
