import { ReasonedError } from '../../model/reasonedError.ts';
import { text, type Text } from '../../model/text.ts';

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
export class ConversationError extends ReasonedError<ConversationReason> {
  override readonly name = 'ConversationError';
  /** Why the other side refused, as its system reads it. Never the answer itself, which may hold secrets. */
  readonly detail: unknown;

  constructor(
    reason: ConversationReason,
    message: Text,
    options: { readonly cause?: unknown; readonly detail?: unknown } = {},
  ) {
    super(reason, message, { cause: options.cause });
    this.detail = options.detail;
  }
}

export function closedError(cause?: unknown): ConversationError {
  return new ConversationError('closed', text('The connection is closed.'), { cause });
}

/** Error of a message that is not sent: it would end the connection, or leave a secret in the journal. */
export function unsuitable(message: Text): ConversationError {
  return new ConversationError('unsuitable', message);
}
