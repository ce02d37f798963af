import { english, type Text } from '../../model/text.ts';
import type { Session } from '../session.ts';

/** A session of this system: it can say something of its own, which the journal then has. */
export interface NotifierSession extends Session {
  /** Sends a message to all other clients. Rejects with a NotifierError. */
  say(message: string): Promise<void>;
}

export function isConversation(session: Session | undefined): session is NotifierSession {
  return session !== undefined && 'say' in session && typeof session.say === 'function';
}

export type NotifierReason = 'noSession' | 'notAuthenticated' | 'wouldCrash' | 'tooLong' | 'closed';

/** Why an event was not sent. */
export class NotifierError extends Error {
  override readonly name = 'NotifierError';
  readonly reason: NotifierReason;
  readonly text: Text;

  constructor(reason: NotifierReason, message: Text, options: { readonly cause?: unknown } = {}) {
    super(english(message), options);
    this.reason = reason;
    this.text = message;
  }

  static is(error: unknown, reason?: NotifierReason): error is NotifierError {
    return error instanceof NotifierError && (reason === undefined || error.reason === reason);
  }
}
