import { l10n, window, type QuickPickItem } from 'vscode';
import type { Destination } from '../../core/playback/delivery.ts';
import { parseTarget } from '../../core/playback/parseTarget.ts';
import type { ReplayItem } from '../../core/playback/replayItem.ts';
import { planReplay } from '../../core/playback/replayPlan.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import type { EmitTargets, NamedTarget } from './emitTargets.ts';

export type Destinations = 'local' | readonly Destination[];

type Item = QuickPickItem & { readonly to?: Destinations | 'several' };

/** Asks for where to; the local timeline stands first, because it sends nothing. */
export async function askDestinations(
  runtime: Runtime,
  targets: EmitTargets,
  name: string,
  items: readonly ReplayItem[],
): Promise<Destinations | undefined> {
  const local: Item = {
    label: l10n.t('Local only'),
    description: l10n.t('nothing is sent'),
    detail: l10n.t('Tree and inspector show the replay apart from what is live.'),
    to: 'local',
  };
  const known = (await targets.list()).flatMap((target): Item[] => {
    const destination = destinationOf(target);
    const { length } = planReplay(items, [destination]).items;
    if (length === 0) return [];
    const detail = length < items.length ? { detail: l10n.t('{0} of {1} events', length, items.length) } : {};
    return [{ label: target.label, description: target.address, to: [destination], ...detail }];
  });
  const several: Item[] =
    known.length < 2 ? [] : [{ label: l10n.t('Several targets…'), alwaysShow: true, to: 'several' }];
  const add: Item = { label: l10n.t('Add target…'), alwaysShow: true };
  const title = l10n.t('Replay {0}', name);
  const picked = await window.showQuickPick([local, ...known, ...several, add], {
    title,
    placeHolder: l10n.t('Into what?'),
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  if (picked.to === 'several') return askSeveral(title, known);
  return picked.to ?? addDestination(runtime, targets, title);
}

async function askSeveral(title: string, known: readonly Item[]): Promise<Destinations | undefined> {
  const picked = await window.showQuickPick(known, {
    title,
    placeHolder: l10n.t('Each event goes to all targets of its system'),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  const all = (picked ?? []).flatMap(({ to }) => (Array.isArray(to) ? (to as readonly Destination[]) : []));
  return all.length === 0 ? undefined : all;
}

async function addDestination(
  { systems }: Runtime,
  targets: EmitTargets,
  title: string,
): Promise<Destinations | undefined> {
  const all = await systems.loadAll();
  const typed = await window.showInputBox({
    title,
    prompt: l10n.t(
      'socket:/path of a bot, events:/directory of KGSM 3, webhook:http://…, or ws://… or tls://host:port of any receiver',
    ),
    ignoreFocusOut: true,
    validateInput: (value) => {
      const read = parseTarget(value, all);
      return 'problem' in read ? translate(read.problem) : undefined;
    },
  });
  if (typed === undefined) return undefined;
  const read = parseTarget(typed, all);
  if ('problem' in read) return undefined;
  if ('receiver' in read) return [{ label: new URL(read.receiver).host, address: read.receiver }];
  const target = await targets.remember(read.system, read.address);
  return target && [destinationOf(target)];
}

function destinationOf(target: NamedTarget): Destination {
  return { label: target.label, address: target.address, system: target.system, target };
}
