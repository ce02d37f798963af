import { commands } from 'vscode';
import { Scope } from '../../core/connections/scope.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { Runtime } from '../runtime.ts';
import type { Row } from '../tree/treeItems.ts';
import type { AlertCenter } from './alertCenter.ts';

const alertCommands = ['dismissAlerts', 'testAlert', 'alertSecret'] as const;

/** Ways that alerts lead on. */
export interface AlertWays {
  reveal(row: Row): Promise<void>;
  /** Rows that are selected in the tree. */
  selected(): readonly Row[];
  showEvents(query: string): Promise<void>;
}

/** Alerts begin once the last state is known, and load their code then. */
export function registerAlerts(runtime: Runtime, ways: AlertWays): void {
  const center = begin(runtime, ways);
  const { scope } = runtime;
  scope.add(
    commands.registerCommand(commandId('muteAlerts'), async (given?: Row, all?: readonly Row[]) => {
      const rows = given === undefined ? ways.selected() : all && all.length > 0 ? all : [given];
      await (await center).muteAlerts(rows);
    }),
  );
  for (const command of alertCommands)
    scope.add(
      commands.registerCommand(commandId(command), async (given?: unknown) => (await center)[command](given)),
    );
}

async function begin(runtime: Runtime, ways: AlertWays): Promise<AlertCenter> {
  await runtime.restored;
  const { AlertCenter } = await import('./alertCenter.ts');
  const scope = new Scope();
  const center = new AlertCenter(runtime, ways, scope);
  runtime.scope.add(scope);
  return center;
}
