import type { Connection } from '../../core/connections/connection.ts';
import { liveTimeline } from '../../core/model/event.ts';
import type { Runtime } from '../runtime.ts';

type Suits = (connection: Connection, runtime: Pick<Runtime, 'secrets'>) => boolean;

/** Simulated servers do not stand in the settings. */
const ofTheSettings: Suits = ({ timeline }) => timeline === liveTimeline;

/** Commands on one connection: which connections each suits now. `connectionRefusals.ts` says why it suits no other. */
const connectionCommandTable = {
  editConnection: ofTheSettings,
  duplicateConnection: ofTheSettings,
  removeConnection: ofTheSettings,
  reconnect: () => true,
  signOut: ({ system, settings, timeline }, { secrets }) =>
    timeline === liveTimeline && secrets.has(system, settings),
  connect: ({ active }) => !active,
  disconnect: ({ active }) => active,
  refresh: ({ refreshable }) => refreshable,
  diagnose: ({ system }) => system.diagnose !== undefined,
} as const satisfies Readonly<Record<string, Suits>>;

export type ConnectionCommand = keyof typeof connectionCommandTable;

/** The commands that suit a connection now. */
export function connectionCommandsFor(
  connection: Connection,
  runtime: Pick<Runtime, 'secrets'>,
): readonly ConnectionCommand[] {
  return Object.entries<Suits>(connectionCommandTable).flatMap(([name, suits]) =>
    suits(connection, runtime) ? [name as ConnectionCommand] : [],
  );
}
