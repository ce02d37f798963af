import { l10n, window } from 'vscode';
import { findInstance, instancesOf } from '../../core/model/fleet.ts';
import { instanceId, type Instance } from '../../core/model/instance.ts';
import type { AnyConsole } from '../../core/systems/console.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Connection } from '../../core/connections/connection.ts';
import type { ConfiguredConnection } from '../../core/connections/settings.ts';
import { connectionCommandsFor, type ConnectionCommand } from './connectionCommandTable.ts';
import { connectionRefusals } from './connectionRefusals.ts';
import { configuredConnections, removeEntry } from './entries.ts';
import { tellNoConnection } from './noConnection.ts';
import type { Row } from '../tree/treeItems.ts';
import { agreed, showInformation } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';

/** The connection of a row; without one, that which the user chooses among those that suit. Says why where none does. */
export async function chooseConnection(
  runtime: Runtime,
  row: Row | undefined,
  command: ConnectionCommand,
): Promise<Connection | undefined> {
  const { connections, timelines } = runtime;
  const refusal = connectionRefusals[command];
  const suits = (connection: Connection): boolean =>
    connectionCommandsFor(connection, runtime).includes(command);
  if (row) {
    const id = row.row === 'connection' ? row.id : row.connection;
    const connection = connections.get(id);
    if (connection && suits(connection)) return connection;
    const name = oneLine(connection?.settings.name ?? id, 60);
    const gone = l10n.t('The connection {0} is not there any more.', name);
    showInformation(connection ? (refusal?.chosen(name) ?? '') : gone);
    return undefined;
  }
  if (tellNoConnection(runtime)) return undefined;
  const suitable = connections.on(timelines.base).filter(suits);
  if (suitable.length === 0 && refusal) showInformation(refusal.none());
  if (suitable.length <= 1) return suitable[0];
  const items = suitable.map((connection) => ({
    connection,
    label: connection.settings.name,
    description: connection.system.label,
    detail: connection.system.describe(connection.settings),
  }));
  return (await window.showQuickPick(items, { placeHolder: l10n.t('Which connection?') }))?.connection;
}

interface WithConsole {
  readonly connection: Connection;
  readonly instance: Instance;
  readonly console: AnyConsole;
}

/** The instance of the row, else one of those that have a log. */
export async function chooseInstance(
  runtime: Runtime,
  row: Row | undefined,
): Promise<WithConsole | undefined> {
  const { pipeline, connections, timelines } = runtime;
  const fleet = pipeline.fleet(timelines.base);
  const all = connections.on(timelines.base).flatMap((connection): WithConsole[] => {
    const { system, settings } = connection;
    const { console } = system;
    if (!console) return [];
    return instancesOf(fleet, connection.id)
      .filter((instance) => console.when(instance, settings))
      .map((instance) => ({ connection, instance, console }));
  });
  if (row?.row === 'instance') {
    const id = instanceId(row);
    const found = all.find(({ instance }) => instanceId(instance) === id);
    if (!found) {
      const name = findInstance(fleet, row)?.name ?? row.key;
      showInformation(l10n.t('There is no log of {0} to look into.', oneLine(name, 60)));
    }
    return found;
  }
  const items = all.map((candidate) => ({
    candidate,
    label: oneLine(candidate.instance.name, 100),
    description: candidate.connection.settings.name,
  }));
  if (items.length === 0) {
    if (!tellNoConnection(runtime)) showInformation(l10n.t('There is no instance with a log.'));
    return undefined;
  }
  return (await window.showQuickPick(items, { placeHolder: l10n.t('The log of which instance?') }))
    ?.candidate;
}

export async function removeConnection(runtime: Runtime, { system, settings }: Connection): Promise<void> {
  const { name, id } = settings;
  const question = l10n.t('Remove the connection {0}?', oneLine(name, 60));
  const detail = l10n.t(
    'It is taken out of the settings, and its stored secrets are forgotten. The game servers are not touched.',
  );
  if (!(await agreed(question, detail, l10n.t('Remove')))) return;
  await removeEntry(runtime.systems, id);
  await runtime.secrets.forget({ system, settings }, await others(runtime, id));
}

/** Forgets the stored secrets of a connection and ends the session that was opened with them. */
export async function signOut(runtime: Runtime, connection: Connection): Promise<void> {
  const { name, id } = connection.settings;
  const question = l10n.t('Sign out of {0}?', oneLine(name, 60));
  const detail = l10n.t('Its stored secrets are forgotten. The connection stays in the settings.');
  if (!(await agreed(question, detail, l10n.t('Sign Out')))) return;
  await connection.stop();
  await runtime.secrets.forget(connection, await others(runtime, id));
}

async function others({ systems }: Runtime, id: string): Promise<readonly ConfiguredConnection[]> {
  return (await configuredConnections(systems)).filter(({ settings }) => settings.id !== id);
}
