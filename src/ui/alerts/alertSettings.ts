import { commands, l10n, workspace } from 'vscode';
import { alertKinds } from '../../core/alerts/alert.ts';
import type { AlertSettings } from '../../core/alerts/alerts.ts';
import { readRules } from '../../core/alerts/rules.ts';
import { readWebhook, type AlertWebhook } from '../../core/alerts/webhook.ts';
import { prefix } from '../contributions/commandIds.ts';
import { defaults } from '../contributions/defaults.ts';
import { showWarning } from '../showMessage.ts';
import { translate } from '../translate.ts';

export interface ReadAlertSettings extends AlertSettings {
  readonly webhook: AlertWebhook | undefined;
  /** Id of the command that every alert runs. */
  readonly command: string;
}

/** The settings of alerts as they are now; what is wrong in them is said. */
export function readAlertSettings(): ReadAlertSettings {
  const settings = workspace.getConfiguration(`${prefix}.alerts`);
  const kinds = settings.get<unknown>('kinds');
  const given: readonly unknown[] = Array.isArray(kinds) ? (kinds as unknown[]) : defaults.alertKinds;
  const { rules, problems } = readRules(settings.get('rules'));
  const { webhook, problem } = readWebhook(settings.get('webhook'));
  const command = settings.get<unknown>('command');
  const all = [...problems, ...(problem ? [problem] : [])];
  if (all.length > 0)
    showWarning(all.map((each) => translate(each)).join(' '), {
      [l10n.t('Open Settings')]: () =>
        commands.executeCommand('workbench.action.openSettings', `${prefix}.alerts`),
    });
  return {
    // A rule that is written down is wanted.
    kinds: new Set(
      alertKinds.filter((kind) => given.includes(kind) || (kind === 'rule' && rules.length > 0)),
    ),
    rules,
    webhook,
    command: typeof command === 'string' ? command : '',
  };
}
