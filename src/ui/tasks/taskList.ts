import {
  EventEmitter,
  l10n,
  QuickPickItemKind,
  ThemeIcon,
  Uri,
  window,
  workspace,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import { findInstance } from '../../core/model/fleet.ts';
import { isFinished, type Task, type TaskStarter } from '../../core/model/task.ts';
import { oneLine } from '../../core/model/text.ts';
import { TerminalText } from '../../core/systems/terminalText.ts';
import { showInformation } from '../showMessage.ts';
import { fleetOnScreen, momentWords, tasksOnScreen } from '../travel/moment.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import { taskIcons, taskStateNames } from './taskStates.ts';

const scheme = 'game-server-task';
/** Lists and documents follow a task at most this often. */
const followEveryMs = 500;

interface TaskItem extends QuickPickItem {
  readonly task?: Task;
}

/** The tasks that run and those that ended lately; one opens as a document, or is cancelled. */
export function showTasks(runtime: Runtime, cancel: (task: Task) => void): void {
  const stop: QuickInputButton = { iconPath: new ThemeIcon('stop-circle'), tooltip: l10n.t('Cancel') };
  const { travel } = runtime;
  if (tasksOnScreen(runtime).size === 0) {
    showInformation(
      travel.moment ? l10n.t('There were no tasks at that time.') : l10n.t('There were no tasks yet.'),
    );
    return;
  }
  const pick = window.createQuickPick<TaskItem>();
  pick.placeholder = l10n.t('Which task? Its steps and its log open as a document.');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  const fill = (): void => {
    const active = pick.activeItems[0]?.task?.id;
    const { moment } = travel;
    pick.title = moment ? l10n.t('Tasks as of {0}', momentWords(moment.place.at)) : l10n.t('Tasks');
    const all = [...tasksOnScreen(runtime).values()];
    const ended = all.filter(({ state }) => isFinished(state));
    const running = all.filter(({ state }) => !isFinished(state));
    const items = [
      ...section(runtime, l10n.t('Running'), running, stop),
      ...section(runtime, l10n.t('Ended'), ended, stop),
    ];
    pick.items = items;
    const again = items.find(({ task }) => task !== undefined && task.id === active);
    if (again) pick.activeItems = [again];
  };
  fill();
  const unfollow = follow(runtime, fill);
  pick.onDidTriggerItemButton(({ item }) => {
    if (item.task) cancel(item.task);
  });
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    pick.hide();
    if (item?.task) void showTask(runtime, item.task);
  });
  pick.onDidHide(() => {
    unfollow();
    pick.dispose();
  });
  pick.show();
}

function section(
  runtime: Runtime,
  label: string,
  tasks: readonly Task[],
  stop: QuickInputButton,
): readonly TaskItem[] {
  if (tasks.length === 0) return [];
  const items = [...tasks]
    .sort((a, b) => b.startedAt - a.startedAt)
    .map((task): TaskItem => {
      const words = task.message ? translate(task.message) : '';
      return {
        task,
        label: `$(${taskIcons[task.state]}) ${oneLine(translate(task.title), 100)}`,
        description: [stateOf(task), connectionName(runtime, task)].join(' · '),
        ...(words === '' ? {} : { detail: oneLine(words, 200) }),
        ...(task.cancellable && !runtime.travel.moment ? { buttons: [stop] } : {}),
      };
    });
  return [{ label, kind: QuickPickItemKind.Separator }, ...items];
}

function starterName({ window: here }: Runtime, starter: TaskStarter): string {
  if ('actor' in starter) return starter.actor;
  return starter.window === here ? l10n.t('this window') : l10n.t('another window');
}

function stateOf({ state, percent }: Task): string {
  const name = taskStateNames()[state];
  return percent === null || isFinished(state) ? name : `${name}, ${String(Math.round(percent))} %`;
}

function connectionName({ connections }: Runtime, task: Task): string {
  return oneLine(connections.get(task.connection)?.settings.name ?? task.connection, 100);
}

/** Runtimes whose task documents are provided already. */
const providing = new WeakSet<Runtime>();

/** Opens what is known of a task; the document follows it. */
export async function showTask(runtime: Runtime, task: Task): Promise<void> {
  if (!providing.has(runtime)) {
    providing.add(runtime);
    provideDocuments(runtime);
  }
  const name = oneLine(translate(task.title), 60).replaceAll(/[\\/]/g, ' ');
  const uri = Uri.from({ scheme, path: `/${name}.log`, query: encodeURIComponent(task.id) });
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}

function provideDocuments(runtime: Runtime): void {
  const { scope } = runtime;
  const changed = scope.add(new EventEmitter<Uri>());
  scope.add(
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent({ query }) {
        const task = tasksOnScreen(runtime).get(decodeURIComponent(query));
        return task ? describe(runtime, task) : l10n.t('This task was forgotten.');
      },
    }),
  );
  scope.defer(
    follow(runtime, () => {
      for (const { uri } of workspace.textDocuments) if (uri.scheme === scheme) changed.fire(uri);
    }),
  );
}

/** Calls back when tasks changed, not too often; answers how to end it. */
function follow({ pipeline, travel }: Runtime, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed();
    }, followEveryMs);
  };
  const unsubscribe = pipeline.subscribe('task list', ({ before, fleet }) => {
    if (before.tasks !== fleet.tasks) soon();
  });
  const travelled = travel.onDidChange(soon);
  return () => {
    unsubscribe();
    travelled.dispose();
    clearTimeout(timer);
  };
}

function describe(runtime: Runtime, task: Task): string {
  const { subject, message, startedBy, startedAt, finishedAt, steps, log } = task;
  const instance =
    subject && findInstance(fleetOnScreen(runtime), { connection: task.connection, ...subject });
  const who = startedBy && starterName(runtime, startedBy);
  const lines = [
    translate(task.title),
    '',
    l10n.t('State: {0}', stateOf(task)),
    l10n.t('Connection: {0}', connectionName(runtime, task)),
    ...(subject ? [l10n.t('Instance: {0}', instance?.name ?? subject.key)] : []),
    ...(who === undefined ? [] : [l10n.t('Started by: {0}', who)]),
    l10n.t('Begun: {0}', time(startedAt)),
    ...(finishedAt === undefined ? [] : [l10n.t('Ended: {0}', time(finishedAt))]),
    ...(message ? [l10n.t('Message: {0}', translate(message))] : []),
    ...(steps.length === 0 ? [] : ['', l10n.t('Steps:')]),
    ...steps.map(({ at, label }) => `${time(at)}  ${label}`),
  ].map((line) => oneLine(line, 1000));
  const said = log === undefined ? [] : ['', l10n.t('Log:'), plain(log)];
  return `${[...lines, ...said].join('\n')}\n`;
}

function time(at: number): string {
  return new Date(at).toLocaleString();
}

/** Text of a program as a document: what is meant for terminals says nothing here. */
function plain(log: string): string {
  return new TerminalText()
    .push(log)
    .replaceAll(colours, '')
    .split('\r\n')
    .map((line) => oneLine(line.replaceAll('\t', '  '), 10_000))
    .join('\n');
}

// eslint-disable-next-line no-control-regex -- control sequences are the very thing that is looked for
const colours = /\u001b\[[0-9;:]*m/g;
