import type { User } from './accounts.ts';
import type { Traits } from './releases.ts';
import type { Reply } from './http.ts';
import type { Tasks } from './tasks.ts';

export interface Action {
  readonly status?: string;
  readonly message: string;
  readonly details?: unknown;
  readonly task_id?: string;
  readonly backups?: unknown;
}

/** The answer to something that was asked for, with the fields that the generation ends it with. */
export function action(tail: readonly string[], { status = 'success', message, ...rest }: Action): object {
  const given: Readonly<Record<string, unknown>> = rest;
  const fields = tail.map((field) => [field, given[field] ?? null] as const);
  return { status, message, ...Object.fromEntries(fields) };
}

/** Begins work in the background and answers 202 with its id: by then the user's sockets have heard of it. */
export async function accepted(
  tasks: Tasks,
  user: User,
  tail: readonly string[],
  message: string,
  work: () => Promise<unknown>,
): Promise<Reply> {
  const { id, run } = await tasks.begin(user.username, work);
  return { status: 202, body: action(tail, { status: 'pending', message, task_id: id }), after: run };
}

export interface Info {
  readonly servers?: unknown;
  readonly info?: unknown;
  readonly players?: unknown;
}

/** Information about the program as a whole: the oldest answers with all fields that any such answer can have. */
export function general({ infoTail }: Traits, content: Info): object {
  if (infoTail.length === 0) return { status: 'success', message: null, ...content };
  const { servers = null, info = null, players = null } = content;
  return {
    status: 'success',
    message: null,
    data: null,
    servers,
    info,
    players,
    files_deleted: null,
    files_kept: null,
  };
}
