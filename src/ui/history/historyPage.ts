import {
  env,
  l10n,
  QuickPickItemKind,
  ThemeIcon,
  UIKind,
  window,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import { basename, dirname } from 'node:path';
import { keptIn, unavailableText } from '../../core/journal/journalNotices.ts';
import type { JournalStore } from '../../core/journal/store/journalStore.ts';
import type { JournalHealth } from '../../core/journal/store/health.ts';
import { liveTimeline, type RetentionClass } from '../../core/model/event.ts';
import { oneLine } from '../../core/model/text.ts';
import { showError } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import { openSettings } from './history.ts';
import { HistoryActions } from './historyActions.ts';
import { amountText, classLabel, momentText, sizeText } from './words.ts';

interface PageButton extends QuickInputButton {
  readonly run: () => unknown;
}
interface PageItem extends QuickPickItem {
  readonly run?: () => unknown;
  readonly buttons?: readonly PageButton[];
}

/** Shows what the history holds and what can be done with it. */
export async function showHistory(runtime: Runtime): Promise<void> {
  let store: JournalStore;
  try {
    store = await runtime.journals.store(liveTimeline);
  } catch (error) {
    showError(l10n.t('No history is kept. {0}', translate(unavailableText(error))), {
      [l10n.t('Open Settings')]: openSettings,
    });
    return;
  }
  const pick = window.createQuickPick<PageItem>();
  pick.title = l10n.t('History');
  pick.placeholder = l10n.t('What is kept, and what can be done with it');
  pick.matchOnDescription = true;
  pick.busy = true;
  const run = (action: (() => unknown) | undefined): void => {
    if (!action) return;
    pick.hide();
    void action();
  };
  pick.onDidAccept(() => {
    run(pick.activeItems[0]?.run);
  });
  pick.onDidTriggerItemButton(({ button }) => {
    run((button as PageButton).run);
  });
  pick.onDidHide(() => {
    pick.dispose();
  });
  pick.show();
  try {
    const health = await store.health();
    pick.items = itemsOf(runtime, store, health);
    pick.title = l10n.t('History: {0}', amountText(totalOf(health)));
  } catch (error) {
    pick.hide();
    runtime.channel.error(error instanceof Error ? error : String(error));
    showError(
      l10n.t('The history could not be read: {0}', error instanceof Error ? error.message : String(error)),
    );
  } finally {
    pick.busy = false;
  }
}

function totalOf({ classes }: JournalHealth): { count: number; bytes: number } {
  return {
    count: classes.reduce((sum, { count }) => sum + count, 0),
    bytes: classes.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function itemsOf(runtime: Runtime, store: JournalStore, health: JournalHealth): PageItem[] {
  const actions = new HistoryActions(runtime, store);
  return [
    ...placeItems(store, health, actions),
    separator(l10n.t('Connections')),
    ...connectionItems(runtime, health, actions),
    separator(l10n.t('Classes of Events')),
    ...classItems(runtime, health, actions),
    separator(l10n.t('Actions')),
    {
      label: `$(trash) ${l10n.t('Delete Older Events…')}`,
      run: () => actions.deleteOlder(),
    },
    {
      label: `$(trash) ${l10n.t('Delete Everything That Names…')}`,
      description: l10n.t('a player or any other word'),
      run: () => actions.deleteNaming(),
    },
    {
      label: `$(fold) ${l10n.t('Compact')}`,
      description: l10n.t('{0} can be given back', sizeText(health.freeBytes)),
      run: () => actions.compact(),
    },
    { label: `$(save-as) ${l10n.t('Back Up…')}`, run: () => actions.backUp() },
    {
      label: `$(gear) ${l10n.t('Open Settings')}`,
      description: l10n.t('how long, how much, where'),
      run: openSettings,
    },
  ];
}

function separator(label: string): PageItem {
  return { label, kind: QuickPickItemKind.Separator };
}

function placeItems(store: JournalStore, health: JournalHealth, actions: HistoryActions): PageItem[] {
  const { path } = store.status;
  const { kept, why } = keptIn(store.status);
  const { from, to, fileBytes, walBytes, pinned, checkedAt } = health;
  const copy: PageButton = {
    iconPath: new ThemeIcon('copy'),
    tooltip: l10n.t('Copy Path'),
    run: () => actions.copyPath(path),
  };
  const reveal: PageButton = {
    iconPath: new ThemeIcon('folder-opened'),
    tooltip: l10n.t('Reveal in File Manager'),
    run: () => actions.reveal(path),
  };
  // Elsewhere the file lies on a machine whose file manager is not ours.
  const canReveal = env.uiKind === UIKind.Desktop && env.remoteName === undefined;
  const place: PageItem =
    kept === 'memory'
      ? {
          label: `$(warning) ${l10n.t('In memory only')}`,
          detail: why ? translate(why) : '',
          buttons: [copy],
          run: () => actions.explain(why),
        }
      : {
          label: `$(database) ${basename(path)}`,
          description: sizeText(fileBytes + walBytes),
          detail: dirname(path),
          buttons: canReveal ? [reveal, copy] : [copy],
          run: () => (canReveal ? actions.reveal(path) : actions.copyPath(path)),
        };
  return [
    separator(l10n.t('Place')),
    place,
    {
      label: `$(calendar) ${to === 0 ? l10n.t('No events yet') : l10n.t('{0} to {1}', momentText(from), momentText(to))}`,
    },
    ...(pinned.count > 0
      ? [
          {
            label: `$(pinned) ${l10n.t('Pinned by recordings')}`,
            description: amountText(pinned),
          },
        ]
      : []),
    {
      label:
        checkedAt === undefined
          ? `$(question) ${l10n.t('Check for Damage')}`
          : `$(pass) ${l10n.t('Check for Damage')}`,
      description:
        checkedAt === undefined ? l10n.t('not checked yet') : l10n.t('sound on {0}', momentText(checkedAt)),
      run: () => actions.check(),
    },
  ];
}

function connectionItems(
  { connections, history }: Runtime,
  health: JournalHealth,
  actions: HistoryActions,
): PageItem[] {
  const configured = connections.connections.map(({ id }) => id);
  const kept = health.connections.map(({ connection }) => connection).filter((id) => id !== '');
  return [...new Set([...configured, ...kept])].map((id): PageItem => {
    const amount = health.connections.find(({ connection }) => connection === id);
    const name = oneLine(connections.get(id)?.settings.name ?? id, 60);
    const isOff = history.settings.off.has(id);
    const words = amountText(amount ?? { count: 0, bytes: 0 });
    const classes = (amount?.classes ?? [])
      .map((each) => `${classLabel(each.retention)}: ${amountText(each)}`)
      .join(' · ');
    return {
      label: `$(${isOff ? 'circle-slash' : 'plug'}) ${name}`,
      description: isOff ? `${words} · ${l10n.t('history off')}` : words,
      ...(classes === '' ? {} : { detail: classes }),
      buttons: [
        {
          iconPath: new ThemeIcon(isOff ? 'record' : 'circle-slash'),
          tooltip: isOff ? l10n.t('Switch History On') : l10n.t('Switch History Off'),
          run: () => actions.switchHistory(id, name, isOff),
        },
        {
          iconPath: new ThemeIcon('trash'),
          tooltip: l10n.t('Delete Its History…'),
          run: () => actions.deleteConnection(id, name, amount),
        },
      ],
      run: () =>
        choose(name, [
          {
            label: isOff ? l10n.t('Switch History On') : l10n.t('Switch History Off'),
            description: isOff ? '' : l10n.t('what is kept stays'),
            run: () => actions.switchHistory(id, name, isOff),
          },
          { label: l10n.t('Delete Its History…'), run: () => actions.deleteConnection(id, name, amount) },
        ]),
    };
  });
}

const classIcons: Readonly<Record<RetentionClass, string>> = {
  lifecycle: 'server',
  task: 'tasklist',
  control: 'arrow-swap',
  log: 'output',
  metric: 'graph-line',
};

function classItems({ history }: Runtime, health: JournalHealth, actions: HistoryActions): PageItem[] {
  const order: readonly RetentionClass[] = ['lifecycle', 'task', 'control', 'log', 'metric'];
  return order.map((cls): PageItem => {
    const amount = health.classes.find(({ retention }) => retention === cls) ?? { count: 0, bytes: 0 };
    const label = classLabel(cls);
    const remove = (): unknown => actions.deleteClass(cls, amount);
    return {
      label: `$(${classIcons[cls]}) ${label}`,
      description: `${amountText(amount)} · ${l10n.t('kept for {0} days', history.settings.days[cls])}`,
      buttons: [{ iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Delete These Events…'), run: remove }],
      run: () =>
        choose(label, [
          { label: l10n.t('Change How Long They Are Kept'), run: openSettings },
          { label: l10n.t('Delete These Events…'), run: remove },
        ]),
    };
  });
}

async function choose(title: string, items: readonly PageItem[]): Promise<void> {
  const chosen = await window.showQuickPick(items, { title });
  await chosen?.run?.();
}
