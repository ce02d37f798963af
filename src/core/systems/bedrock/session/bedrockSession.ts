import { english, type Text } from '../../../model/text.ts';
import type { HttpBody } from '../../../wire/httpClient.ts';
import type { Session } from '../../session.ts';
import type { ReleaseTraits } from '../release.ts';

/** What a user may do; each may all that stands before it. */
export const roles = ['user', 'moderator', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface RestAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: HttpBody;
}

/** How a task ended; `lost` where nobody can tell any more. */
export interface TaskEnd {
  readonly outcome: 'succeeded' | 'failed' | 'lost';
  readonly message: string;
}

/** A session of this system, for operations and the console. */
export interface BedrockSession extends Session {
  readonly release: ReleaseTraits;
  /** Nothing where the server does not tell. */
  readonly role: Role | undefined;
  /** One REST call, journalled as request and reply. Rejects with an HttpError where there is no answer. */
  call(method: string, path: string, body: unknown, signal: AbortSignal): Promise<RestAnswer>;
  /** Waits for the end of a task. */
  taskEnd(id: string, signal: AbortSignal): Promise<TaskEnd>;
  /** Resolves with the acknowledgement. Rejects with a BedrockError. */
  subscribe(topic: string): Promise<void>;
  unsubscribe(topic: string): Promise<void>;
  /** Follows a log until the answer is called. `first` marks the chunk that may repeat the past. */
  follow(topic: string, listener: (chunk: string, first: boolean) => void): Promise<() => Promise<void>>;
}

export function isConversation(session: Session | undefined): session is BedrockSession {
  return session !== undefined && 'taskEnd' in session && 'follow' in session;
}

export type BedrockReason = 'noSession' | 'closed' | 'unsuitable' | 'refused' | 'noAnswer';

/** Why something was not said to the server, or not heard by it. */
export class BedrockError extends Error {
  override readonly name = 'BedrockError';
  readonly reason: BedrockReason;
  readonly text: Text;

  constructor(reason: BedrockReason, message: Text, options: { readonly cause?: unknown } = {}) {
    super(english(message), options);
    this.reason = reason;
    this.text = message;
  }

  static is(error: unknown, reason?: BedrockReason): error is BedrockError {
    return error instanceof BedrockError && (reason === undefined || error.reason === reason);
  }
}
