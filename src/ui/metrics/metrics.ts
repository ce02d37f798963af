import { commands, l10n } from 'vscode';
import { instanceRef, type InstanceRef } from '../../core/model/instance.ts';
import { commandId } from '../contributions/commandIds.ts';
import { InstancePanels } from '../pages/instancePanels.ts';
import type { Row } from '../tree/treeItems.ts';
import type { Runtime } from '../runtime.ts';

/** Registers the command that opens metrics panels, one for each instance. */
export function registerMetrics(runtime: Runtime): InstancePanels {
  const panels = new InstancePanels(runtime, {
    type: 'gameServerOps.metrics',
    title: l10n.t('Metrics'),
    open: async (panel, ref) => {
      const { MetricsPanel } = await import('./panel.ts');
      return new MetricsPanel(runtime, panel, ref);
    },
  });
  runtime.scope.add(
    commands.registerCommand(commandId('metrics'), async (row?: Row) => {
      const ref = row?.row === 'instance' ? row : await choose(runtime);
      if (ref) await panels.show(instanceRef(ref.connection, ref));
    }),
  );
  return panels;
}

async function choose(runtime: Runtime): Promise<InstanceRef | undefined> {
  const { pickInstance } = await import('../pages/pickInstance.ts');
  return pickInstance(runtime, (instance) => runtime.metrics.latest(instance) !== undefined, {
    none: l10n.t('Nothing is measured of any instance yet.'),
    which: l10n.t('The metrics of which instance?'),
  });
}
