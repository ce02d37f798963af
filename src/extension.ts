import { commands, ExtensionMode, l10n, window, workspace, type ExtensionContext } from 'vscode';
import { configuration } from './ui/configuration.ts';
import { tellFailures } from './ui/connections/connectionNotifications.ts';
import { registerConnectionCommands } from './ui/connections/connectionCommands.ts';
import { contextKeys } from './ui/contributions/ids.ts';
import { prefix } from './ui/contributions/commands.ts';
import { registerHistory } from './ui/history/history.ts';
import { Inspector } from './ui/inspector/inspector.ts';
import { InstancesTree } from './ui/tree/instancesTree.ts';
import { showError } from './ui/showMessage.ts';
import { registerMetrics } from './ui/metrics/metrics.ts';
import { Operations } from './ui/operations/operations.ts';
import { followOffers } from './ui/operations/paletteContext.ts';
import { createRuntime, type Runtime } from './ui/runtime.ts';
import { Scope } from './core/connections/scope.ts';
import { logEvents } from './ui/log/eventLog.ts';
import { createStatusBar } from './ui/statusBar.ts';
import { registerTasks } from './ui/tasks/taskProgress.ts';
import { translate } from './ui/translate.ts';
import { VisibleInstances } from './ui/tree/visibleInstances.ts';
import { readConnections } from './core/connections/settings.ts';

let scope: Scope | undefined;

/** What the suites inside VS Code look at; nobody else gets it. */
export interface Inside {
  readonly runtime: Runtime;
  readonly tree: InstancesTree;
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
  registerTasks(runtime, (task) => {
    void operations.cancel(task);
  });
  new Inspector(runtime);
  registerConnectionCommands(runtime);
  new VisibleInstances(runtime, tree, [registerMetrics(runtime)]);
  createStatusBar(runtime);
  followOffers(runtime);
  logEvents(runtime);
  tellFailures(runtime);
  registerHistory(runtime);
  followSettings(runtime);
  return context.extensionMode === ExtensionMode.Test
    ? { runtime, tree, activationMs: performance.now() - begun }
    : undefined;
}

export async function deactivate(): Promise<void> {
  await scope?.dispose();
  scope = undefined;
}

/** Keeps the connections in step with the settings; nothing is opened before the workspace is trusted. */
function followSettings(runtime: Runtime): void {
  const { systems, channel } = runtime;
  const apply = async (start: boolean): Promise<void> => {
    const { connections, problems, warnings } = await readConnections(configuration().connections, systems);
    for (const warning of warnings) channel.warn(translate(warning));
    for (const problem of problems) channel.error(translate(problem));
    if (problems[0]) {
      showError(l10n.t('A connection setting is wrong: {0}', translate(problems[0])), {
        [l10n.t('Open Settings')]: () =>
          commands.executeCommand('workbench.action.openSettings', `${prefix}.connections`),
      });
    }
    void commands.executeCommand(
      'setContext',
      contextKeys.connections,
      workspace.isTrusted ? connections.length : 0,
    );
    await runtime.connections.configure(workspace.isTrusted ? connections : [], start);
  };
  // One change after another, as they were made; the last session's state comes before all of them.
  let applied = runtime.restored;
  const enqueue = (start: boolean): void => {
    applied = applied
      .then(() => apply(start))
      .catch((error: unknown) => {
        channel.error(error instanceof Error ? error : String(error));
      });
  };
  runtime.scope.add(
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${prefix}.connections`)) enqueue(true);
    }),
  );
  runtime.scope.add(
    workspace.onDidGrantWorkspaceTrust(() => {
      enqueue(configuration().connectOnStartup);
    }),
  );
  enqueue(configuration().connectOnStartup);
}
