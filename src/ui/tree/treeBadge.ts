import { l10n, type TreeView } from 'vscode';
import { isFinished } from '../../core/model/task.ts';
import type { Runtime } from '../runtime.ts';
import { tasksOnScreen } from '../travel/moment.ts';
import { alertsText } from './treeItems.ts';

/** The number at the view: alerts that nobody has seen, else what runs. */
export function showBadge(view: TreeView<unknown>, runtime: Runtime): void {
  const alerts = runtime.alerts.unseen.length;
  const running = [...tasksOnScreen(runtime).values()].filter(({ state }) => !isFinished(state)).length;
  const tooltip = [
    ...(alerts > 0 ? [alertsText(alerts)] : []),
    ...(running > 0 ? [running === 1 ? l10n.t('1 task running') : l10n.t('{0} tasks running', running)] : []),
  ].join(', ');
  if ((view.badge?.tooltip ?? '') === tooltip) return;
  view.badge = tooltip === '' ? undefined : { value: alerts > 0 ? alerts : running, tooltip };
}
