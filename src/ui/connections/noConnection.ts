import { commands, l10n } from 'vscode';
import { commandId } from '../contributions/commandIds.ts';
import { showInformation, type Actions } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';

/** The button that leads to a connection. */
export function addConnectionAction(): Actions {
  return { [l10n.t('Add Connection…')]: () => commands.executeCommand(commandId('addConnection')) };
}

/** Says that there is no connection, with a way to one; false where there is one. */
export function tellNoConnection({ connections, timelines }: Runtime): boolean {
  if (connections.on(timelines.base).length > 0) return false;
  showInformation(l10n.t('There is no connection yet.'), addConnectionAction());
  return true;
}
