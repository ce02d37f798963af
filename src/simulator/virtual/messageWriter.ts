import type { Clock } from '../../core/model/clock.ts';
import type {
  ClientMessage,
  VirtualMessage,
  VirtualPlace,
} from '../../core/playback/serving/virtualMessages.ts';
import type { ClientFacts, ClientWatch } from './clients.ts';
import type { VirtualSystem } from './virtualSystem.ts';

export interface MessageWriterOptions {
  readonly write: (text: string) => void;
  /** Bytes that whoever reads the output has not taken yet. */
  readonly unreadBytes: () => number;
  readonly clock: Clock;
}

/** Characters of a client's message that are passed on. */
const longestSaid = 4000;
/** Unread output above which messages of clients are counted only. */
const maxUnreadBytes = 4_000_000;
/** Places are told at most this often. */
const placeEveryMs = 250;

/** Writes what happens on a virtual server, a line each. */
export class MessageWriter implements Required<ClientWatch> {
  readonly #options: MessageWriterOptions;
  #unsaid = 0;
  #willTellPlace = false;
  /** Messages of clients that were there before the server could say where it is, which comes first. */
  #early: VirtualMessage[] | undefined = [];

  constructor(options: MessageWriterOptions) {
    this.#options = options;
  }

  opened({ settings, password }: Pick<VirtualSystem, 'settings' | 'password'>): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#tell({ settings, ...(password === undefined ? {} : { password }) });
    for (const message of early) this.#tell(message);
  }

  /** The place is asked for when it is told. */
  moved(place: () => VirtualPlace): void {
    if (this.#willTellPlace) return;
    this.#willTellPlace = true;
    this.#options.clock.after(placeEveryMs, () => {
      this.#willTellPlace = false;
      this.#tell({ place: place() });
    });
  }

  came(client: ClientFacts): void {
    this.#tellClient(client, 'connected');
  }

  ready(client: ClientFacts): void {
    this.#tellClient(client, 'ready');
  }

  went(client: ClientFacts, why?: 'slow'): void {
    this.#tellClient(client, why ?? 'left');
  }

  said({ id, name }: ClientFacts, text: string): void {
    if (this.#options.unreadBytes() > maxUnreadBytes) {
      this.#unsaid++;
      return;
    }
    if (this.#unsaid > 0) this.#tell({ unsaid: this.#unsaid });
    this.#unsaid = 0;
    this.#tell({ said: { client: id, name, text: text.slice(0, longestSaid) } });
  }

  #tellClient({ id, name }: ClientFacts, state: ClientMessage['state']): void {
    this.#tell({ client: { id, name, state } });
  }

  #tell(message: VirtualMessage): void {
    if (this.#early) this.#early.push(message);
    else this.#options.write(`${JSON.stringify(message)}\n`);
  }
}
