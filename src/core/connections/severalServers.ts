import type { Effect } from '../systems/operation.ts';
import { lifecycle, type LifecycleState } from '../model/lifecycle.ts';
import { english, oneLine, sentences, text, type Text } from '../model/text.ts';

/** A server among several that an operation is done to. */
export interface NamedServer {
  readonly name: string;
  /** Name of its connection. */
  readonly connection: string;
  readonly state: LifecycleState;
  readonly players?: number | undefined;
}

/** How the operation ended on one of them; `cancelled` also where it was not begun any more. */
export interface ServerOutcome {
  readonly server: NamedServer;
  readonly outcome: 'succeeded' | 'failed' | 'refused' | 'cancelled';
  readonly message: Text;
}

/** Names that stand in one sentence; the rest is counted. */
const mostNames = 8;
/** Reasons that one message tells. */
const mostReasons = 4;

/** The operation and what it is done to, in one line. `title` is that of its command, translated. */
export function severalTitle(title: string, servers: readonly NamedServer[]): Text {
  return isOneWord(title)
    ? text('{0} {1} servers', verb(title), servers.length)
    : text('{0} on {1} servers', verb(title), servers.length);
}

/**
 * The one question before an operation on several servers; `details` are those of the questions of each, with the servers
 * that ask them.
 */
export function severalQuestion(asked: {
  readonly title: string;
  readonly effect: Effect;
  readonly servers: readonly NamedServer[];
  readonly details: readonly { readonly server: NamedServer; readonly detail: Text }[];
  readonly leftOut: readonly NamedServer[];
}): { readonly message: Text; readonly details: readonly Text[] } {
  const { title, effect, servers, leftOut } = asked;
  const groups = [...Map.groupBy(asked.details, ({ detail }) => english(detail)).values()];
  const details = groups.flatMap((group): readonly Text[] => {
    const [first] = group;
    if (!first) return [];
    if (group.length === servers.length) return [first.detail];
    const named = namesOf(
      group.map(({ server }) => server),
      servers,
    );
    return [text('{0}: {1}', named, first.detail)];
  });
  return {
    message: text('{0}: {1}?', severalTitle(title, servers), namesOf(servers, servers)),
    details: [
      ...details,
      ...(effect === 'interrupts' ? playersLine(servers) : []),
      ...(leftOut.length === 0 ? [] : [leftOutText(leftOut)]),
    ],
  };
}

/** Servers that were chosen and are not part of the operation, with the state that is why. */
export function leftOutText(leftOut: readonly NamedServer[]): Text {
  const named = leftOut
    .slice(0, mostNames)
    .map(({ name, state }) => text('{0} ({1})', shortName(name), lifecycle[state].accessibility));
  return text('Left out, because it is not on offer there now: {0}.', listed(named, leftOut.length));
}

/** The message at the end; undefined where all of them did it and nobody wants to know more. */
export function severalSummary(ended: {
  readonly title: string;
  readonly outcomes: readonly ServerOutcome[];
  readonly leftOut: readonly NamedServer[];
  /** The user wants to know the answers. */
  readonly answers: boolean;
}): { readonly message: Text; readonly hasFailed: boolean } | undefined {
  const { outcomes, leftOut, answers } = ended;
  const title = verb(ended.title);
  const of = (...wanted: readonly ServerOutcome['outcome'][]): readonly ServerOutcome[] =>
    outcomes.filter(({ outcome }) => wanted.includes(outcome));
  const failed = of('failed', 'refused');
  const cancelled = of('cancelled');
  const succeeded = of('succeeded');
  const servers = outcomes.map(({ server }) => server);
  const parts: Text[] = [];
  if (failed.length > 0)
    parts.push(
      text('{0}: {1} of {2} servers failed.', title, failed.length, outcomes.length),
      reasonsOf(failed, servers),
    );
  if (cancelled.length > 0)
    parts.push(text('{0}: {1} of {2} servers were cancelled.', title, cancelled.length, outcomes.length));
  if (answers && succeeded.length > 0) parts.push(reasonsOf(succeeded, servers));
  if (leftOut.length > 0) parts.push(leftOutText(leftOut));
  const [first, ...rest] = parts;
  if (!first) return undefined;
  return { message: rest.reduce(sentences, first), hasFailed: failed.length > 0 };
}

/** The title of a command without the sign that it asks for more. */
function verb(title: string): string {
  return title.replace(/…$/, '');
}

/** A title such as "Save World" has its object already. */
function isOneWord(title: string): boolean {
  return !verb(title).includes(' ');
}

function playersLine(servers: readonly NamedServer[]): readonly Text[] {
  const playing = servers.filter(({ players = 0, state }) => players > 0 && lifecycle[state].up);
  if (playing.length === 0) return [];
  const named = playing.slice(0, mostNames).map(({ name, players = 0 }) => {
    return players === 1
      ? text('{0} (1 player)', shortName(name))
      : text('{0} ({1} players)', shortName(name), players);
  });
  return [text('Somebody plays on {0}.', listed(named, playing.length))];
}

function reasonsOf(outcomes: readonly ServerOutcome[], among: readonly NamedServer[]): Text {
  const told = outcomes
    .slice(0, mostReasons)
    .map(({ server, message }) => text('{0}: {1}', nameOf(server, among), message));
  const first = told.reduce(sentences);
  const more = outcomes.length - told.length;
  return more === 0 ? first : sentences(first, text('And {0} more.', more));
}

/** Names in a row; the connection stands beside them where there are several. */
function namesOf(servers: readonly NamedServer[], among: readonly NamedServer[]): Text {
  const named = servers.slice(0, mostNames).map((server) => text('{0}', nameOf(server, among)));
  return listed(named, servers.length);
}

function nameOf({ name, connection }: NamedServer, among: readonly NamedServer[]): string {
  const isAlone = among.every((other) => other.connection === connection);
  return isAlone ? shortName(name) : `${shortName(name)} · ${shortName(connection)}`;
}

function shortName(name: string): string {
  return oneLine(name, 60);
}

function listed(shown: readonly Text[], all: number): Text {
  const list = shown.reduce((before, next) => text('{0}, {1}', before, next));
  return all > shown.length ? text('{0} and {1} more', list, all - shown.length) : list;
}
