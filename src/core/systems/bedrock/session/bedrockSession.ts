import { oneLine, text, type Text } from '../../../model/text.ts';
import type { HttpBody } from '../../../wire/httpClient.ts';
import { elsewhere, type Reach } from '../../operation.ts';
import type { Session } from '../../session.ts';
import type { ReleaseTraits } from '../release.ts';
import type { BedrockSettings } from '../settings.ts';

/** Roles of users; each includes those before it. */
export const roles = ['user', 'moderator', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface RestAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: HttpBody;
}

/**
 * How a task ended; `lost` where the server does not know any more, `interrupted` where the session ended before: the next
 * one can be asked.
 */
export interface TaskEnd {
  readonly outcome: 'succeeded' | 'failed' | 'lost' | 'interrupted';
  readonly message: Text;
}

/** A session of this system, for operations and the console. */
export interface BedrockSession extends Session {
  readonly release: ReleaseTraits;
  /** Missing where the server does not tell. */
  readonly role: Role | undefined;
  /** One REST call, journalled as request and reply. Rejects with an HttpError where there is no answer. */
  call(method: string, path: string, body: unknown, signal: AbortSignal): Promise<RestAnswer>;
  /** Waits for the end of a task. */
  taskEnd(id: string, signal: AbortSignal): Promise<TaskEnd>;
  /** Resolves with the acknowledgement. Rejects with a ConversationError. */
  subscribe(topic: string): Promise<void>;
  unsubscribe(topic: string): Promise<void>;
  /** Follows a log until the returned function is called. `first` marks the chunk that may repeat the past. */
  follow(topic: string, listener: (chunk: string, first: boolean) => void): Promise<() => Promise<void>>;
}

/** Whether the session is open and its user has at least this role; a server that tells no role decides itself. */
export function may(session: BedrockSession | undefined, needed: Role): session is BedrockSession {
  if (!session) return false;
  return session.role === undefined || roles.indexOf(session.role) >= roles.indexOf(needed);
}

/** Whether an operation that needs the role is on offer; another window's session decides there. */
export function offers(reach: Reach<BedrockSession>, needed: Role): boolean {
  return reach === elsewhere || may(reach, needed);
}

/** Why no state would put it on offer: the role of the user. */
export function roleBarrier(
  { username }: Pick<BedrockSettings, 'username'>,
  reach: Reach<BedrockSession>,
  needed: Role,
): Text | undefined {
  if (reach === undefined || offers(reach, needed)) return undefined;
  const role = reach === elsewhere ? undefined : reach.role;
  return text(
    'it needs the role {0}, and the role of {1} is {2}',
    needed,
    oneLine(username, 60),
    role ?? '–',
  );
}
