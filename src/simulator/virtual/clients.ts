import { realWait, type Wait } from '../host.ts';

/** The way to one client. */
export interface Outlet {
  /** Bytes that wait for it in this process. */
  waitingBytes(): number;
  /** Ends its connection at once. */
  drop(): void;
}

export interface ClientFacts {
  readonly id: number;
  /** Remote address, or how else people tell it apart. */
  readonly name: string;
}

/** Hears of clients. */
export interface ClientWatch {
  came?: (client: ClientFacts) => void;
  /** The client hears pushes from now on: it signed in and subscribed. */
  ready?: (client: ClientFacts) => void;
  /** `slow`: it did not read for too long and was dropped. */
  went?: (client: ClientFacts, why?: 'slow') => void;
  /** Exactly what it sent, secrets included: whoever shows it cuts them out. */
  said?: (client: ClientFacts, text: string) => void;
}

export interface ClientsOptions extends ClientWatch {
  /** Bytes that may wait for a client before the others are held up for it. */
  readonly heldAboveBytes?: number;
  /** Time for a slow client until it is dropped. */
  readonly patienceMs?: number;
  readonly wait?: Wait;
}

interface Client extends ClientFacts {
  readonly outlet: Outlet | undefined;
  isReady: boolean;
}

/** How often a slow client is looked at. */
const lookMs = 20;

/** The connected clients of one virtual server. */
export class Clients {
  readonly #options: ClientsOptions;
  readonly #clients = new Map<number, Client>();
  #lastId = 0;

  constructor(options: ClientsOptions = {}) {
    this.#options = options;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** True while at least one client hears pushes. */
  get hasReady(): boolean {
    return [...this.#clients.values()].some(({ isReady }) => isReady);
  }

  /** A client connected; answers its id. */
  came(name: string, outlet?: Outlet): number {
    const id = ++this.#lastId;
    const client = { id, name, outlet, isReady: false };
    this.#clients.set(id, client);
    this.#options.came?.(client);
    return id;
  }

  /** The client hears pushes from now on; told once. */
  ready(id: number): void {
    const client = this.#clients.get(id);
    if (!client || client.isReady) return;
    client.isReady = true;
    this.#options.ready?.(client);
  }

  said(id: number, text: string): void {
    const client = this.#clients.get(id);
    if (client) this.#options.said?.(client, text);
  }

  went(id: number, why?: 'slow'): void {
    const client = this.#clients.get(id);
    if (!client) return;
    this.#clients.delete(id);
    this.#options.went?.(client, why);
  }

  /** Resolves when nobody lags behind: waits a moment for those who read slowly, and drops those who do not read at all. */
  async pace(signal: AbortSignal): Promise<void> {
    const { heldAboveBytes = 1024 * 1024, patienceMs = 2000, wait = realWait } = this.#options;
    const behind = (): Client[] =>
      [...this.#clients.values()].filter(({ outlet }) => (outlet?.waitingBytes() ?? 0) > heldAboveBytes);
    for (let waited = 0; behind().length > 0 && waited < patienceMs; waited += lookMs) {
      await wait(lookMs, signal);
    }
    for (const { id, outlet } of behind()) {
      this.went(id, 'slow');
      outlet?.drop();
    }
  }
}
