import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { RowsAnswer, Status } from '../../rpc/inspector.ts';
import { defaultGrid, type GridSettings, type GridWish, type ViewPlace } from '../../rpc/inspectorGrid.ts';
import { cellContext, menuContext } from '../base/contextMenu.ts';
import { fire } from '../base/events.ts';
import { throttled } from '../base/throttled.ts';
import type { Host } from '../base/link.ts';
import { iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { commandOf, type Stroke } from '../base/strokes.ts';
import { baseStyles } from '../base/styles.ts';
import { copiedCell, fieldOf, type CellFacts } from './cells.ts';
import { clockBrowser } from './clockBrowser.ts';
import { ColumnSizes } from './column-sizes.ts';
import './columns-dialog.ts';
import type { ColumnsDialog } from './columns-dialog.ts';
import { columnPath, isPath, shownColumns, withShown, type ShownColumn } from './columns.ts';
import { gridStyles } from './grid.styles.ts';
import { Head } from './head.ts';
import { HostClock } from './hostClock.ts';
import { jumpButton } from './jump-button.ts';
import { destination } from './moves.ts';
import { GridPointer, openMenuAt } from './pointer.ts';
import { RowPool } from './row-pool.ts';
import { ROW_HEIGHTS } from './scroll-space.ts';
import { Scroller } from './scroller.ts';
import { GridView, type Move } from './view.ts';

/** Rows are placed relative to a base that moves in large steps, so that scrolling touches only the layer. */
const BASE_ROWS = 2048;
/** Height of the head with its border; the style sheet gives it. */
const HEAD_HEIGHT = 24;
/** How often the place for a reload is told. */
const PLACE_MS = 300;

const NO_CONTEXT = menuContext('none');

/** The list of events: draws the rows in the viewport, whatever their number, and handles focus and selection. */
export class EventGrid extends LitElement {
  static override styles = [baseStyles, iconStyles, gridStyles];
  static override properties = {
    host: { attribute: false },
    status: { attribute: false },
    settings: { attribute: false },
    newest: { attribute: false },
    place: { attribute: false },
  };
  declare host: Host;
  declare status: Status | null;
  declare settings: GridSettings;
  /** Rows at the end that are there before the grid asks for any. */
  declare newest: RowsAnswer | null;
  /** Place to come back to; taken once. */
  declare place: ViewPlace | null;
  #view: GridView | null = null;
  #pool: RowPool | null = null;
  #scroller: Scroller | null = null;
  /** The columns that are shown. */
  columns: readonly ShownColumn[] = [];
  #sizes: ColumnSizes | null = null;
  /** Index of the active cell of the focused row, -1 where the row as a whole is. */
  #activeCell = -1;
  #width = 0;
  #isScheduled = false;
  #open = false;
  #told = '';
  #described = '';
  #headVersion = 0;
  #lastFollow = true;
  #frameState = '';
  readonly #resize = new ResizeObserver((all) => all.forEach((one) => this.#resized(one.contentRect)));
  readonly #pointer = new GridPointer({
    pool: () => this.#pool,
    now: () => this.#clock.now,
    rowAt: (at) => this.#view?.window.at(at),
    columnAt: (index) => this.columns[index]?.id,
  });
  readonly #place = throttled(PLACE_MS, () => fire(this, 'gso-place', this.#view?.place ?? null));
  readonly #head = new Head(this);
  readonly #clock = new HostClock(this, () => this.#schedule(), clockBrowser);

  constructor() {
    super();
    this.settings = defaultGrid;
    this.newest = null;
    this.place = null;
  }

  get follow(): boolean {
    return this.#view?.follow ?? true;
  }

  setFollow(follow: boolean): void {
    this.#view?.setFollow(follow);
  }

  /** Scrolls to an event and selects it; false where the filter hides it. */
  goTo(seq: number): Promise<boolean> {
    return this.#view?.goTo(seq) ?? Promise.resolve(false);
  }

  override focus(): void {
    this.sizes.focus({ preventScroll: true });
  }

  /** Opens the dialog with the columns. */
  configure(): void {
    this.renderRoot.querySelector<ColumnsDialog>('gso-columns')?.show();
  }

  wish(wish: GridWish): void {
    const { columns } = this.settings;
    if (wish.wish === 'configureColumns') this.configure();
    else if (wish.wish === 'resetColumns') this.change([]);
    else if (wish.wish === 'copyValue') this.#copyValue();
    else if (wish.wish === 'fitColumn') this.#head.fit(wish.column);
    else if (wish.wish === 'hideColumn') this.change(withShown(columns, wish.column, false));
    else this.change(withShown(columns, columnPath(wish.path), true));
  }

  /** Arranges the columns. */
  change(columns: GridSettings['columns']): void {
    this.settings = { ...this.settings, columns };
  }

  /** Width of the content of a column on screen. */
  contentWidth(index: number): number {
    return this.#pool?.contentWidth(index) ?? 0;
  }

  /** Renders the head anew. */
  refresh(): Promise<unknown> {
    this.#headVersion++;
    this.requestUpdate();
    return this.updateComplete;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#view ??= new GridView(
      this.host,
      () => this.#viewChanged(),
      (focusMoved) => this.#selectionChanged(focusMoved),
    );
    if (changed.has('place') && this.place && this.#told === '') this.#view.restore(this.place);
    if (changed.has('settings')) this.#arrange();
    if (!changed.has('status') || !this.status) return;
    this.#clock.set(this.status.now);
    this.#view.show(this.status, this.newest);
  }

  /** Brings columns and rows in line with the settings and the width. */
  #arrange(): void {
    const columns = shownColumns(this.settings.columns, this.#width);
    const before = this.columns;
    const isSame =
      columns.length === before.length &&
      columns.every(({ id, size }, index) => id === before[index]?.id && size === before[index].size);
    if (!isSame) this.#setColumns(columns, this.columns[this.#activeCell]?.id);
    this.#view?.setRowHeight(ROW_HEIGHTS[this.settings.density]);
    this.#clock.want(this.settings.zone === 'relative');
    const told = JSON.stringify([this.settings, columns.map(({ id }) => id)]);
    if (this.#width > 0 && told !== this.#told) {
      this.#told = told;
      fire(this, 'gso-grid', { settings: this.settings, shown: columns.map(({ id }) => id) });
    }
    this.#schedule();
  }

  #setColumns(columns: readonly ShownColumn[], active: string | undefined): void {
    this.columns = columns;
    this.#activeCell = columns.findIndex(({ id }) => id === active);
    this.#pool?.setColumns(columns);
    this.#view?.setPaths(columns.map(({ id }) => id).filter(isPath));
    this.#sizes?.set(columns);
    this.requestUpdate();
  }

  protected override updated(): void {
    this.#sizes?.follow([...this.renderRoot.querySelectorAll('.head .cell')]);
  }

  protected override firstUpdated(): void {
    this.#pool = new RowPool(this.#part('.rows'));
    this.#scroller = new Scroller(this.sizes, () => this.#view);
    this.#pool.setColumns(this.columns);
    this.#sizes = new ColumnSizes(this.sizes);
    this.#sizes.set(this.columns);
    this.#resize.observe(this.sizes);
    // The observer tells the size after the frame without rows.
    this.#resized({ width: this.sizes.clientWidth, height: this.sizes.clientHeight });
  }

  #resized({ width, height }: Pick<DOMRectReadOnly, 'width' | 'height'>): void {
    this.#width = width;
    this.#arrange();
    this.#view?.resize(Math.max(0, height - HEAD_HEIGHT));
  }

  #part(selector: string): HTMLElement {
    const part = this.renderRoot.querySelector<HTMLElement>(selector);
    if (!part) throw new Error('the grid is not rendered');
    return part;
  }

  /** Element whose custom properties are the widths. */
  get sizes(): HTMLElement {
    return this.#part('.grid');
  }

  /** Rows are drawn once a frame; what stands around them is rendered where it changes. */
  #viewChanged(): void {
    this.#schedule();
    const view = this.#view;
    if (!view) return;
    const frameState = `${view.matched === 0} ${view.fresh} ${view.space.compressed}`;
    if (frameState !== this.#frameState) {
      this.#frameState = frameState;
      this.requestUpdate();
    }
    this.#place();
    if (view.follow === this.#lastFollow) return;
    this.#lastFollow = view.follow;
    fire(this, 'gso-follow', view.follow);
  }

  #selectionChanged(focusMoved: boolean): void {
    const selection = this.#view?.selection;
    if (!selection) return;
    fire(this, 'gso-spans', selection.spans);
    if (!focusMoved) return;
    if (selection.focus !== null) fire(this, 'gso-focus', { seq: selection.focus.seq, open: this.#open });
    this.#open = false;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  get #facts(): CellFacts {
    return {
      zone: this.settings.zone,
      now: this.#clock.now,
      focusTime: this.#view?.focusTime ?? null,
      paths: this.#view?.window.paths ?? [],
    };
  }

  #draw(): void {
    const view = this.#view;
    if (!view || !this.#pool) return;
    const { rowHeight, selection } = view;
    const [first, end] = view.range;
    const base = Math.floor(first / BASE_ROWS) * BASE_ROWS;
    this.#scroller?.place(base * rowHeight - Math.round(view.position));
    this.#pool.draw(first, end, this.#facts, (at) => {
      const row = view.window.at(at);
      const isFocused = at === view.focusAt;
      return {
        at,
        top: (at - base) * rowHeight,
        row,
        isSelected: row !== undefined && selection.has(view.placeOf(row)),
        isFocused,
        activeCell: isFocused ? this.#activeCell : -1,
      };
    });
    this.#describe(view);
  }

  /** Tells a screen reader how many rows there are and where the focus is. */
  #describe(view: GridView): void {
    const row = view.focusAt < 0 ? undefined : this.#pool?.elementAt(view.focusAt);
    const active = (this.#activeCell < 0 ? row : row?.children[this.#activeCell])?.id ?? '';
    const described = `${view.matched} ${active}`;
    if (described === this.#described) return;
    this.#described = described;
    this.sizes.ariaRowCount = String(view.matched + 1);
    if (active === '') this.sizes.removeAttribute('aria-activedescendant');
    else this.sizes.setAttribute('aria-activedescendant', active);
  }

  protected override render(): TemplateResult {
    const view = this.#view;
    return html`<div
        class="grid ${this.settings.density} ${this.columns.some(({ id }) => id === 'duration') ? 'timed' : ''}"
        role="grid"
        tabindex="0"
        aria-label=${t('Events')}
        aria-multiselectable="true"
        aria-colcount=${this.columns.length}
        data-vscode-context=${NO_CONTEXT}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
        @contextmenu=${(event: MouseEvent) => this.#onContextMenu(event)}
        @scroll=${() => this.#scroller?.scrolled()}
        @wheel=${view?.space.compressed === true ? (event: WheelEvent) => this.#scroller?.wheel(event) : null}
      >
        <div class="content" role="presentation">
          ${guard([this.columns, this.settings, this.#headVersion], () => this.#head.render())}
          <div class="layer" role="presentation" data-vscode-context=${NO_CONTEXT}>
            <div
              class="rows"
              role="rowgroup"
              @mousedown=${(event: MouseEvent) => this.#onMouseDown(event)}
              @mouseover=${(event: MouseEvent) => this.#pointer.hover(event)}
            ></div>
          </div>
          <div class="space" role="presentation"></div>
        </div>
      </div>
      ${view === null || view.matched === 0 ? html`<div class="empty"><slot name="empty"></slot></div>` : nothing}
      ${jumpButton(view?.fresh ?? 0, () => {
        this.setFollow(true);
        this.focus();
      })}
      <gso-columns
        .settings=${this.settings}
        .shown=${this.columns.map(({ id }) => id)}
        @change-grid=${(event: CustomEvent<GridSettings>) => (this.settings = event.detail)}
      ></gso-columns>`;
  }

  #onMouseDown(event: MouseEvent): void {
    const hit = this.#pointer.hit(event);
    if (!hit || event.button !== 0) return;
    event.preventDefault();
    this.focus();
    const isToggle = event.ctrlKey || event.metaKey;
    const move: Move = event.shiftKey ? 'extend' : isToggle ? 'toggle' : 'only';
    this.#open = move === 'only';
    this.#activeCell = hit.column;
    this.#view?.moveTo(hit.at, move);
  }

  #onContextMenu(event: MouseEvent): void {
    const view = this.#view;
    if (event.target === event.currentTarget) {
      const row = this.#pool?.elementAt(view?.focusAt ?? -1);
      if (row) openMenuAt(event, row, row.children[this.#activeCell]);
      return;
    }
    const hit = this.#pointer.hit(event);
    const row = hit && view?.window.at(hit.at);
    if (!row || !view) return;
    this.#activeCell = hit.column;
    view.moveTo(hit.at, view.selection.has(view.placeOf(row)) ? 'focus' : 'only');
    const field = fieldOf(this.columns[hit.column]?.id ?? '', row, this.#facts);
    hit.element.dataset['vscodeContext'] = cellContext({ event: row[0], isCall: row[16], ...field });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget) return;
    const stroke = commandOf(event, 'grid');
    if (!stroke || !this.#view) return;
    event.preventDefault();
    event.stopPropagation();
    this.#run(stroke, this.#view);
  }

  #run({ command, extend }: Stroke, view: GridView): void {
    const moved = destination(command, view);
    if (moved) {
      view.moveTo(moved.at, extend ? 'extend' : moved.move);
      if (command === 'last' && !extend) view.setFollow(true);
    } else if (command === 'selectAll') void view.selectAll();
    else if (command === 'cellNext' || command === 'cellPrevious') {
      const next = this.#activeCell + (command === 'cellNext' ? 1 : -1);
      this.#activeCell = Math.min(Math.max(-1, next), this.columns.length - 1);
      this.#revealCell();
    } else if (view.selection.focus === null) return;
    else if (command === 'toggle') view.moveTo(view.focusAt, 'toggle');
    else if (command === 'open') fire(this, 'gso-focus', { seq: view.selection.focus.seq, open: true });
    else if (command === 'copyValue') this.#copyValue();
    else if (command === 'copy') fire(this, 'gso-action', 'copyEvent');
  }

  /** Scrolls sideways to the active cell, where the columns are wider than the grid. */
  #revealCell(): void {
    this.#schedule();
    const cell = this.#part('.head .row').children[Math.max(0, this.#activeCell)];
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Copies the active cell; the whole event where none is. */
  #copyValue(): void {
    const view = this.#view;
    const column = this.columns[this.#activeCell]?.id;
    const row = view?.window.at(view.focusAt);
    if (!row || column === undefined) fire(this, 'gso-action', 'copyEvent');
    else fire(this, 'gso-copy', copiedCell(column, row, this.#facts));
  }
}

customElements.define('gso-grid', EventGrid);
