import { l10n, QuickPickItemKind, ThemeColor, ThemeIcon, window, type QuickPickItem } from 'vscode';
import type { Text } from '../../core/model/text.ts';
import { translate } from '../translate.ts';

export interface ShownStep {
  readonly title: Text;
  readonly outcome: 'running' | 'fine' | 'doubtful' | 'wrong' | 'skipped';
  readonly detail?: Text;
}

/** The outcome in words, empty where the icon alone says enough. */
const outcomeTexts = (): Partial<Record<ShownStep['outcome'], string>> => ({
  wrong: l10n.t('wrong'),
  doubtful: l10n.t('not sure'),
  skipped: l10n.t('skipped'),
});

/** Steps are worded as parts of a sentence, for the tree; here each begins one. */
function capitalised(words: string): string {
  return words.slice(0, 1).toLocaleUpperCase() + words.slice(1);
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly icon: string;
}

interface StepItem extends QuickPickItem {
  readonly choice?: string;
}

const icons: Readonly<Record<ShownStep['outcome'], ThemeIcon>> = {
  running: new ThemeIcon('loading~spin'),
  fine: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
  doubtful: new ThemeIcon('warning', new ThemeColor('list.warningForeground')),
  wrong: new ThemeIcon('error', new ThemeColor('testing.iconFailed')),
  skipped: new ThemeIcon('circle-slash', new ThemeColor('disabledForeground')),
};

/** Steps of something that is being looked at, as they come, and at the end what one can do about it. */
export class StepList {
  readonly #pick = window.createQuickPick<StepItem>();
  readonly #abort = new AbortController();
  readonly #chosen = Promise.withResolvers<string | undefined>();
  #steps: readonly ShownStep[] = [];

  constructor(title: string, placeholder: string) {
    this.#pick.title = title;
    this.#pick.placeholder = placeholder;
    this.#pick.ignoreFocusOut = true;
    this.#pick.busy = true;
    this.#pick.matchOnDetail = true;
    this.#pick.onDidAccept(() => {
      const choice = this.#pick.selectedItems[0]?.choice;
      if (choice === undefined) return;
      this.#chosen.resolve(choice);
      this.#pick.hide();
    });
    this.#pick.onDidHide(() => {
      this.#abort.abort();
      this.#chosen.resolve(undefined);
      this.#pick.dispose();
    });
    this.#pick.show();
  }

  /** Aborted when the user closes the list. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  show(steps: readonly ShownStep[]): void {
    this.#steps = steps;
    this.#fill([]);
  }

  /** Says that nothing more comes, and waits for what the user wants; nothing where it was closed. */
  async choose(placeholder: string, choices: readonly Choice[]): Promise<string | undefined> {
    this.#pick.busy = false;
    this.#pick.placeholder = placeholder;
    this.#fill(choices);
    return this.#chosen.promise;
  }

  #fill(choices: readonly Choice[]): void {
    const offered = choices.map(({ id, label, detail, icon }): StepItem => ({
      choice: id,
      label,
      iconPath: new ThemeIcon(icon),
      alwaysShow: true,
      ...(detail === undefined ? {} : { detail }),
    }));
    const steps = this.#steps.map(({ title, outcome, detail }): StepItem => ({
      label: capitalised(translate(title)),
      iconPath: icons[outcome],
      // In words too: screen readers read no icon, and not everybody sees its colour.
      description: outcomeTexts()[outcome] ?? '',
      alwaysShow: true,
      ...(detail ? { detail: translate(detail) } : {}),
    }));
    const items =
      offered.length === 0
        ? steps
        : [...offered, { label: l10n.t('What was looked at'), kind: QuickPickItemKind.Separator }, ...steps];
    this.#pick.items = items;
    const [first] = offered;
    if (first) this.#pick.activeItems = [first];
  }
}
