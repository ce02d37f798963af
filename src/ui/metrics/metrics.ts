import { commands, EventEmitter, l10n, ViewColumn, window } from 'vscode';
import { instancesOf } from '../../core/model/fleet.ts';
import { instanceId, instanceRef, type InstanceRef } from '../../core/model/instance.ts';
import { oneLine } from '../../core/model/text.ts';
import { tellNoConnection } from '../connections/noConnection.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { Row } from '../tree/treeItems.ts';
import { showInformation } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { MetricsPanel } from './panel.ts';

const panelType = 'gameServerOps.metrics';

/** The metrics panels, one for each instance, and the command that opens them. */
export class MetricsPanels {
  readonly #runtime: Runtime;
  readonly #panels = new Map<string, MetricsPanel>();
  readonly #looked = new EventEmitter<void>();
  /** Fires when a panel was opened, closed, shown or hidden. */
  readonly onDidChangeLooked = this.#looked.event;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    runtime.scope.add(this.#looked);
    runtime.scope.defer(() => {
      for (const panel of this.#panels.values()) panel.dispose();
    });
  }

  /** The instances whose charts are on screen. */
  looked(): readonly InstanceRef[] {
    return [...this.#panels.values()].filter(({ visible }) => visible).map(({ ref }) => ref);
  }

  show(ref: InstanceRef): void {
    const id = instanceId(ref);
    const open = this.#panels.get(id);
    if (open) {
      open.reveal();
      return;
    }
    const webview = window.createWebviewPanel(panelType, l10n.t('Metrics'), ViewColumn.Active);
    const panel = new MetricsPanel(this.#runtime, webview, ref);
    this.#panels.set(id, panel);
    webview.onDidChangeViewState(() => this.#looked.fire());
    webview.onDidDispose(() => {
      panel.dispose();
      this.#panels.delete(id);
      this.#looked.fire();
    });
    this.#looked.fire();
  }
}

/** Registers the command that opens metrics panels. */
export function registerMetrics(runtime: Runtime): MetricsPanels {
  const panels = new MetricsPanels(runtime);
  runtime.scope.add(
    commands.registerCommand(commandId('metrics'), async (row?: Row) => {
      const ref = row?.row === 'instance' ? row : await choose(runtime);
      if (ref) panels.show(instanceRef(ref.connection, ref));
    }),
  );
  return panels;
}

/** Lets the user choose one of the instances with measurements; a single one is taken without a question. */
async function choose(runtime: Runtime): Promise<InstanceRef | undefined> {
  if (tellNoConnection(runtime)) return undefined;
  const { connections, metrics, pipeline, timelines } = runtime;
  const items = connections.on(timelines.base).flatMap(({ id, settings }) =>
    instancesOf(pipeline.fleet(timelines.base), id)
      .filter((instance) => metrics.latest(instance) !== undefined)
      .map((instance) => ({
        instance,
        label: oneLine(instance.name, 100),
        description: oneLine(settings.name, 100),
      })),
  );
  if (items.length === 0) showInformation(l10n.t('Nothing is measured of any instance yet.'));
  if (items.length <= 1) return items[0]?.instance;
  return (await window.showQuickPick(items, { placeHolder: l10n.t('The metrics of which instance?') }))
    ?.instance;
}
