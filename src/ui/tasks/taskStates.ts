import { l10n } from 'vscode';
import type { TaskState } from '../../core/model/task.ts';

export const taskIcons: Readonly<Record<TaskState, string>> = {
  waiting: 'watch',
  running: 'sync~spin',
  cancelling: 'sync~spin',
  succeeded: 'pass',
  failed: 'error',
  aborted: 'circle-slash',
  lost: 'question',
};

/** Ids of theme colours that stay apart in high contrast too. */
export const taskColors: Readonly<Partial<Record<TaskState, string>>> = {
  succeeded: 'testing.iconPassed',
  failed: 'charts.red',
  lost: 'list.warningForeground',
  aborted: 'disabledForeground',
};

export const taskStateNames = (): Readonly<Record<TaskState, string>> => ({
  waiting: l10n.t('Waiting'),
  running: l10n.t('Running'),
  cancelling: l10n.t('Cancelling'),
  succeeded: l10n.t('Succeeded'),
  failed: l10n.t('Failed'),
  aborted: l10n.t('Aborted'),
  lost: l10n.t('No end was reported'),
});
