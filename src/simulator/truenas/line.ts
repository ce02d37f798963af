import type { Dispatcher } from './dispatcher.ts';
import type { Peer } from './peer.ts';
import type { Sources } from './sources.ts';

/** The connection below a protocol. */
export interface Line {
  send(body: object): void;
  close(code: number, reason: string): void;
  /** Without a close frame. */
  drop(): void;
}

/** A protocol on one connection. */
export abstract class Conversation {
  protected readonly line: Line;
  protected readonly peer: Peer;
  protected readonly dispatcher: Dispatcher;
  protected readonly sources: Sources;

  constructor(line: Line, peer: Peer, dispatcher: Dispatcher, sources: Sources) {
    this.line = line;
    this.peer = peer;
    this.dispatcher = dispatcher;
    this.sources = sources;
  }

  /** Takes one text frame; the next is read when it resolves. */
  abstract receive(text: string): Promise<void>;

  /** Sends the inner object of an event. */
  abstract tell(body: object): void;
}

export const invalidText = 1007;
export const internalError = 1011;

/** Python's message for a text that is no JSON. */
export const noJson = 'Expecting value: line 1 column 1 (char 0)';

export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
