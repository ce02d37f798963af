import { oneLine, text, type Text } from '../../model/text.ts';
import { isFields, isGiven, named, shown, type Fields } from '../reading.ts';

/** A request to the server as it stands in the journal. Secrets are never in it. */
export interface RestRequest {
  readonly method: string;
  /** Behind the base address. */
  readonly path: string;
  readonly body?: unknown;
}

/** The answer: a status and what was in it, or why there was none. */
export interface RestReply {
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly body?: unknown;
  readonly error?: string;
}

/** Topic of the message that tells of a crash in place of the server. */
export const crashTopic = 'server_crashed';

export function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Topics of an acknowledgement. It holds nothing else by which it finds its request. */
export function ackOf(action: string, topic: string): string {
  return action === 'unsubscribe' ? `Unsubscribed from topic '${topic}'` : `Subscribed to topic '${topic}'`;
}

/** `task:<id>` and the like: the text behind the first colon. */
export function behindColon(topic: string): string {
  return topic.slice(topic.indexOf(':') + 1);
}

/**
 * Why something was not done, in the words of the server. A handled failure and work that was skipped come as a success of
 * their transport: of the statuses of a result, "success" alone means that it was done.
 */
export function failureIn(result: unknown): string | undefined {
  if (!isFields(result)) return undefined;
  const { status, message } = result;
  if (status === undefined || status === null || status === 'success') return undefined;
  return named(message) ?? (isGiven(status) ? shown(status) : '');
}

/** Whether the server did not even try: something else of the kind was going on. */
export function isSkipped(result: unknown): boolean {
  return isFields(result) && result['status'] === 'skipped';
}

/** The newest of each kind is restored "successfully" also where there is no backup at all. */
const nothingDone = /\bNothing restored\b/i;

/** How a task ended, in the server's words. */
export interface TaskOutcome {
  readonly outcome: 'succeeded' | 'failed';
  readonly message: Text;
}

/** Reads a task; nothing while it goes on. Without a status in its result nobody says that it was done. */
export function taskEndIn({ status, message, result }: Fields): TaskOutcome | undefined {
  const said = named(message) ?? '–';
  if (status === 'error') return { outcome: 'failed', message: text('{0}', oneLine(said, 300)) };
  if (status !== 'success') return undefined;
  const words = isFields(result) ? (named(result['message']) ?? said) : said;
  if (isSkipped(result) || nothingDone.test(words)) return { outcome: 'failed', message: notDone(words) };
  const done = isFields(result) ? result['status'] : undefined;
  if (done === undefined || done === null) return { outcome: 'failed', message: unconfirmed(words) };
  return { outcome: done === 'success' ? 'succeeded' : 'failed', message: text('{0}', oneLine(words, 300)) };
}

/** Words for something that the server did not do. */
export function notDone(words: string): Text {
  return text('Not done: {0}', oneLine(words, 300));
}

/** Words for something of which the server says neither that it was done nor that it was not. */
export function unconfirmed(words: string): Text {
  return text('The server does not say that it was done: {0}', oneLine(words, 300));
}

/** Reason in a refusal: a text, or a list of problems by field. */
export function detailOf(body: unknown): string | undefined {
  if (!isFields(body)) return undefined;
  const { detail, message } = body;
  if (Array.isArray(detail)) {
    const said = detail.map((each: unknown) => {
      if (!isFields(each)) return shown(each);
      const { loc, msg } = each;
      const place = Array.isArray(loc) ? loc.map((part) => String(part)).join('.') : '';
      return place === '' ? shown(msg) : `${place}: ${shown(msg)}`;
    });
    return oneLine(said.join('; '), 300);
  }
  const said = named(detail) ?? named(message);
  return said === undefined ? undefined : oneLine(said, 300);
}

/** The path without the names in it, so that all calls of one kind have one type. */
export function callType({ method, path }: RestRequest): string {
  const plain = path.split('?')[0] ?? '';
  const general = plain
    .replace(/^(\/api\/server\/)(?!install$)[^/]+/, '$1{server}')
    .replace(/^(\/api\/tasks\/status\/).+/, '$1{task}');
  return oneLine(`${method} ${general}`, 120);
}

/** The server that a call is about. */
export function serverOf(path: string): string | undefined {
  const found = /^\/api\/server\/([^/?]+)\//.exec(path)?.[1];
  if (found === undefined) return undefined;
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}

interface Known {
  readonly operation: string;
  readonly title: (server: string) => Text;
}

const calls: readonly (readonly [RegExp, Known])[] = [
  [/\/start$/, { operation: 'start', title: (s) => text('Start {0}', s) }],
  [/\/stop$/, { operation: 'stop', title: (s) => text('Stop {0}', s) }],
  [/\/restart$/, { operation: 'restart', title: (s) => text('Restart {0}', s) }],
  [/\/update$/, { operation: 'update', title: (s) => text('Update {0}', s) }],
  [/\/delete$/, { operation: 'remove', title: (s) => text('Delete {0}', s) }],
  [/\/backup\/action$/, { operation: 'backup', title: (s) => text('Back up {0}', s) }],
  [/\/restore\/action$/, { operation: 'restore', title: (s) => text('Restore {0}', s) }],
  [/\/backups\/prune$/, { operation: 'pruneBackups', title: (s) => text('Delete old backups of {0}', s) }],
  [/\/world\/export$/, { operation: 'worldExport', title: (s) => text('Export the world of {0}', s) }],
  [/\/world\/reset$/, { operation: 'worldReset', title: (s) => text('Reset the world of {0}', s) }],
  [/\/world\/install$/, { operation: 'worldImport', title: (s) => text('Import a world into {0}', s) }],
  [/^\/api\/server\/install$/, { operation: 'install', title: (s) => text('Install {0}', s) }],
];

/** Title of the task of an operation on a server. */
export function titleOf(operation: string, server: string): Text | undefined {
  return calls.find(([, known]) => known.operation === operation)?.[1].title(oneLine(server, 60));
}

/** Operation and title of a call that may begin a task. */
export function taskOfCall(request: RestRequest): {
  readonly title: Text;
  readonly operation?: string;
  readonly server?: string;
} {
  const body = isFields(request.body) ? request.body : {};
  const server = serverOf(request.path) ?? named(body['server_name']);
  const about = server === undefined ? {} : { server };
  const path = request.path.split('?')[0] ?? '';
  const found = calls.find(([pattern]) => pattern.test(path))?.[1];
  if (!found || server === undefined) return { title: text('{0}', callType(request)), ...about };
  return { title: found.title(oneLine(server, 60)), operation: found.operation, ...about };
}
