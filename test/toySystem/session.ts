import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from '../../src/core/model/text.ts';
import { SessionError, type Session, type SessionEnvironment } from '../../src/core/systems/session.ts';
import { LineSplitter } from '../../src/core/wire/lineSplitter.ts';
import type { ToySettings } from './settings.ts';

const maxLineBytes = 1024;

/** One message a line, in both directions, over TCP. */
export async function openToySession(
  { port }: ToySettings,
  environment: SessionEnvironment,
): Promise<Session> {
  const socket: Socket = connect({ port, host: '127.0.0.1', signal: environment.signal });
  const lines = new LineSplitter(maxLineBytes);
  await once(socket, 'connect').catch((cause: unknown) => {
    throw new SessionError(text('nothing listens on port {0}', port), { retry: true, cause });
  });
  const closed = Promise.withResolvers<SessionError>();
  socket.on('data', (chunk: Buffer) => {
    for (const { bytes } of lines.push(chunk))
      environment.deliver({ channel: 'push', direction: 'in', bytes, receivedAt: environment.clock.now() });
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed.resolve(new SessionError(text('the toy closed the connection'), { retry: true }));
  });
  return {
    closed: closed.promise,
    address: addressOf(port),
    send(bytes) {
      socket.write(`${Buffer.from(bytes).toString('utf8')}\n`);
      return Promise.resolve();
    },
    dispose() {
      socket.destroy();
      return Promise.resolve();
    },
  };
}

export function addressOf(port: number): string {
  return `toy:${String(port)}`;
}
