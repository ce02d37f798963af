import { commands, env, l10n, window, workspace, ConfigurationTarget } from 'vscode';
import { findInstance } from '../core/model/fleet.ts';
import { oneLine } from '../core/model/text.ts';
import type { Connection } from '../core/connections/connection.ts';
import { addConnection } from './addConnection.ts';
import { configuration } from './configuration.ts';
import { commandId, prefix, type OwnCommand } from './contributions/commands.ts';
import type { Row } from './instanceItems.ts';
import { showInformation } from './messages.ts';
import type { Runtime } from './runtime.ts';

/** Commands on connections, from the palette (which asks which one) and from the tree. */
export function registerConnectionCommands(runtime: Runtime): void {
  const { scope, connections, channel } = runtime;
  const register = (command: OwnCommand, run: (row: Row | undefined) => unknown): void => {
    scope.add(commands.registerCommand(commandId(command), run));
  };
  register('addConnection', () => addConnection());
  register('editConnections', () =>
    commands.executeCommand('workbench.action.openSettings', `${prefix}.connections`),
  );
  register('showLog', () => {
    channel.show();
  });
  register('connect', async (row) => {
    if (!trusted()) return;
    (await choose(runtime, row, (c) => !c.active))?.start();
  });
  register('disconnect', async (row) => {
    await (await choose(runtime, row, (c) => c.active))?.stop();
  });
  register('reconnect', async (row) => {
    if (!trusted()) return;
    await (await choose(runtime, row, () => true))?.reconnectNow();
  });
  register('refresh', async (row) => {
    (await choose(runtime, row, (c) => c.refreshable))?.refresh();
  });
  register('removeConnection', async (row) => {
    const connection = await choose(runtime, row, () => true);
    if (connection) await remove(connection);
  });
  register('copyName', async (row) => {
    if (!row) return;
    const { pipeline, timelines } = runtime;
    const name =
      row.row === 'connection'
        ? (connections.get(row.id)?.settings.name ?? row.id)
        : (findInstance(pipeline.fleet(timelines.id), row)?.name ?? row.key);
    await env.clipboard.writeText(name);
  });
}

function trusted(): boolean {
  if (workspace.isTrusted) return true;
  showInformation(l10n.t('Connections are opened only in a trusted workspace.'), {
    [l10n.t('Manage Workspace Trust')]: () => commands.executeCommand('workbench.trust.manage'),
  });
  return false;
}

async function choose(
  { connections }: Runtime,
  row: Row | undefined,
  suits: (connection: Connection) => boolean,
): Promise<Connection | undefined> {
  if (row) return connections.get(row.row === 'connection' ? row.id : row.connection);
  const suitable = connections.connections.filter(suits);
  if (suitable.length <= 1) {
    if (suitable.length === 0)
      showInformation(l10n.t('There is no connection that this could be done with.'));
    return suitable[0];
  }
  const items = suitable.map((connection) => ({
    connection,
    label: connection.settings.name,
    description: connection.system.label,
    detail: connection.system.describe(connection.settings),
  }));
  return (await window.showQuickPick(items, { placeHolder: l10n.t('Which connection?') }))?.connection;
}

async function remove(connection: Connection): Promise<void> {
  const { name, id } = connection.settings;
  const action = l10n.t('Remove');
  const answer = await window.showWarningMessage(
    l10n.t('Remove the connection {0}?', oneLine(name, 60)),
    { modal: true, detail: l10n.t('It is taken out of the settings. The game servers are not touched.') },
    action,
  );
  if (answer !== action) return;
  const entries = configuration().connections;
  if (!Array.isArray(entries)) return;
  const { readConnection } = await import('../core/connections/settings.ts');
  const kept = entries.filter((entry) => {
    const read = readConnection(entry);
    return !(read.ok && read.connection.settings.id === id);
  });
  await workspace.getConfiguration(prefix).update('connections', kept, ConfigurationTarget.Global);
}
