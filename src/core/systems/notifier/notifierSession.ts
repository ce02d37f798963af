import type { Session } from '../session.ts';

/** A session of this system, for operations. */
export interface NotifierSession extends Session {
  /** Sends a message to all other clients, and journals it. Rejects with a ConversationError. */
  say(message: string): Promise<void>;
}
