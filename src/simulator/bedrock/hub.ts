import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { isHashable, pythonJson } from '../python.ts';

interface Client {
  readonly username: string;
  readonly socket: WebSocket;
}

export interface HubOptions {
  readonly wildcard: boolean;
  /** Sends on without waiting until a message is out. */
  readonly isHasty?: boolean;
}

/** Connected clients and their subscriptions. */
export class Hub {
  readonly #options: HubOptions;
  readonly #clients = new Map<string, Client>();
  /** Whatever somebody ever subscribed to stays here, whether it is a text or not. */
  readonly #topics = new Map<unknown, Set<string>>();

  constructor(options: HubOptions) {
    this.#options = options;
  }

  connect(username: string, socket: WebSocket): string {
    const id = `${username}:${randomUUID()}`;
    this.#clients.set(id, { username, socket });
    return id;
  }

  disconnect(id: string): void {
    this.#clients.delete(id);
    for (const ids of this.#topics.values()) ids.delete(id);
  }

  /** The program forgets its clients, or those of one user, but leaves their sockets open. */
  forget(username?: string): void {
    for (const [id, client] of [...this.#clients])
      if (username === undefined || client.username === username) this.disconnect(id);
  }

  /** Throws for what cannot be a key, as the program does. */
  subscribe(id: string, topic: unknown): void {
    if (!isHashable(topic)) throw new TypeError('unhashable type');
    const ids = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, ids);
    if (this.#clients.has(id)) ids.add(id);
  }

  unsubscribe(id: string, topic: unknown): void {
    if (!isHashable(topic)) throw new TypeError('unhashable type');
    this.#topics.get(topic)?.delete(id);
  }

  /** Every topic of the table, with how many want it, in the order of their first subscriptions. */
  topics(): readonly (readonly [topic: unknown, subscribers: number])[] {
    return [...this.#topics].map(([topic, ids]) => [topic, ids.size]);
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Resolves when it has been handed to the network. */
  async send(id: string, message: unknown): Promise<void> {
    const client = this.#clients.get(id);
    if (!client) return;
    const isOut = sent(client.socket, pythonJson(message));
    if (!this.#options.isHasty) await isOut;
  }

  /** To all that subscribed to the topic or to everything; once to each of them. */
  async broadcast(topic: string, message: unknown): Promise<void> {
    await Promise.all([...this.#subscribers(topic)].map((id) => this.send(id, message)));
  }

  /** To every socket of a user, whatever it subscribed to. */
  async sendToUser(username: string, message: unknown): Promise<void> {
    const ids = [...this.#clients].filter(([, client]) => client.username === username).map(([id]) => id);
    await Promise.all(ids.map((id) => this.send(id, message)));
  }

  /** Exactly this, to everybody that is connected. */
  async sendRaw(data: string | Uint8Array): Promise<void> {
    await Promise.all([...this.#clients.values()].map(({ socket }) => sent(socket, data)));
  }

  /** Exactly these bytes, to those who want the topic; to everybody where it is a task's, or there is none. */
  push(topic: string | undefined, bytes: Uint8Array): void {
    const isForAll = topic === undefined || topic.startsWith('task:');
    const ids = isForAll ? this.#clients.keys() : this.#subscribers(topic);
    // Bytes that are no text came in a binary frame. Hundreds of clients are not worth compressing for.
    const options = { binary: !isUtf8(bytes), compress: false };
    for (const id of ids) this.#clients.get(id)?.socket.send(bytes, options, () => undefined);
  }

  #subscribers(topic: string): Set<string> {
    const ids = new Set(this.#topics.get(topic));
    if (this.#options.wildcard) for (const id of this.#topics.get('*') ?? []) ids.add(id);
    return ids;
  }
}

function sent(socket: WebSocket, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    // A socket that is closing takes nothing more; the program does not mind either.
    socket.send(data, () => resolve());
  });
}
