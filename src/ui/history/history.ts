import { commands, l10n } from 'vscode';
import { JournalNotices, type JournalNotice, type JournalRemedy } from '../../core/journal/journalNotices.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { commandId, prefix } from '../contributions/commandIds.ts';
import { showError, showInformation, showWarning, type Actions } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Remembers that the user knows of the history. */
const toldKey = 'history.told';

/** The history as users meet it: the command, messages about its place and its settings, and that it is there at all. */
export function registerHistory(runtime: Runtime): void {
  runtime.scope.add(
    commands.registerCommand(commandId('history'), async () => {
      const { showHistory } = await import('./historyPage.ts');
      await showHistory(runtime);
    }),
  );
  void tellPlace(runtime);
  tellProblems(runtime);
  tellNewFolder(runtime);
  tellFirstRun(runtime);
}

/** Says where events are kept when that is not the file, once per cause, and when it is the file again. */
async function tellPlace({ journals, scope }: Runtime): Promise<void> {
  const notices = new JournalNotices();
  try {
    const store = await journals.store(liveTimeline);
    const tell = (): void => {
      show(notices.status(store.status));
    };
    scope.defer(store.onStatus(tell));
    tell();
  } catch (error) {
    show(notices.unavailable(error));
  }
}

function show(notice: JournalNotice | undefined): void {
  if (!notice) return;
  const actions: Actions = Object.fromEntries(notice.remedies.map(actionOf));
  const message = translate(notice.message);
  if (notice.severity === 'error') showError(message, actions);
  else if (notice.severity === 'warning') showWarning(message, withLog(actions));
  else showInformation(message, actions);
}

function actionOf(remedy: JournalRemedy): [title: string, run: () => unknown] {
  switch (remedy) {
    case 'settings':
      return [l10n.t('Open Settings'), openSettings];
    case 'reload':
      return [l10n.t('Reload Window'), reload];
    case 'history':
      return historyAction();
  }
}

/** Button that opens the page of the history. */
export function historyAction(): [title: string, run: () => unknown] {
  return [l10n.t('History…'), () => commands.executeCommand(commandId('history'))];
}

export function openSettings(): unknown {
  return commands.executeCommand('workbench.action.openSettings', `${prefix}.history`);
}

function reload(): unknown {
  return commands.executeCommand('workbench.action.reloadWindow');
}

function withLog(actions: Actions): Actions {
  return { ...actions, [l10n.t('Show Log')]: () => commands.executeCommand(commandId('showLog')) };
}

/** Names each value of a setting that means nothing, once as long as it stands there. */
function tellProblems({ history, channel, scope }: Runtime): void {
  let told = new Set<string>();
  const look = (): void => {
    const messages = history.settings.problems.map(({ setting, message }) =>
      l10n.t('The setting {0} is wrong: {1}', `${prefix}.${setting}`, translate(message)),
    );
    for (const message of messages) {
      if (told.has(message)) continue;
      channel.error(message);
      showError(message, { [l10n.t('Open Settings')]: openSettings });
    }
    told = new Set(messages);
  };
  look();
  scope.add(history.onDidChange(look));
}

/** Asks for a reload when the history is to be kept elsewhere. */
function tellNewFolder({ history, scope }: Runtime): void {
  let wanted = history.folder;
  scope.add(
    history.onDidChange(() => {
      if (history.wantedFolder === wanted) return;
      wanted = history.wantedFolder;
      if (wanted === history.folder) return;
      showInformation(
        l10n.t(
          'The history will be kept in {0} after this window is reloaded. What was kept so far stays in {1}.',
          wanted,
          history.folder,
        ),
        { [l10n.t('Reload Window')]: reload },
      );
    }),
  );
}

/** Says once and for all, with the first connection, that events are kept on this machine. */
function tellFirstRun({ context, pipeline, journals, history, scope }: Runtime): void {
  if (context.globalState.get(toldKey) === true) return;
  const unsubscribe = pipeline.subscribe('first run', ({ timeline, fleet }) => {
    if (timeline !== liveTimeline || ![...fleet.connections.values()].some(({ state }) => state === 'ready'))
      return;
    unsubscribe();
    void tell();
  });
  const tell = async (): Promise<void> => {
    const store = await journals.store(liveTimeline).catch(() => undefined);
    if (!store?.status.durable || context.globalState.get(toldKey) === true) return;
    await context.globalState.update(toldKey, true);
    const { lifecycle, log, metric } = history.settings.days;
    showInformation(
      l10n.t(
        'Game Server Ops keeps the events that it receives in a file on this machine, which only you can read: those about servers for {0} days, logs for {1}, measurements for {2}.',
        lifecycle,
        log,
        metric,
      ),
      Object.fromEntries([historyAction()]),
    );
  };
  scope.defer(unsubscribe);
}
