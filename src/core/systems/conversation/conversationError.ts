import { english, text, type Text } from '../../model/text.ts';

export type ConversationReason =
  | 'noSession'
  | 'closed'
  | 'unsuitable'
  | 'refused'
  | 'noAnswer'
  | 'notAuthenticated'
  | 'wouldCrash'
  | 'tooLong';

/** Why something was not sent to the other side, not answered by it, or refused. */
export class ConversationError extends Error {
  override readonly name = 'ConversationError';
  readonly reason: ConversationReason;
  readonly text: Text;
  /** Why the other side refused, as its system reads it. Never the answer itself, which may hold secrets. */
  readonly detail: unknown;

  constructor(
    reason: ConversationReason,
    message: Text,
    options: { readonly cause?: unknown; readonly detail?: unknown } = {},
  ) {
    super(english(message), { cause: options.cause });
    this.reason = reason;
    this.text = message;
    this.detail = options.detail;
  }

  static is(error: unknown, reason?: ConversationReason): error is ConversationError {
    return error instanceof ConversationError && (reason === undefined || error.reason === reason);
  }
}

export function closedError(cause?: unknown): ConversationError {
  return new ConversationError('closed', text('The connection is closed.'), { cause });
}
