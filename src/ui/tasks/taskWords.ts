import { l10n } from 'vscode';
import { findInstance, type Fleet } from '../../core/model/fleet.ts';
import { isFinished, type Task, type TaskStarter } from '../../core/model/task.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import { taskStateNames } from './taskStates.ts';

export function taskTitle(task: Task, length = 100): string {
  return oneLine(translate(task.title), length);
}

export function starterName({ window: here }: Runtime, starter: TaskStarter): string {
  if ('actor' in starter) return oneLine(starter.actor, 60);
  return starter.window === here ? l10n.t('this window') : l10n.t('another window');
}

/** State and percent. */
export function stateOf({ state, percent }: Task): string {
  const name = taskStateNames()[state];
  return percent === null || isFinished(state) ? name : `${name}, ${percentOf(percent)}`;
}

export function percentOf(percent: number): string {
  return `${String(Math.round(percent))} %`;
}

export function connectionName({ connections }: Runtime, task: Task): string {
  return oneLine(connections.get(task.connection)?.settings.name ?? task.connection, 100);
}

/** The instance of a task, if the fleet has it. */
export function instanceOf(fleet: Fleet, { connection, subject }: Task): Instance | undefined {
  return subject && findInstance(fleet, { connection, ...subject });
}

export function instanceName(fleet: Fleet, task: Task): string | undefined {
  const name = instanceOf(fleet, task)?.name ?? task.subject?.key;
  return name === undefined ? undefined : oneLine(name, 100);
}
