import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ColumnSetting, GridSettings } from '../../rpc/inspectorGrid.ts';
import { columnContext } from '../base/contextMenu.ts';
import { commandOf } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { contentWidth } from './row-pool.ts';
import { type ShownColumn, widthProperty, withPlace, withShown, withWidth } from './columns.ts';

/** Pixels that a key changes a width by. */
const STEP = 16;
/** Pixels that a press has to move before it drags. */
const SLACK = 6;

/** The grid as its head sees it. */
export interface HeadHost {
  readonly columns: readonly ShownColumn[];
  readonly settings: GridSettings;
  /** Element whose custom properties are the widths. */
  readonly sizes: HTMLElement;
  change(columns: readonly ColumnSetting[]): void;
  /** Width of the content of a column on screen. */
  contentWidth(index: number): number;
  configure(): void;
  /** Gives the focus to the rows. */
  focus(): void;
  /** Renders anew; settles when the elements are there. */
  refresh(): Promise<unknown>;
}

/** The head of the columns: each is a button that opens the columns, can be dragged, and has an edge that resizes. */
export class Head {
  readonly #host: HeadHost;
  /** The column that the Tab key reaches. */
  #reached = 'time';
  #wasDragged = false;

  constructor(host: HeadHost) {
    this.#host = host;
  }

  render(): TemplateResult {
    const { columns } = this.#host;
    const reached = columns.some(({ id }) => id === this.#reached) ? this.#reached : columns[0]?.id;
    return html`<div class="head" role="rowgroup" data-vscode-context=${columnContext('')}>
      <div class="row" role="row" aria-rowindex="1">
        ${repeat(
          columns,
          ({ id }) => id,
          (column, index) => this.#renderColumn(column, index, column.id === reached),
        )}
      </div>
    </div>`;
  }

  #renderColumn(column: ShownColumn, index: number, isReached: boolean): TemplateResult {
    const { id, right } = column;
    const label = this.#label(column);
    return html`<div
      class="cell ${right ? 'right' : ''}"
      role="columnheader"
      aria-colindex=${index + 1}
      aria-sort=${id === 'time' ? 'ascending' : 'none'}
      data-column=${id}
      data-vscode-context=${columnContext(id)}
    >
      <button
        tabindex=${isReached ? 0 : -1}
        title=${this.#title(column)}
        aria-label=${label}
        @focus=${() => this.#reach(id)}
        @click=${this.#onClick}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, column, index)}
        @pointerdown=${(event: PointerEvent) => this.#onPress(event, column)}
      >
        ${column.sign ?? label}</button
      ><span
        class="edge"
        @pointerdown=${(event: PointerEvent) => this.#onEdge(event, column, index)}
        @dblclick=${() => this.fit(id)}
      ></span>
    </div>`;
  }

