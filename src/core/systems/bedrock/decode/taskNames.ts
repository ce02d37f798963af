import type { TaskPatch } from '../../../model/task.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import { titleOf } from '../messages.ts';
import type { RetiredStem, Stem } from '../stems.ts';
import type { BedrockContext, BegunWork, OpenTask } from './decoderState.ts';
import { instanceKind } from './lifecycle.ts';

/** Operations whose tasks begin with the event of this stem. */
const operationsOf: Partial<Readonly<Record<Stem | RetiredStem, readonly string[]>>> = {
  server_start: ['start', 'restart'],
  server_stop: ['stop', 'restart'],
  server_install: ['install'],
  server_update: ['update'],
  delete_server_data: ['remove', 'install'],
  backup: ['backup'],
  restore: ['restore'],
  prune_backups: ['pruneBackups'],
  world_export: ['worldExport'],
  world_import: ['worldImport'],
  world_reset: ['worldReset'],
};

/** Words of results of 3.7 to 3.10 that name the operation and its server. */
const results: readonly (readonly [RegExp, string])[] = [
  [/^Server '([^']+)' process started\.$/, 'start'],
  [/^Server '([^']+)' is already running\.$/, 'start'],
  [/^Server '([^']+)' (?:stopped successfully|was already stopped)\.$/, 'stop'],
  [/^Server '([^']+)' (?:restarted successfully|was not running and has been started)\.$/, 'restart'],
  [/^Server '([^']+)' update process completed\./, 'update'],
  [/^Server '([^']+)' installed successfully/, 'install'],
  [/^All data for server '([^']+)' deleted successfully\.$/, 'remove'],
  [/^World backup '.*' created successfully for server '([^']+)'\.$/, 'backup'],
  [/^Full backup completed successfully for server '([^']+)'\.$/, 'backup'],
  [/^World restore from '.*' completed successfully for server '([^']+)'\.$/, 'restore'],
  [/^Restore_all completed successfully for server '([^']+)'\.$/, 'restore'],
  [/^Backup pruning completed for server '([^']+)'\.$/, 'pruneBackups'],
  [/^World for server '([^']+)' exported successfully/, 'worldExport'],
  [/^World '.*' imported successfully for server '([^']+)'\.$/, 'worldImport'],
];

interface TaskName {
  readonly title: Text;
  readonly server?: string;
  readonly operation?: string;
}

/** Name of a task: by the call that began it, by its own result, by the events around it, else by its id and user. */
export function nameOfTask(
  context: BedrockContext,
  id: string,
  data: Fields,
  otherwise?: TaskName,
): TaskName {
  const task = context.tasks.get(id);
  const known = task?.title ? nameFrom(task.title, task) : undefined;
  if (known && !task?.guessed) return known;
  const { result } = data;
  const words = isFields(result) ? named(result['message']) : undefined;
  return (
    (words === undefined ? undefined : nameIn(words)) ?? known ?? otherwise ?? { title: unnamed(id, data) }
  );
}

function nameFrom(title: Text, { server, operation }: OpenTask): TaskName {
  return {
    title,
    ...(server === undefined ? {} : { server }),
    ...(operation === undefined ? {} : { operation }),
  };
}

/** The call on its way, if there is one: its answer is about to name its task. */
export function onlyCall({ calls }: BedrockContext): TaskName | undefined {
  if (calls.size !== 1) return undefined;
  const [call] = calls.values();
  return call;
}

/** The patch that names a task. */
export function namePatch({ title, server, operation }: TaskName): TaskPatch {
  return {
    title,
    ...(server === undefined ? {} : { subject: { kind: instanceKind, key: server } }),
    ...(operation === undefined ? {} : { operation }),
  };
}

function nameIn(words: string): TaskName | undefined {
  for (const [pattern, operation] of results) {
    const server = pattern.exec(words)?.[1];
    const title = server === undefined ? undefined : titleOf(operation, server);
    if (server !== undefined && title) return { title, server, operation };
  }
  return undefined;
}

function unnamed(id: string, { username }: Fields): Text {
  const short = `${oneLine(id, 40).slice(0, 4)}…`;
  const who = named(username);
  return who === undefined ? text('Task {0}', short) : text('Task {0} (by {1})', short, oneLine(who, 60));
}

/** So many works at a time are remembered; one whose end is never told gives way to a new one. */
const maxBegun = 50;

export interface Named {
  readonly context: BedrockContext;
  /** A task that was recognised. */
  readonly task?: { readonly id: string; readonly name: TaskName };
}

/** An event tells of work: it belongs to the task that began before it, if one has no name yet. */
export function workTold(
  context: BedrockContext,
  stem: Stem | RetiredStem,
  phase: 'before' | 'after',
  server: string,
): Named {
  const operations = operationsOf[stem];
  if (!operations) return { context };
  const { begun } = context;
  if (phase === 'after') {
    const at = begun.findIndex((work) => work.stem === stem && work.server === server);
    return at < 0 ? { context } : { context: { ...context, begun: begun.filter((_, i) => i !== at) } };
  }
  // Other work on the server stops and starts it meanwhile.
  if (begun.some((work) => work.server === server)) return { context };
  const found = taskOf(context, operations, server);
  const work: BegunWork = { stem, server, ...(found ? { task: found.id } : {}) };
  const told = { ...context, begun: [...begun, work].slice(-maxBegun) };
  return found?.name ? recognised(told, found.id, found.name) : { context: told };
}

/** A task that is first heard of in the list of all belongs to work that was told of before. */
export function taskListed(context: BedrockContext, id: string): Named {
  const task = context.tasks.get(id);
  const work = context.begun.find((each) => each.task === undefined);
  const [operation] = (work && operationsOf[work.stem]) ?? [];
  if (!task || task.title || !work || operation === undefined) return { context };
  const begun = context.begun.map((each) => (each === work ? { ...each, task: id } : each));
  return recognised({ ...context, begun }, id, guessOf(operation, work.server));
}

/** Work that a call of ours began is nobody else's. */
export function workNamed(
  context: BedrockContext,
  id: string,
  { server, operation = '' }: OpenTask,
): BedrockContext {
  const begun = context.begun.map((work) => {
    const fits =
      work.task === undefined &&
      work.server === server &&
      operationsOf[work.stem]?.includes(operation) === true;
    return fits ? { ...work, task: id } : work;
  });
  return { ...context, begun };
}

interface Found {
  readonly id: string;
  readonly name?: TaskName;
}

function taskOf(context: BedrockContext, operations: readonly string[], server: string): Found | undefined {
  let oldest: Found | undefined;
  for (const [id, task] of context.tasks) {
    if (task.held) continue;
    if (task.server === server && task.operation !== undefined) {
      if (operations.includes(task.operation)) return { id };
      // A restart is told of as a stop and a start.
      if (task.guessed && task.operation === 'stop' && operations[0] === 'start')
        return { id, name: guessOf('restart', server) };
    }
    // Which of them is ours is known when the call on its way is answered.
    if (!task.title && context.calls.size === 0)
      oldest ??= { id, name: guessOf(operations[0] ?? '', server) };
  }
  return oldest;
}

function guessOf(operation: string, server: string): TaskName {
  return { title: titleOf(operation, server) ?? text('{0}', oneLine(operation, 60)), server, operation };
}

function recognised(context: BedrockContext, id: string, name: TaskName): Named {
  const task = context.tasks.get(id);
  if (!task) return { context };
  const tasks = context.tasks.set(id, { ...task, ...name, guessed: true });
  return { context: { ...context, tasks }, task: { id, name } };
}
