import { commands, l10n, window, workspace } from 'vscode';
import { commandId } from './contributions/commandIds.ts';

/** Buttons of a message: what each does. */
export type Actions = Readonly<Record<string, () => unknown>>;

/** One error message with what one can do about it. Show Log is always among it, the extension's log where the actions name no other. */
export function showError(message: string, actions: Actions = {}): void {
  const log = l10n.t('Show Log');
  const all: Actions = {
    ...actions,
    [log]: actions[log] ?? (() => commands.executeCommand(commandId('showLog'))),
  };
  void window
    .showErrorMessage(message, ...Object.keys(all))
    .then((chosen) => (chosen === undefined ? undefined : all[chosen]?.()));
}

export function showInformation(message: string, actions: Actions = {}): void {
  void window
    .showInformationMessage(message, ...Object.keys(actions))
    .then((chosen) => (chosen === undefined ? undefined : actions[chosen]?.()));
}

export function showWarning(message: string, actions: Actions = {}): void {
  void window
    .showWarningMessage(message, ...Object.keys(actions))
    .then((chosen) => (chosen === undefined ? undefined : actions[chosen]?.()));
}

/** Asks in a modal dialog with one button; answers whether it was pressed. */
export async function agreed(message: string, detail: string, action: string): Promise<boolean> {
  return (await window.showWarningMessage(message, { modal: true, detail }, action)) === action;
}

/** Whether the workspace is trusted; shows the refusal where it is not. */
export function isTrusted(refusal: string): boolean {
  if (workspace.isTrusted) return true;
  showInformation(refusal, {
    [l10n.t('Manage Workspace Trust')]: () => commands.executeCommand('workbench.trust.manage'),
  });
  return false;
}
