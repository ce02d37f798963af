import type { DecodeStep, Signal } from '../../../model/signal.ts';
import type { TaskPatch } from '../../../model/task.ts';
import { oneLine, text } from '../../../model/text.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import { nameOfTask, namePatch, taskListed, workNamed, type Named } from './taskNames.ts';
import { endWork, instanceKind } from './lifecycle.ts';
import type { BedrockContext, OpenTask, PendingCall } from './decoderState.ts';
import { isSkipped, taskEndIn } from '../messages.ts';

/** A task in the pushes and lists of the server. */
export function applyTask(context: BedrockContext, id: string, data: Fields): DecodeStep<BedrockContext> {
  const known = context.tasks.get(id);
  const found: OpenTask = known ?? { since: context.tick };
  const task = isSkipped(data['result']) ? { ...found, skipped: true as const } : found;
  const patch = patchOf(data);
  const finished = patch.state !== 'running';
  const username = named(data['username']);
  const told: TaskPatch = {
    ...(known?.title && !known.guessed ? {} : namePatch(nameOfTask(context, id, data))),
    ...(username === undefined ? {} : { startedBy: { actor: oneLine(username, 60) } }),
    ...patch,
  };
  if (!finished) {
    return {
      context: { ...context, tasks: context.tasks.set(id, task) },
      signals: [{ signal: 'task', id, patch: told }],
    };
  }
  // The answer that says what it is may come later than its end, and what is finished takes no title any more.
  if ((!task.title || task.guessed) && context.calls.size > 0) {
    const { title, subject, operation, ...held } = told;
    return {
      context: { ...context, tasks: context.tasks.set(id, { ...task, held }) },
      signals: [
        {
          signal: 'task',
          id,
          patch: {
            ...(title ? { title } : {}),
            ...(subject ? { subject } : {}),
            ...(operation ? { operation } : {}),
            state: 'running',
            ...(patch.message ? { message: patch.message } : {}),
          },
        },
      ],
    };
  }
  return finish(context, id, task, told);
}

/** A call was answered with the id of the task that it began. */
export function taskNamed(
  context: BedrockContext,
  id: string,
  call: PendingCall,
  correlation?: string,
): DecodeStep<BedrockContext> {
  const { held, guessed: _guessed, ...known }: OpenTask = context.tasks.get(id) ?? { since: context.tick };
  const task: OpenTask = {
    ...known,
    title: call.title,
    ...(call.server === undefined ? {} : { server: call.server }),
    ...(call.operation === undefined ? {} : { operation: call.operation }),
    ...(correlation === undefined ? {} : { correlation }),
  };
  const patch: TaskPatch = {
    title: call.title,
    ...(call.server === undefined ? {} : { subject: { kind: instanceKind, key: call.server } }),
    ...(call.operation === undefined ? {} : { operation: call.operation }),
  };
  if (held) return finish(context, id, task, { ...patch, ...held });
  const began = workNamed({ ...context, tasks: context.tasks.set(id, task) }, id, task);
  return { context: began, signals: [{ signal: 'task', id, patch: { state: 'running', ...patch } }] };
}

/** Ends that were held back for an answer are told when no answer can come any more. */
export function release(context: BedrockContext): DecodeStep<BedrockContext> {
  if (context.calls.size > 0) return { context, signals: [] };
  let result: DecodeStep<BedrockContext> = { context, signals: [] };
  for (const [id, { held, ...task }] of context.tasks) {
    if (!held) continue;
    const { context: next, signals } = finish(result.context, id, task, held);
    result = { context: next, signals: [...result.signals, ...signals] };
  }
  return result;
}

/** The list of all tasks: what is open here and not in it was forgotten by a server that started anew. */
export function tasksListed(context: BedrockContext, list: readonly unknown[]): DecodeStep<BedrockContext> {
  let result: DecodeStep<BedrockContext> = { context, signals: [] };
  const there = new Set<string>();
  for (const data of list) {
    const id = isFields(data) ? named(data['id']) : undefined;
    if (id === undefined || !isFields(data)) continue;
    there.add(id);
    // Tasks that ended before the connection began are left out.
    if (!context.tasks.has(id) && patchOf(data).state !== 'running') continue;
    const told = applyTask(result.context, id, data);
    const found = taskListed(told.context, id);
    result = {
      context: found.context,
      signals: [...result.signals, ...told.signals, ...nameSignals(found)],
    };
  }
  for (const [id, task] of context.tasks) {
    if (there.has(id) || task.since > context.tasksAsked) continue;
    const lost = taskGone(result.context, id);
    result = { context: lost.context, signals: [...result.signals, ...lost.signals] };
  }
  return result;
}

/** The server does not know a task any more, or was silent about it for too long. */
export function taskGone(context: BedrockContext, id: string): DecodeStep<BedrockContext> {
  const task = context.tasks.get(id);
  if (!task) return { context, signals: [] };
  return finish(
    context,
    id,
    task,
    task.held ?? { state: 'lost', message: text('The server does not know it any more') },
  );
}

/** Tells the name of a task that was recognised. */
export function nameSignals({ task }: Named): readonly Signal[] {
  return task ? [{ signal: 'task', id: task.id, patch: { state: 'running', ...namePatch(task.name) } }] : [];
}

function finish(
  context: BedrockContext,
  id: string,
  task: OpenTask,
  patch: TaskPatch,
): DecodeStep<BedrockContext> {
  const rest = { ...context, tasks: context.tasks.delete(id) };
  if (task.skipped) return { context: rest, signals: [{ signal: 'task', id, patch }] };
  const ended = endWork(rest, task);
  return { context: ended.context, signals: [{ signal: 'task', id, patch }, ...ended.signals] };
}

/** "success" of a task means only that no exception was raised; its result may still be a failure. */
function patchOf(data: Fields): TaskPatch & { readonly state: 'running' | 'succeeded' | 'failed' } {
  const end = taskEndIn(data);
  if (end) return { state: end.outcome === 'succeeded' ? 'succeeded' : 'failed', message: end.message };
  const said = named(data['message']);
  return { state: 'running', ...(said === undefined ? {} : { message: text('{0}', oneLine(said, 300)) }) };
}
