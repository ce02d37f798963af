import { commands, env, l10n, type Disposable } from 'vscode';
import { findInstance } from '../../core/model/fleet.ts';
import type { Connection } from '../../core/connections/connection.ts';
import { commandId, prefix } from '../contributions/commandIds.ts';
import type { OwnCommand } from '../contributions/commands.ts';
import type * as Actions from './connectionActions.ts';
import type { ConnectionCommand } from './connectionCommandTable.ts';
import type { Terminals } from '../terminal/terminals.ts';
import type { Row } from '../tree/treeItems.ts';
import { isTrusted } from '../showMessage.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import type { Runtime } from '../runtime.ts';

/** Commands on connections, from the palette (which asks which one) and from the tree. */
export function registerConnectionCommands(runtime: Runtime): void {
  const { scope, connections, channel } = runtime;
  const register = (command: OwnCommand, run: (row: Row | undefined) => unknown): Disposable =>
    scope.add(commands.registerCommand(commandId(command), run));
  /** Registers a command on one connection: that of the row, or one that the user chooses among those that suit. */
  const registerFor = (
    command: ConnectionCommand,
    run: (connection: Connection, actions: typeof Actions) => unknown,
  ): void => {
    register(command, async (row) => {
      if (needTrust.has(command) && !trusted()) return;
      const actions = await import('./connectionActions.ts');
      const connection = await actions.chooseConnection(runtime, row, command);
      if (connection) await run(connection, actions);
    });
  };
  // Forms are loaded when they are asked for: most starts of VS Code add no connection.
  register('addConnection', async () => {
    if (!trusted()) return;
    const { addConnection } = await import('./connectionForm.ts');
    await addConnection(runtime);
  });
  registerFor('editConnection', async ({ id }) => {
    const { editConnection } = await import('./connectionForm.ts');
    await editConnection(runtime, id);
  });
  registerFor('duplicateConnection', async ({ id }) => {
    const { duplicateConnection } = await import('./connectionForm.ts');
    await duplicateConnection(runtime, id);
  });
  registerFor('signOut', (connection, { signOut }) => signOut(runtime, connection));
  register('editConnections', () =>
    commands.executeCommand('workbench.action.openSettings', `${prefix}.connections`),
  );
  register('showLog', () => channel.show());
  register('collectSupport', async () => {
    const { collectSupport } = await import('./support.ts');
    await collectSupport(runtime);
  });
  registerFor('connect', (connection) => connection.start());
  registerFor('disconnect', (connection) => connection.stop());
  registerFor('reconnect', (connection) => connection.reconnectNow());
  registerFor('refresh', (connection) => connection.refresh());
  registerFor('removeConnection', (connection, { removeConnection }) =>
    removeConnection(runtime, connection),
  );
  registerFor('diagnose', async (connection) => {
    const { diagnose } = await import('./diagnosis.ts');
    await diagnose(runtime, connection);
  });
  let terminals: Promise<Terminals> | undefined;
  register('logs', async (row) => {
    if (!trusted()) return;
    const { chooseInstance } = await import('./connectionActions.ts');
    const chosen = await chooseInstance(runtime, row);
    if (!chosen) return;
    terminals ??= import('../terminal/terminals.ts').then((loaded) => new loaded.Terminals(runtime));
    (await terminals).show(chosen.connection, chosen.instance, chosen.console);
  });
  register('copyName', async (row) => {
    if (row?.row !== 'connection' && row?.row !== 'instance') return;
    const name =
      row.row === 'connection'
        ? (connections.get(row.id)?.settings.name ?? row.id)
        : (findInstance(fleetOnScreen(runtime), row)?.name ?? row.key);
    await env.clipboard.writeText(name);
  });
}

const needTrust: ReadonlySet<OwnCommand> = new Set([
  'editConnection',
  'duplicateConnection',
  'connect',
  'reconnect',
  'diagnose',
] as const);

function trusted(): boolean {
  return isTrusted(l10n.t('Connections are opened only in a trusted workspace.'));
}
