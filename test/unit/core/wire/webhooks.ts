import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders } from 'node:http';
import {
  WebhookListener,
  type WebhookListenerError,
  type WebhookListenerOptions,
  type WebhookMessage,
} from '../../../../src/core/wire/webhookListener.ts';
import { Told, type Room } from './sockets.ts';

export interface WebhookEar {
  readonly listener: WebhookListener;
  readonly messages: Told<WebhookMessage>;
  readonly losses: Told<WebhookListenerError>;
}

/** A listener under test on a free port of this machine. */
export async function listenForWebhooks(
  room: Room,
  options: Partial<WebhookListenerOptions> = {},
): Promise<WebhookEar> {
  const messages = new Told<WebhookMessage>();
  const losses = new Told<WebhookListenerError>();
  const listener = await WebhookListener.listen({
    host: '127.0.0.1',
    port: 0,
    onMessage: (message) => {
      messages.add(message);
    },
    onLost: (error) => {
      losses.add(error);
    },
    ...options,
  });
  room.onClose(() => listener.dispose());
  return { listener, messages, losses };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request, without any code of ours. */
export async function ask(
  url: string,
  {
    method = 'POST',
    body,
    headers = {},
  }: {
    readonly method?: string;
    readonly body?: Uint8Array | string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false, headers: { ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A connection to say whatever one likes. */
export async function rawTo(room: Room, port: number): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect({ host: '127.0.0.1', port });
  room.onClose(() => {
    socket.destroy();
  });
  let said = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => (said += piece));
  socket.on('error', () => undefined);
  const ended = new Promise<string>((done) =>
    socket.once('close', () => {
      done(said);
    }),
  );
  await once(socket, 'connect');
  return { socket, ended };
}
