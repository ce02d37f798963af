import { commands, l10n, workspace } from 'vscode';
import { readConnections } from '../../core/connections/settings.ts';
import { configuration } from '../configuration.ts';
import { prefix } from '../contributions/commandIds.ts';
import { contextKeys } from '../contributions/ids.ts';
import { showError } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Keeps the connections in step with the settings; nothing is opened before the workspace is trusted. */
export function followSettings(runtime: Runtime): void {
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
