import type { Traits } from './releases.ts';
import type { Call, Reply } from './http.ts';
import type { Machine } from './machine.ts';
import type { Tasks } from './tasks.ts';

type Content = Readonly<Record<string, unknown>>;

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** The form of most answers: a status, a message, which is null unless given, and the content. */
export function succeeded(content: Content): Reply {
  return ok({ status: 'success', message: null, ...content });
}

/** The answer to an action: `tail` lists the fields that it ends with in this release, null unless given. */
export function action(
  tail: readonly string[],
  { status = 'success', message, ...rest }: Content & { readonly message: string },
): object {
  const fields = tail.map((field) => [field, rest[field] ?? null] as const);
  return { status, message, ...Object.fromEntries(fields) };
}

/** Begins work on a server in the background and answers 202 with its id: by then the user's sockets have heard of it. */
export async function accepted(
  tasks: Tasks,
  { user, machine }: Call,
  tail: readonly string[],
  title: string,
  work: (machine: Machine) => Promise<unknown>,
): Promise<Reply> {
  const { id, run } = await tasks.begin(user.username, () => work(machine));
  const message = `${title} for server '${machine.name}' initiated in background.`;
  return { status: 202, body: action(tail, { status: 'pending', message, task_id: id }), after: run };
}

/** An answer about servers or the program: old releases answer with every field that any such answer can have. */
export function general(
  { envelope }: Traits,
  content: Content,
  kind: keyof Traits['envelope'] = 'server',
): Reply {
  return succeeded({ ...Object.fromEntries(envelope[kind].map((field) => [field, null])), ...content });
}

/** An answer about one server. */
export function ofServer(traits: Traits, content: Content, message: string | null = null): Reply {
  return general(traits, { message, ...(traits.wrapsInData ? { data: content } : content) });
}
