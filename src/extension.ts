import { ExtensionMode, window, type ExtensionContext } from 'vscode';
import { registerAlerts } from './ui/alerts/alerts.ts';
import { registerAgentTools } from './ui/agents/agentTools.ts';
import { tellFailures } from './ui/connections/connectionNotifications.ts';
import { registerConnectionCommands } from './ui/connections/connectionCommands.ts';
import { followSettings } from './ui/connections/followSettings.ts';
import { hurryWhereSomebodyLooks } from './ui/connections/looks.ts';
import { registerHistory } from './ui/history/history.ts';
import { Inspector } from './ui/inspector/inspector.ts';
import { InstancesTree } from './ui/tree/instancesTree.ts';
import { registerLinks } from './ui/links/links.ts';
import { registerSimulated } from './ui/simulated/simulated.ts';
import { registerServerPages } from './ui/serverPage/serverPages.ts';
import { registerRecordings } from './ui/recordings/recordings.ts';
import { registerMetrics } from './ui/metrics/metrics.ts';
import { Operations } from './ui/operations/operations.ts';
import { followOffers } from './ui/operations/paletteContext.ts';
import { createRuntime, type Runtime } from './ui/runtime.ts';
import { Scope } from './core/connections/scope.ts';
import { logEvents } from './ui/log/eventLog.ts';
import { offerCommandLine } from './ui/terminal/commandLine.ts';
import { createStatusBar } from './ui/statusBar.ts';
import { registerTasks } from './ui/tasks/tasks.ts';
import { followDeeds } from './ui/tourDeeds.ts';
import { registerTravel } from './ui/travel/travel.ts';
import { VisibleInstances } from './ui/tree/visibleInstances.ts';

let scope: Scope | undefined;

/** The parts that the suites inside VS Code look at; nobody else gets them. */
export interface Inside {
  readonly runtime: Runtime;
  readonly tree: InstancesTree;
  /** The namespace that the extension calls: VS Code makes one for each extension. */
  readonly window: typeof window;
  readonly activate: typeof activate;
  readonly deactivate: typeof deactivate;
  /** How long `activate` took. */
  readonly activationMs: number;
}

export function activate(context: ExtensionContext): Inside | undefined {
  const begun = performance.now();
  scope = new Scope();
  const channel = scope.add(window.createOutputChannel('Game Server Ops', { log: true }));
  const runtime = createRuntime(context, channel, scope);
  const tree = new InstancesTree(runtime);
  const operations = new Operations(runtime, () => tree.view.selection);
  registerTasks(runtime, operations, tree);
  const inspector = new Inspector(runtime);
  registerSimulated(runtime);
  registerRecordings(runtime, inspector);
  registerLinks({ runtime, inspector, reveal: (row) => tree.reveal(row) });
  registerTravel(runtime, tree);
  registerConnectionCommands(runtime);
  new VisibleInstances(runtime, tree, [registerMetrics(runtime), registerServerPages(runtime)]);
  createStatusBar(runtime, (row) => void tree.reveal(row));
  registerAlerts(runtime, {
    reveal: (row) => tree.reveal(row),
    selected: () => tree.view.selection,
    showEvents: (query) => inspector.show(query),
  });
  followOffers(runtime);
  followDeeds(runtime);
  logEvents(runtime);
  tellFailures(runtime);
  hurryWhereSomebodyLooks(runtime, tree.view);
  registerHistory(runtime);
  offerCommandLine(runtime);
  registerAgentTools(runtime);
  followSettings(runtime);
  return context.extensionMode === ExtensionMode.Test
    ? { runtime, tree, window, activate, deactivate, activationMs: performance.now() - begun }
    : undefined;
}

export async function deactivate(): Promise<void> {
  await scope?.dispose();
  scope = undefined;
}
