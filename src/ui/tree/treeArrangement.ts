import { commands, workspace, type Disposable, type TreeView } from 'vscode';
import { commandId, prefix } from '../contributions/commandIds.ts';
import { contextKeys } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import type { ArrangedRows } from './arrangedRows.ts';
import type { Row } from './treeItems.ts';

/** Names under which the arrangement is kept for the workspace, and the favourites for every one. */
const arrangementName = 'arrangement';
const favouritesName = 'favourites';

const arrangeCommands = [
  'filterInstances',
  'changeFilter',
  'clearFilter',
  'groupInstances',
  'sortInstances',
  'setTags',
  'addFavourite',
  'removeFavourite',
] as const;

export type ArrangeCommand = (typeof arrangeCommands)[number];

/** Draws these rows anew, or all of them; soon, or now, where somebody waits for it. */
type DrawRows = (rows: ReadonlySet<Row> | 'all', when: 'soon' | 'now') => void;

/** The user's arrangement of the tree, its commands, and the code that follows it, which is loaded once there is one. */
export class TreeArrangement implements Disposable {
  readonly runtime: Runtime;
  /** Absent while nothing is arranged. */
  rows: ArrangedRows | undefined;
  /** The box for words of the filter is open. */
  isFilterTyped = false;
  readonly #draw: DrawRows;
  #filtered: 'some' | 'none' | undefined;

  constructor(runtime: Runtime, view: TreeView<Row>, draw: DrawRows) {
    this.runtime = runtime;
    this.#draw = draw;
    const { scope, connections } = runtime;
    for (const command of arrangeCommands)
      scope.add(
        commands.registerCommand(commandId(command), async (row?: Row, selected?: readonly Row[]) => {
          const { arrange } = await import('./arrangeCommands.ts');
          await arrange[command](this, row ? (selected ?? [row]) : view.selection);
        }),
      );
    scope.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${prefix}.tags`)) void this.renew();
      }),
    );
    // Connections may have other names.
    scope.defer(connections.onDidChange('arrangement', () => void this.renew()));
    void this.renew();
  }

  /** The arrangement as it is kept; of another version perhaps. */
  get kept(): unknown {
    return this.runtime.context.workspaceState.get(arrangementName);
  }

  /** Ids of favourite instances. */
  get favourites(): readonly string[] {
    return this.runtime.context.globalState.get(favouritesName, []);
  }

  /** Keeps an arrangement, nothing for the default, and shows it. */
  async keep(arrangement: unknown): Promise<void> {
    await Promise.all([
      this.runtime.context.workspaceState.update(arrangementName, arrangement),
      this.renew('now'),
    ]);
  }

  async keepFavourites(ids: readonly string[]): Promise<void> {
    await Promise.all([this.runtime.context.globalState.update(favouritesName, ids), this.renew('now')]);
  }

  /** Tells menus and welcome texts whether a filter hides instances, and whether it hides all of them. */
  tellFiltered(filtered: 'some' | 'none' | undefined): void {
    if (this.#filtered === filtered) return;
    this.#filtered = filtered;
    void commands.executeCommand('setContext', contextKeys.filtered, filtered);
  }

  async renew(when: 'soon' | 'now' = 'soon'): Promise<void> {
    const isArranged = this.rows !== undefined || this.kept !== undefined || this.favourites.length > 0;
    if (!isArranged) return;
    const { arrangedRows } = await import('./arrangedRows.ts');
    this.rows?.dispose();
    this.rows = arrangedRows(this, (rows) => {
      this.#draw(rows, 'soon');
    });
    this.#draw('all', when);
  }

  dispose(): void {
    this.rows?.dispose();
  }
}
