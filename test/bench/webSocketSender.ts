/**
 * The other side of the WebSocket rows, in a thread of its own: a real `ws` server that answers as Bedrock Server Manager
 * does, and sends recorded messages when it is told to.
 */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import type { WebSocket } from 'ws';
import { fake, obliging } from '../unit/core/systems/bedrock/fake.ts';

/** So many messages now, or in equal parts every few milliseconds. */
export interface Order {
  readonly count: number;
  readonly perSecond?: number;
  /** Frames that were made before, many at a time: sending costs next to nothing, so that the receiver alone is measured. */
  readonly isFramed?: boolean;
}

const PART_MS = 5;
const recording = new URL('../wire/bedrock-3.10.jsonl', import.meta.url);
const texts = readFileSync(recording, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly dir?: string; readonly text?: string })
  // Acknowledgements are the server's own business.
  .flatMap(({ dir, text }) => (dir === '<' && text?.startsWith('{"type"') ? [text] : []));
const frames = texts.map(frame);

let latest: WebSocket | undefined;
const server = await fake({
  version: '3.10.3',
  socket: (socket, { url }) => {
    latest = socket;
    if (url !== '/bare') obliging(socket);
  },
});
parentPort?.postMessage(server.url);
parentPort?.on('message', (order: Order) => {
  if (latest) void send(latest, order);
});

async function send(
  socket: WebSocket,
  { count, perSecond = Infinity, isFramed = false }: Order,
): Promise<void> {
  // The stream below the socket takes frames as they are.
  const { _socket: stream } = socket as unknown as { readonly _socket: Socket };
  const begun = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.ceil(((performance.now() - begun + PART_MS) / 1000) * perSecond));
    const part = <T>(list: readonly T[]): T[] =>
      Array.from({ length: due - sent }, (_, n) => list[(sent + n) % list.length] as T);
    if (isFramed) stream.write(Buffer.concat(part(frames)));
    else for (const text of part(texts)) socket.send(text);
    sent = due;
    if (sent < count) await sleep(PART_MS);
  }
}

/** A text message as a server frames it. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = payload.length < 126 ? Buffer.of(0x81, payload.length) : Buffer.of(0x81, 126, 0, 0);
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}
