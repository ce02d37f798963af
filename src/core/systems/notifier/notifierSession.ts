import type { Session } from '../session.ts';

/** A session of this system, for operations. */
export interface NotifierSession extends Session {
  /** Id that the server gave this client; absent before it let the client in. */
  readonly client?: string | undefined;
  /** The server has shown that it knows messages: it passed one on, or lived on after one. */
  readonly knowsMessages: boolean;
  /**
   * Sends a message to all other clients, and journals it. Rejects with a ConversationError where it
   * cannot, or where the server closes the connection instead of passing it on.
   */
  say(message: string): Promise<void>;
}
