import { commands, l10n } from 'vscode';
import { liveTimeline } from '../core/model/event.ts';
import { prefix } from './contributions/commands.ts';
import { showError } from './messages.ts';
import type { Runtime } from './runtime.ts';
import { translate } from './translate.ts';

/** Says once when a connection ended with something that only the user can mend; what is tried again stays in the tree. */
export function tellFailures(runtime: Runtime): void {
  const { scope, pipeline, connections } = runtime;
  scope.defer(
    pipeline.subscribe(({ timeline, before, fleet }) => {
      if (timeline !== liveTimeline || before.connections === fleet.connections) return;
      for (const status of fleet.connections.values()) {
        const old = before.connections.get(status.id);
        if (status.state !== 'failed' || old?.state === 'failed') continue;
        const connection = connections.get(status.id);
        const reason = status.detail ? translate(status.detail) : '';
        showError(l10n.t('{0} cannot be connected: {1}', connection?.settings.name ?? status.id, reason), {
          [l10n.t('Retry')]: () => connection?.reconnectNow(),
          [l10n.t('Open Settings')]: () =>
            commands.executeCommand('workbench.action.openSettings', `${prefix}.connections`),
        });
      }
    }),
  );
}