  #label({ id, label }: ShownColumn): string {
    const { order, zone } = this.#host.settings;
    if (id !== 'time') return label;
    const name = order === 'arrival' ? t('Arrived') : label;
    return zone === 'utc' ? t('{0} (UTC)', name) : name;
  }

  #title({ id, label }: ShownColumn): string {
    if (id !== 'time') return label;
    return this.#host.settings.order === 'arrival'
      ? t('Time of arrival; the rows are in this order')
      : t("Sender's time, or that of the arrival where none is known; the rows are in this order");
  }

  #reach(id: string): void {
    if (id === this.#reached) return;
    this.#reached = id;
    void this.#host.refresh();
  }

  /** Makes a column as wide as its content on screen. */
  fit(id: string): void {
    const index = this.#host.columns.findIndex((column) => column.id === id);
    const button = this.#cells[index]?.querySelector('button');
    if (!button) return;
    const { paddingLeft, paddingRight } = getComputedStyle(button);
    const content = Math.max(this.#host.contentWidth(index), contentWidth(button));
    const width = Math.ceil(content + parseFloat(paddingLeft) + parseFloat(paddingRight)) + 2;
    this.#host.change(withWidth(this.#host.settings.columns, id, width));
  }

  get #cells(): readonly HTMLElement[] {
    return [...this.#host.sizes.querySelectorAll<HTMLElement>('.head .cell')];
  }

  #widthOf(index: number): number {
    return this.#cells[index]?.getBoundingClientRect().width ?? 0;
  }

  #onClick = (): void => {
    if (this.#wasDragged) this.#wasDragged = false;
    else this.#host.configure();
  };

  #onKey(event: KeyboardEvent, { id }: ShownColumn, index: number): void {
    const command = commandOf(event, 'head')?.command;
    const { columns, settings } = this.#host;
    const resize = (by: number): void => {
      this.#host.change(withWidth(settings.columns, id, this.#widthOf(index) + by));
    };
    const before = (at: number): void => {
      this.#host.change(withPlace(settings.columns, id, columns[at]?.id ?? null));
      this.#focus(id);
    };
    if (command === 'columnNext') this.#focus(columns[Math.min(index + 1, columns.length - 1)]?.id);
    else if (command === 'columnPrevious') this.#focus(columns[Math.max(index - 1, 0)]?.id);
    else if (command === 'columnWider') resize(STEP);
    else if (command === 'columnNarrower') resize(-STEP);
    else if (command === 'columnRight') before(index + 2);
    else if (command === 'columnLeft') before(Math.max(index - 1, 0));
    else if (command === 'columnHide') {
      this.#host.change(withShown(settings.columns, id, false));
      this.#focus((columns[index + 1] ?? columns[index - 1])?.id);
    } else if (command === 'rows') this.#host.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #focus(id: string | undefined): void {
    if (id === undefined) return;
    this.#reached = id;
    void this.#host.refresh().then(() => {
      this.#cells
        .find(({ dataset }) => dataset['column'] === id)
        ?.querySelector('button')
        ?.focus();
    });
  }

  /** Follows the pointer with the width of a column; the setting changes at the end. */
  #onEdge(event: PointerEvent, { id, least }: ShownColumn, index: number): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const begin = this.#widthOf(index);
    let width = begin;
    drag(event, {
      move: (by) => {
        width = Math.max(least, Math.round(begin + by));
        this.#host.sizes.style.setProperty(widthProperty(index), `${width}px`);
      },
      end: () => {
        if (width !== begin) this.#host.change(withWidth(this.#host.settings.columns, id, width));
      },
    });
  }

  /** Drags a column to another place; a mark shows before which one. */
  #onPress(event: PointerEvent, { id }: ShownColumn): void {
    if (event.button !== 0) return;
    const cells = this.#cells;
    const middles = cells.map((cell) => {
      const { left, width } = cell.getBoundingClientRect();
      return left + width / 2;
    });
    let at: number | undefined;
    this.#wasDragged = false;
    const mark = (): void => {
      cells.forEach((cell, index) => {
        cell.classList.toggle('drop-before', index === at);
        cell.classList.toggle('drop-after', at === cells.length && index === at - 1);
      });
    };
    drag(event, {
      move: (by) => {
        if (Math.abs(by) < SLACK && at === undefined) return;
        const x = event.clientX + by;
        at = middles.filter((middle) => middle < x).length;
        mark();
      },
      end: () => {
        if (at === undefined) return;
        this.#wasDragged = true;
        const before = this.#host.columns[at]?.id ?? null;
        at = undefined;
        mark();
        if (before !== id) this.#host.change(withPlace(this.#host.settings.columns, id, before));
      },
    });
  }
}

/** Follows the pointer of a press until it is let go, wherever it goes. */
function drag(
  { currentTarget, pointerId, clientX }: PointerEvent,
  { move, end }: { readonly move: (by: number) => void; readonly end: () => void },
): void {
  const target = currentTarget as HTMLElement;
  target.setPointerCapture(pointerId);
  const onMove = (event: PointerEvent): void => move(event.clientX - clientX);
  target.addEventListener('pointermove', onMove);
  target.addEventListener(
    'lostpointercapture',
    () => {
      target.removeEventListener('pointermove', onMove);
      end();
    },
    { once: true },
  );
}
