import { env, type Memento } from 'vscode';
import type { JournalView } from '../../core/journal/journalView.ts';
import { parsePath, payloadValues } from '../../core/journal/query/payloadValues.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type { InspectorHost, Row, RowsAnswer, Status } from '../../rpc/inspector.ts';
import {
  defaultGrid,
  gridSettings,
  type CopyForm,
  type GridSettings,
  type RowSpan,
} from '../../rpc/inspectorGrid.ts';
import type { Runtime } from '../runtime.ts';
import { callOf, copiedText, type ShownGrid } from './copiedEvents.ts';
import { rowOf } from './rows.ts';

/** Rows answered in one request: more than any screen has. */
const maxRows = 500;
/** Rows that a page gets before it asks for any. */
const newestRows = 64;
/** Events taken into a selection at most: they are read into memory. */
const maxSelected = 200_000;
/** Payloads are read for columns so long before something else has its turn. */
const sliceMs = 8;

type GridHandlers = Pick<
  Handlers<InspectorHost>,
  'rows' | 'select' | 'gridSettings' | 'keepGrid' | 'setOrder' | 'copyAs'
>;

/** Place of an inspector: the panel and the tabs have looks of their own. */
type Home = 'panel' | 'tab';

/** Looks of the grid that was used last in that place. */
export function keptGrid(
  { globalState }: { readonly globalState: Memento },
  home: Home,
): GridSettings | null {
  return gridSettings(globalState.get(keyOf(home)));
}

const keyOf = (home: Home): string => `inspector.grid.${home}`;

/** The grid's side of the host: rows, selection, looks and copies. */
export class GridHost {
  readonly #runtime: Runtime;
  readonly #view: JournalView;
  readonly #home: Home;
  readonly #nameOf: (connection: string) => string;
  #grid: ShownGrid;
  #selected: readonly RowSpan[] = [];

  constructor(runtime: Runtime, view: JournalView, home: Home, nameOf: (connection: string) => string) {
    this.#nameOf = nameOf;
    this.#runtime = runtime;
    this.#view = view;
    this.#home = home;
    this.#grid = { settings: keptGrid(runtime.context, home) ?? defaultGrid, shown: [] };
  }

  /** The selected events in order, at most the newest 200,000. */
  async selection(): Promise<readonly JournalEvent[]> {
    const parts = await Promise.all(
      this.#selected.map(([from, to]) => this.#view.between(from, to, maxSelected)),
    );
    return parts.flat();
  }

  async selectedCount(): Promise<number> {
    const counts = await Promise.all(this.#selected.map(([from, to]) => this.#view.countBetween(from, to)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Ids of the columns on screen; empty before there are any. */
  get columns(): readonly string[] {
    return this.#grid.shown;
  }

  /** Forgets the selection: its places are those of events that are not shown any more. */
  deselect(): void {
    this.#selected = [];
  }

  async copyAs(form: CopyForm, events: readonly JournalEvent[]): Promise<void> {
    await env.clipboard.writeText(copiedText(this.#runtime, events, form, this.#grid));
  }

  handlers(status: () => Status): GridHandlers {
    const { context } = this.#runtime;
    return {
      rows: ({ start, count, paths }) => this.#rows(start, Math.min(count, maxRows), paths),
      select: async ({ spans }) => {
        this.#selected = spans;
        return { count: await this.selectedCount() };
      },
      gridSettings: () => keptGrid(context, this.#home),
      keepGrid: async ({ settings, shown }) => {
        this.#grid = { settings, shown };
        await context.globalState.update(keyOf(this.#home), settings);
        return null;
      },
      setOrder: async ({ order }) => {
        await this.#view.setOrder(order);
        return status();
      },
      copyAs: async ({ form }) => {
        await this.copyAs(form, await this.selection());
        return null;
      },
    };
  }

  /** More rows from the end than most screens have; null where the filter changes meanwhile, or no journal answers. */
  async newest(): Promise<RowsAnswer | null> {
    try {
      return await this.#rows(Math.max(0, this.#view.length - newestRows), newestRows, []);
    } catch {
      return null;
    }
  }

  async #rows(start: number, count: number, paths: readonly string[]): Promise<RowsAnswer> {
    const lead = start > 0 ? 1 : 0;
    const { revision, order, rows: events } = await this.#view.rows(start - lead, count + lead);
    const steps = paths.map(parsePath);
    const rows: Row[] = [];
    let begun = performance.now();
    for (const [index, event] of events.entries()) {
      if (index < lead) continue;
      rows.push(
        rowOf(event, events[index - 1], {
          order,
          connectionName: this.#nameOf(event.connection),
          values: payloadValues(event, steps),
          isCall: callOf(this.#runtime, event) !== undefined,
        }),
      );
      if (steps.length === 0 || performance.now() - begun < sliceMs) continue;
      await new Promise(setImmediate);
      begun = performance.now();
    }
    return { revision, start, rows };
  }
}
