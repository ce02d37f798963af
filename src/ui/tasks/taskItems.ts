import { l10n, type MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { isFinished, stepText, type Task } from '../../core/model/task.ts';
import { durationWords, endOf, taskDuration } from '../../core/model/taskList.ts';
import { oneLine } from '../../core/model/text.ts';
import { commandId } from '../contributions/commandIds.ts';
import { escapeMarkdown, markdown, translate } from '../translate.ts';
import { momentWords } from '../travel/moment.ts';
import { taskColors, taskIcons, taskStateNames } from './taskStates.ts';
import { percentOf, stateOf, taskTitle } from './taskWords.ts';

export type TaskRow =
  | { readonly row: 'task'; readonly id: string }
  | { readonly row: 'step'; readonly task: string; readonly place: number }
  | { readonly row: 'earlier' };

/** Facts that a row of a task shows beside the task itself. */
export interface TaskFacts {
  readonly connection: string;
  readonly instance: string | undefined;
  readonly starter: string | undefined;
  /** A moment of the past or a replay is shown: nothing goes on there. */
  readonly isStill: boolean;
  /** Until when a running task has run. */
  readonly now: number;
  /** Actions on the row: `cancel`, `retry`, `reveal`. */
  readonly offers: readonly string[];
}

export function taskItem(task: Task, facts: TaskFacts): TreeItem {
  const { id, state, percent, steps } = task;
  const item = new TreeItem(taskTitle(task), collapsing(task));
  item.id = id;
  const icon = facts.isStill ? taskIcons[state].replace('~spin', '') : taskIcons[state];
  const color = taskColors[state];
  item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  const isOpen = !isFinished(state);
  const took = translate(durationWords(taskDuration(task, facts.now)));
  const place = placeOf(task, facts);
  const at = isOpen ? [] : [minuteWords(endOf(task))];
  const share = isOpen && percent !== null ? [percentOf(percent)] : [];
  item.description = [...share, took, ...at, ...place].join(' · ');
  item.contextValue = ['task', ...facts.offers].join('.');
  const starter = facts.starter === undefined ? [] : [l10n.t('started by {0}', facts.starter)];
  const ended = isOpen ? [] : [l10n.t('ended {0}', momentWords(endOf(task)))];
  const stepCount = steps.length === 0 ? [] : [stepWords(steps.length)];
  const label = [taskTitle(task), stateOf(task), took, ...ended, ...place, ...starter, ...stepCount];
  item.accessibilityInformation = { label: label.join(', ') };
  return item;
}

/** Instance and connection; the instance only where the title does not name it. */
function placeOf(task: Task, { instance, connection }: TaskFacts): readonly string[] {
  const isNamed = instance === undefined || taskTitle(task).includes(instance);
  return isNamed ? [connection] : [instance, connection];
}

/** A time as short as rows have room for; tooltips have all of it. */
function minuteWords(at: number): string {
  const moment = new Date(at);
  const clock = moment.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? '' : `${moment.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })} `;
  return day + clock;
}

function stepWords(count: number): string {
  return count === 1 ? l10n.t('1 step') : l10n.t('{0} steps', count);
}

function collapsing({ state, steps }: Task): TreeItemCollapsibleState {
  if (steps.length === 0) return TreeItemCollapsibleState.None;
  return isFinished(state) ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
}

export function taskTooltip(task: Task, facts: TaskFacts): MarkdownString {
  const { state, message, startedAt } = task;
  const took = translate(durationWords(taskDuration(task, facts.now)));
  const lines = [
    `**${escapeMarkdown(taskTitle(task))}**`,
    escapeMarkdown(stateOf(task)),
    ...(message ? [escapeMarkdown(oneLine(translate(message), 300))] : []),
    escapeMarkdown(l10n.t('Connection: {0}', facts.connection)),
    ...(facts.instance === undefined ? [] : [escapeMarkdown(l10n.t('Instance: {0}', facts.instance))]),
    ...(facts.starter === undefined ? [] : [escapeMarkdown(l10n.t('Started by: {0}', facts.starter))]),
    escapeMarkdown(l10n.t('Begun: {0}', momentWords(startedAt))),
    ...(isFinished(state) ? [escapeMarkdown(l10n.t('Ended: {0}', momentWords(endOf(task))))] : []),
    escapeMarkdown(l10n.t('Duration: {0}', took)),
  ];
  return markdown(lines);
}

export function stepItem(task: Task, place: number): TreeItem {
  const step = task.steps[place];
  const item = new TreeItem(step ? oneLine(translate(stepText(step)), 200) : '');
  item.id = `${task.id}/${String(place)}`;
  const isLast = place === task.steps.length - 1;
  const icon = !isLast || task.state === 'succeeded' ? 'check' : 'circle-small-filled';
  item.iconPath = new ThemeIcon(icon);
  if (step) item.description = minuteWords(step.at);
  item.contextValue = 'step';
  const words = l10n.t('Step {0}: {1}', place + 1, item.label as string);
  item.accessibilityInformation = { label: words };
  return item;
}

export function earlierItem(): TreeItem {
  const item = new TreeItem(l10n.t('Load Earlier…'));
  item.id = 'earlier';
  item.iconPath = new ThemeIcon('history');
  item.command = { command: commandId('loadEarlierTasks'), title: l10n.t('Load Earlier…') };
  return item;
}

/** Words of a row, which is drawn anew when they change. */
export function looksOf(task: Task, facts: TaskFacts): string {
  const { label, description, contextValue } = taskItem(task, facts);
  const last = task.steps.at(-1);
  return JSON.stringify([label, description, contextValue, task.state, task.steps.length, last]);
}

export const filterNames = (): Readonly<Record<'all' | 'running' | 'failed', string>> => ({
  all: l10n.t('All'),
  running: taskStateNames().running,
  failed: taskStateNames().failed,
});
