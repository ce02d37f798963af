import {
  commands,
  ConfigurationTarget,
  EventEmitter,
  l10n,
  window,
  workspace,
  type Disposable,
  type Memento,
} from 'vscode';
import {
  nameProblem,
  readHistory,
  readSavedQueries,
  remembered,
} from '../../core/journal/query/savedQueries.ts';
import type { QueryShelf as Shelf, SavedQuery } from '../../rpc/inspectorQuery.ts';
import { prefix } from '../contributions/commands.ts';
import { showError, showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';

type Scope = SavedQuery['scope'];
type Saved = Pick<SavedQuery, 'name' | 'scope'>;

const setting = 'savedQueries';
const historyKey = 'inspector.queries';
const targets: Readonly<Record<Scope, ConfigurationTarget>> = {
  user: ConfigurationTarget.Global,
  workspace: ConfigurationTarget.Workspace,
};

/** Saved queries, which are settings, and the queries that were used in this workspace. */
export class QueryShelf implements Disposable {
  readonly #memento: Memento;
  readonly #changed = new EventEmitter<void>();
  readonly #listener: Disposable;
  #told = new Set<string>();
  #saved: readonly SavedQuery[] = [];
  readonly onDidChange = this.#changed.event;

  constructor(memento: Memento) {
    this.#memento = memento;
    this.#read();
    this.#listener = workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(`${prefix}.${setting}`)) return;
      this.#read();
      this.#changed.fire();
    });
  }

  get contents(): Shelf {
    return { saved: this.#saved, history: readHistory(this.#memento.get(historyKey)) };
  }

  async remember(query: string): Promise<void> {
    const before = this.contents.history;
    const after = remembered(before, query);
    if (after[0] === before[0]) return;
    await this.#memento.update(historyKey, after);
    this.#changed.fire();
  }

  /** Asks for a name and, where a folder is open, for whom; a name that is there already takes the new query. */
  async save(query: string): Promise<void> {
    const title = l10n.t('Save Query');
    const name = await this.#askName(title, '');
    if (name === undefined) return;
    const scope = await askScope(title);
    if (scope) await this.#write(scope, { ...this.#rawOf(scope), [name]: query });
  }

  async rename(given: Saved | undefined): Promise<void> {
    const saved = given ?? (await this.#choose(l10n.t('Rename Saved Query')));
    if (!saved) return;
    const name = await this.#askName(l10n.t('Rename Saved Query'), saved.name);
    if (name === undefined || name === saved.name) return;
    // The order of the others stays.
    const entries = Object.entries(this.#rawOf(saved.scope)).filter(([each]) => each !== name);
    await this.#write(
      saved.scope,
      Object.fromEntries(entries.map(([each, query]) => [each === saved.name ? name : each, query])),
    );
  }

  async delete(given: Saved | undefined): Promise<void> {
    const saved = given ?? (await this.#choose(l10n.t('Delete Saved Query')));
    if (!saved) return;
    const entries = Object.entries(this.#rawOf(saved.scope)).filter(([name]) => name !== saved.name);
    await this.#write(saved.scope, Object.fromEntries(entries));
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  /** The value of the setting as it stands in a scope; an empty one in the place of what is none. */
  #rawOf(scope: Scope): Readonly<Record<string, unknown>> {
    const inspected = workspace.getConfiguration(prefix).inspect<unknown>(setting);
    const value = scope === 'user' ? inspected?.globalValue : inspected?.workspaceValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  }

  #read(): void {
    const inspected = workspace.getConfiguration(prefix).inspect<unknown>(setting);
    const messages: string[] = [];
    const values = [
      ['workspace', inspected?.workspaceValue],
      ['user', inspected?.globalValue],
    ] as const;
    this.#saved = values.flatMap(([scope, value]) => {
      const { queries, problems } = readSavedQueries(value);
      const name = `${prefix}.${setting}`;
      messages.push(
        ...problems.map((each) => l10n.t('The setting {0} is wrong: {1}', name, translate(each))),
      );
      return queries.map((query) => ({ ...query, scope }));
    });
    const settings = {
      [l10n.t('Open Settings')]: () =>
        commands.executeCommand('workbench.action.openSettings', `${prefix}.${setting}`),
    };
    for (const message of messages) if (!this.#told.has(message)) showError(message, settings);
    this.#told = new Set(messages);
  }

  async #write(scope: Scope, value: Readonly<Record<string, unknown>>): Promise<void> {
    const kept = Object.keys(value).length === 0 ? undefined : value;
    await workspace.getConfiguration(prefix).update(setting, kept, targets[scope]);
  }

  async #askName(title: string, value: string): Promise<string | undefined> {
    const name = await window.showInputBox({
      title,
      prompt: l10n.t('Name of the query'),
      value,
      validateInput: (written) => {
        const problem = nameProblem(written);
        return problem && translate(problem);
      },
    });
    return name?.trim();
  }

  async #choose(title: string): Promise<Saved | undefined> {
    if (this.#saved.length === 0) {
      showInformation(
        l10n.t('No query is saved yet. The star in the query of the event inspector saves one.'),
      );
      return undefined;
    }
    const items = this.#saved.map((saved) => ({
      label: saved.name,
      description: scopeLabel(saved.scope),
      detail: saved.query,
      saved,
    }));
    return (await window.showQuickPick(items, { title, matchOnDetail: true }))?.saved;
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

function scopeLabel(scope: Scope): string {
  return scope === 'user' ? l10n.t('In all windows (user settings)') : l10n.t('In this workspace');
}
