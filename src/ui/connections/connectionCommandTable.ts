import { l10n } from 'vscode';
import type { Connection } from '../../core/connections/connection.ts';
import { liveTimeline } from '../../core/model/event.ts';
import type { Runtime } from '../runtime.ts';

/** A command on one connection: which it suits, and what is said where it suits none of those that there are. */
interface ConnectionCommandSpec {
  readonly suits: (connection: Connection, runtime: Runtime) => boolean;
  readonly none: () => string;
}

const everyConnection: ConnectionCommandSpec = {
  suits: () => true,
  none: () => '',
};

const ofTheSettings: ConnectionCommandSpec = {
  suits: ({ timeline }) => timeline === liveTimeline,
  none: () => l10n.t('Simulated servers do not stand in the settings. Stop them first.'),
};

export const connectionCommandTable = {
  editConnection: ofTheSettings,
  duplicateConnection: ofTheSettings,
  removeConnection: ofTheSettings,
  reconnect: everyConnection,
  signOut: {
    suits: ({ system, settings, timeline }, { secrets }) =>
      timeline === liveTimeline && secrets.has(system, settings),
    none: () => l10n.t('Nobody is signed in: no secret of a connection is stored.'),
  },
  connect: {
    suits: ({ active }) => !active,
    none: () => l10n.t('Every connection is connected already, or tries to.'),
  },
  disconnect: {
    suits: ({ active }) => active,
    none: () => l10n.t('Every connection is disconnected already.'),
  },
  refresh: {
    suits: ({ refreshable }) => refreshable,
    none: () => l10n.t('No connection is connected that could be asked for its instances.'),
  },
  diagnose: {
    suits: ({ system }) => system.diagnose !== undefined,
    none: () => l10n.t('No connection is of a kind that can be examined.'),
  },
} as const satisfies Readonly<Record<string, ConnectionCommandSpec>>;

export type ConnectionCommand = keyof typeof connectionCommandTable;

/** The commands that suit a connection now. */
export function connectionCommandsFor(
  connection: Connection,
  runtime: Runtime,
): readonly ConnectionCommand[] {
  return Object.entries<ConnectionCommandSpec>(connectionCommandTable).flatMap(([name, { suits }]) =>
    suits(connection, runtime) ? [name as ConnectionCommand] : [],
  );
}
