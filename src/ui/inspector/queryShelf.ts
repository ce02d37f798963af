import { EventEmitter, l10n, window, type Disposable, type Memento } from 'vscode';
import {
  nameProblem,
  readHistory,
  readSavedQueries,
  remembered,
} from '../../core/journal/query/savedQueries.ts';
import type { QueryShelf as Shelf, SavedQuery } from '../../rpc/inspectorQuery.ts';
import { showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';
import { askScope, NamedSetting, scopeLabel } from './namedSetting.ts';

type Saved = Pick<SavedQuery, 'name' | 'scope'>;

const historyKey = 'inspector.queries';

/** Saved queries, which are settings, and the queries that were used in this workspace. */
export class QueryShelf implements Disposable {
  readonly #memento: Memento;
  readonly #changed = new EventEmitter<void>();
  readonly #saved = new NamedSetting('savedQueries', (value) => {
    const { queries, problems } = readSavedQueries(value);
    return { entries: queries, problems };
  });
  readonly onDidChange = this.#changed.event;

  constructor(memento: Memento) {
    this.#memento = memento;
    this.#saved.onDidChange(() => this.#changed.fire());
  }

  get contents(): Shelf {
    return { saved: this.#saved.entries, history: readHistory(this.#memento.get(historyKey)) };
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
    if (scope) await this.#saved.set(scope, name, query);
  }

  async rename(given: Saved | undefined): Promise<void> {
    const title = l10n.t('Rename Saved Query');
    const saved = given ?? (await this.#choose(title));
    if (!saved) return;
    const name = await this.#askName(title, saved.name);
    if (name !== undefined && name !== saved.name) await this.#saved.rename(saved.scope, saved.name, name);
  }

  async delete(given: Saved | undefined): Promise<void> {
    const saved = given ?? (await this.#choose(l10n.t('Delete Saved Query')));
    if (saved) await this.#saved.delete(saved.scope, saved.name);
  }

  dispose(): void {
    this.#saved.dispose();
    this.#changed.dispose();
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
    const { entries } = this.#saved;
    if (entries.length === 0) {
      showInformation(
        l10n.t('No query is saved yet. The star in the query of the event inspector saves one.'),
      );
      return undefined;
    }
    const items = entries.map((saved) => ({
      label: saved.name,
      description: scopeLabel(saved.scope),
      detail: saved.query,
      saved,
    }));
    return (await window.showQuickPick(items, { title, matchOnDetail: true }))?.saved;
  }
}
