import type { IncomingMessage } from 'node:http';
import type { Clients } from '../virtual/clients.ts';

/** Addresses that are told apart. */
const maxAddresses = 100;

interface Asked extends Pick<IncomingMessage, 'headers'> {
  readonly method?: string | undefined;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Those who ask over HTTP, one client for each address: they have no connection that comes and goes. */
export class HttpClients {
  readonly #clients: Clients | undefined;
  readonly #ids = new Map<string, number>();

  constructor(clients: Clients | undefined) {
    this.#clients = clients;
  }

  /** Tells a request in the form in which our own connections keep theirs, so that their secrets are found and cut. */
  said({ method = 'GET', headers, socket }: Asked, url: URL | undefined, body: string): void {
    if (!this.#clients || !url) return;
    const request = { method, path: url.pathname + url.search };
    const shown = body === '' ? request : { ...request, body: bodyOf(headers['content-type'] ?? '', body) };
    this.#clients.said(this.#idOf(this.#clients, socket.remoteAddress ?? ''), JSON.stringify(shown));
  }

  end(): void {
    for (const id of this.#ids.values()) this.#clients?.went(id);
    this.#ids.clear();
  }

  #idOf(clients: Clients, address: string): number {
    const known = this.#ids.get(address);
    if (known !== undefined) return known;
    const [oldest] = this.#ids;
    if (oldest && this.#ids.size >= maxAddresses) {
      this.#ids.delete(oldest[0]);
      clients.went(oldest[1]);
    }
    const id = clients.came(`${address} (HTTP)`);
    this.#ids.set(address, id);
    return id;
  }
}

function bodyOf(type: string, body: string): unknown {
  if (type.includes('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
