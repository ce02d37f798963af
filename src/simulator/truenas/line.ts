/** The connection below a protocol. */
export interface Line {
  send(body: object): void;
  close(code: number, reason: string): void;
  /** Without a close frame. */
  drop(): void;
}

/** A protocol on one connection. */
export interface Conversation {
  /** One text frame; the next is read when it resolves. */
  receive(text: string): Promise<void>;
  /** The inner object of an event. */
  tell(body: object): void;
}

export const invalidText = 1007;
export const internalError = 1011;

/** What Python says of a text that is no JSON. */
export const noJson = 'Expecting value: line 1 column 1 (char 0)';

export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
