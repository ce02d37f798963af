import { EventEmitter, l10n, Uri, window, workspace } from 'vscode';
import { stepText, type Task } from '../../core/model/task.ts';
import { oneLine } from '../../core/model/text.ts';
import { TerminalText } from '../../core/systems/terminalText.ts';
import type { Runtime } from '../runtime.ts';
import { Throttle } from '../throttle.ts';
import { translate } from '../translate.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import { connectionName, instanceName, starterName, stateOf, taskTitle } from './taskWords.ts';

const scheme = 'game-server-task';
/** Documents follow a task at most this often. */
const followEveryMs = 500;

/** Runtimes whose task documents are provided already. */
const providing = new WeakSet<Runtime>();

/** Opens what is known of a task; the document follows it. */
export async function showTask(runtime: Runtime, task: Task): Promise<void> {
  if (!providing.has(runtime)) {
    providing.add(runtime);
    provideDocuments(runtime);
  }
  const name = taskTitle(task, 60).replaceAll(/[\\/]/g, ' ');
  const uri = Uri.from({
    scheme,
    path: `/${name}.log`,
    query: encodeURIComponent(task.id),
    fragment: encodeURIComponent(task.connection),
  });
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}

function provideDocuments(runtime: Runtime): void {
  const { scope, pipeline, travel } = runtime;
  const changed = scope.add(new EventEmitter<Uri>());
  scope.add(
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      async provideTextDocumentContent({ query, fragment }) {
        const task = await findTask(runtime, decodeURIComponent(fragment), decodeURIComponent(query));
        return task ? describe(runtime, task) : l10n.t('This task was forgotten.');
      },
    }),
  );
  const pace = scope.add(
    new Throttle(followEveryMs, () => {
      for (const { uri } of workspace.textDocuments) if (uri.scheme === scheme) changed.fire(uri);
    }),
  );
  scope.defer(
    pipeline.subscribe('task documents', ({ before, fleet }) => {
      if (before.tasks !== fleet.tasks) pace.ask();
    }),
  );
  scope.add(travel.onDidChange(() => pace.ask()));
}

/** The task as it is on screen, else as the journal has it. */
export async function findTask(runtime: Runtime, connection: string, id: string): Promise<Task | undefined> {
  const known = fleetOnScreen(runtime).tasks.get(id);
  if (known) return known;
  const { journals, timelines } = runtime;
  const store = await journals.store(timelines.base).catch(() => undefined);
  const state = (await store?.task(connection, id).catch(() => undefined))?.state;
  return typeof state === 'string' ? (JSON.parse(state) as Task) : undefined;
}

function describe(runtime: Runtime, task: Task): string {
  const { message, startedBy, startedAt, finishedAt, steps, log } = task;
  const instance = instanceName(fleetOnScreen(runtime), task);
  const lines = [
    translate(task.title),
    '',
    l10n.t('State: {0}', stateOf(task)),
    l10n.t('Connection: {0}', connectionName(runtime, task)),
    ...(instance === undefined ? [] : [l10n.t('Instance: {0}', instance)]),
    ...(startedBy ? [l10n.t('Started by: {0}', starterName(runtime, startedBy))] : []),
    l10n.t('Begun: {0}', time(startedAt)),
    ...(finishedAt === undefined ? [] : [l10n.t('Ended: {0}', time(finishedAt))]),
    ...(message ? [l10n.t('Message: {0}', translate(message))] : []),
    ...(steps.length === 0 ? [] : ['', l10n.t('Steps:')]),
    ...steps.map((step) => `${time(step.at)}  ${translate(stepText(step))}`),
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
