import { env, l10n, window, type QuickPickItem } from 'vscode';
import { machineOf } from '../../core/connections/machine.ts';
import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import { withInstance } from '../../core/journal/query/edit.ts';
import { findInstance } from '../../core/model/fleet.ts';
import type { Instance } from '../../core/model/instance.ts';
import { copiedOf, instanceDetails } from '../../core/model/instanceDetails.ts';
import { oneLine } from '../../core/model/text.ts';
import { instanceLink } from '../links/links.ts';
import type { Runtime } from '../runtime.ts';
import { showInformation } from '../showMessage.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import type { InstanceRow } from './treeItems.ts';

const copiedForMs = 3000;

/** Asks in which form a server goes to the clipboard. */
export async function copyInstanceAs(runtime: Runtime, row: InstanceRow | undefined): Promise<void> {
  const instance = row && findInstance(fleetOnScreen(runtime), row);
  if (!instance) {
    showInformation(l10n.t('Select a server in the tree to copy it.'));
    return;
  }
  const items = formsOf(runtime, instance).map(
    ([label, text]): QuickPickItem & { readonly text: string } => ({
      label,
      description: oneLine(text, 100),
      text,
    }),
  );
  const title = l10n.t('Copy {0} As', oneLine(instance.name, 60));
  const picked = await window.showQuickPick(items, { title });
  if (!picked) return;
  await env.clipboard.writeText(picked.text);
  window.setStatusBarMessage(l10n.t('Copied: {0}', oneLine(picked.text, 60)), copiedForMs);
}

function formsOf(runtime: Runtime, instance: Instance): readonly (readonly [label: string, text: string])[] {
  const connection = runtime.connections.get(instance.connection);
  const host = connection && machineOf(connection, runtime.host);
  const details = instanceDetails(instance, { host, tasks: [], events: [] });
  const address = details.find(({ detail }) => detail === 'address');
  const copied = address && copiedOf(address);
  return [
    [l10n.t('Name'), instance.name],
    ...(copied === undefined ? [] : [[l10n.t('Address to join'), copied] as const]),
    [l10n.t('Link'), instanceLink(runtime, instance)],
    [l10n.t('Query for its events'), withInstance(defaultQuery, instance)],
    [l10n.t('JSON'), JSON.stringify(instance, null, 2)],
  ];
}
