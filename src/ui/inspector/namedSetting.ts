import {
  commands,
  ConfigurationTarget,
  EventEmitter,
  l10n,
  window,
  workspace,
  type Disposable,
} from 'vscode';
import type { Text } from '../../core/model/text.ts';
import { prefix } from '../contributions/commandIds.ts';
import { showError } from '../showMessage.ts';
import { translate } from '../translate.ts';

/** Owner of an entry: the user, or the folder that is open. */
export type Scope = 'user' | 'workspace';
export type Scoped<Entry> = Entry & { readonly scope: Scope };

type RawEntries = Readonly<Record<string, unknown>>;

/** Entries of a setting in one scope, and what is wrong with others. */
interface Contents<Entry> {
  readonly entries: readonly Entry[];
  readonly problems: readonly Text[];
}

const targets: Readonly<Record<Scope, ConfigurationTarget>> = {
  user: ConfigurationTarget.Global,
  workspace: ConfigurationTarget.Workspace,
};

/** A setting whose properties are entries by their names. Those of the folder come first; what is wrong with one is told once. */
export class NamedSetting<Entry extends object> implements Disposable {
  readonly #setting: string;
  readonly #contentsOf: (value: unknown) => Contents<Entry>;
  readonly #changed = new EventEmitter<void>();
  readonly #listener: Disposable;
  #told = new Set<string>();
  #entries: readonly Scoped<Entry>[] = [];
  readonly onDidChange = this.#changed.event;

  constructor(setting: string, contentsOf: (value: unknown) => Contents<Entry>) {
    this.#setting = setting;
    this.#contentsOf = contentsOf;
    this.#read();
    this.#listener = workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(`${prefix}.${setting}`)) return;
      this.#read();
      this.#changed.fire();
    });
  }

  get entries(): readonly Scoped<Entry>[] {
    return this.#entries;
  }

  /** Adds an entry; one of that name that is there already is replaced. */
  async set(scope: Scope, name: string, value: unknown): Promise<void> {
    await this.#write(scope, { ...this.#rawOf(scope), [name]: value });
  }

  /** The entry, and the order of the others, stay as they are. */
  async rename(scope: Scope, from: string, to: string): Promise<void> {
    const entries = Object.entries(this.#rawOf(scope)).filter(([name]) => name !== to);
    await this.#write(
      scope,
      Object.fromEntries(entries.map(([name, value]) => [name === from ? to : name, value])),
    );
  }

  async delete(scope: Scope, name: string): Promise<void> {
    const entries = Object.entries(this.#rawOf(scope)).filter(([each]) => each !== name);
    await this.#write(scope, Object.fromEntries(entries));
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  /** The value of the setting as it stands in a scope; an empty one in the place of what is none. */
  #rawOf(scope: Scope): RawEntries {
    const value = this.#valueOf(scope);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  }

  #valueOf(scope: Scope): unknown {
    const inspected = workspace.getConfiguration(prefix).inspect<unknown>(this.#setting);
    return scope === 'user' ? inspected?.globalValue : inspected?.workspaceValue;
  }

  #read(): void {
    const name = `${prefix}.${this.#setting}`;
    const messages: string[] = [];
    this.#entries = (['workspace', 'user'] as const).flatMap((scope) => {
      const { entries, problems } = this.#contentsOf(this.#valueOf(scope));
      for (const problem of problems)
        messages.push(l10n.t('The setting {0} is wrong: {1}', name, translate(problem)));
      return entries.map((entry) => ({ ...entry, scope }));
    });
    const settings = {
      [l10n.t('Open Settings')]: () => commands.executeCommand('workbench.action.openSettings', name),
    };
    for (const message of messages) if (!this.#told.has(message)) showError(message, settings);
    this.#told = new Set(messages);
  }

  async #write(scope: Scope, value: RawEntries): Promise<void> {
    const kept = Object.keys(value).length === 0 ? undefined : value;
    await workspace.getConfiguration(prefix).update(this.#setting, kept, targets[scope]);
  }
}

export async function askScope(title: string): Promise<Scope | undefined> {
  if (!workspace.workspaceFolders?.length) return 'user';
  const items = (['workspace', 'user'] as const).map((scope) => ({ label: scopeLabel(scope), scope }));
  return (
    await window.showQuickPick(items, {
      title,
      placeHolder: l10n.t('Where is it to be offered?'),
      ignoreFocusOut: true,
    })
  )?.scope;
}

export function scopeLabel(scope: Scope): string {
  return scope === 'user' ? l10n.t('In all windows (user settings)') : l10n.t('In this workspace');
}
