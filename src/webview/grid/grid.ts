import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Status } from '../../rpc/inspector.ts';
import { menuContext } from '../base/contextMenu.ts';
import { fire } from '../base/events.ts';
import { count } from '../base/format.ts';
import type { Host } from '../base/host.ts';
import { iconStyles } from '../base/icons.ts';
import { type Command, commandOf, type Stroke } from '../base/keymap.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { cells, COLUMNS, placeholder } from './cells.ts';
import { gridStyles } from './grid.styles.ts';
import { ROW_HEIGHT } from './scroll-space.ts';
import { GridView, type Move } from './view.ts';

/** Rows are placed relative to a base that moves in large steps, so that scrolling touches only the layer. */
const BASE_ROWS = 2048;

/** Height of the head with its border; the style sheet gives it. */
const HEAD_HEIGHT = 24;

const EVENT_CONTEXT = menuContext('event');
const NO_CONTEXT = menuContext('none');

/** The list of events: draws the rows in the viewport, whatever their number, and handles focus and selection. */
export class EventGrid extends LitElement {
  static override styles = [baseStyles, iconStyles, gridStyles];
  static override properties = { host: { attribute: false }, status: { attribute: false } };
  declare host: Host;
  declare status: Status | null;
  #view: GridView | null = null;
  /** The scroll position that we know of; any other one that is reported comes from the reader. */
  #scrollTop = 0;
  readonly #resize = new ResizeObserver(() => this.#resized());

  get follow(): boolean {
    return this.#view?.follow ?? true;
  }

  get selected(): boolean {
    return (this.#view?.selection.spans.length ?? 0) > 0;
  }

  setFollow(follow: boolean): void {
    this.#view?.setFollow(follow);
  }

  /** Scrolls to an event and selects it; false where the filter hides it. */
  goTo(seq: number): Promise<boolean> {
    return this.#view?.goTo(seq) ?? Promise.resolve(false);
  }

  override focus(): void {
    this.#grid.focus({ preventScroll: true });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#view ??= new GridView(
      this.host,
      () => this.#viewChanged(),
      () => this.#selectionChanged(),
    );
    if (changed.has('status') && this.status) this.#view.show(this.status);
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this.#grid);
  }

  protected override updated(): void {
    const view = this.#view;
    if (!view) return;
    const wanted = view.space.toScrollTop(view.position);
    if (Math.abs(wanted - this.#scrollTop) < 1) return;
    this.#grid.scrollTop = wanted;
    this.#scrollTop = this.#grid.scrollTop;
  }

  #resized(): void {
    this.#view?.resize(Math.max(0, this.#grid.clientHeight - HEAD_HEIGHT));
  }

  get #grid(): HTMLElement {
    const grid = this.renderRoot.querySelector<HTMLElement>('.grid');
    if (!grid) throw new Error('the grid is not rendered');
    return grid;
  }

  #lastFollow = true;

  #viewChanged(): void {
    this.requestUpdate();
    const follow = this.follow;
    if (follow === this.#lastFollow) return;
    this.#lastFollow = follow;
    fire(this, 'gso-follow', follow);
  }

  #open = false;

  #selectionChanged(): void {
    const selection = this.#view?.selection;
    if (!selection) return;
    fire(this, 'gso-spans', selection.spans);
    if (selection.focus !== null) fire(this, 'gso-focus', { seq: selection.focus, open: this.#open });
    this.#open = false;
  }

  protected override render(): TemplateResult {
    const view = this.#view;
    const matched = view?.matched ?? 0;
    const hasFocus = view !== null && view.focusAt >= 0;
    return html`<div
        class="grid"
        role="grid"
        tabindex="0"
        aria-label=${t('Events')}
        aria-multiselectable="true"
        aria-rowcount=${matched + 1}
        aria-activedescendant=${hasFocus && view.focusAt >= view.range[0] && view.focusAt < view.range[1] ? `row-${view.focusAt}` : nothing}
        data-vscode-context=${this.selected ? EVENT_CONTEXT : NO_CONTEXT}
        @keydown=${this.#onKey}
        @contextmenu=${this.#onContextMenu}
        @scroll=${this.#onScroll}
        @wheel=${view?.space.compressed === true ? this.#onWheel : null}
      >
        <div class="head" role="rowgroup" data-vscode-context=${NO_CONTEXT}>
          <div class="row" role="row" aria-rowindex="1">
            ${COLUMNS.map(
              (column) =>
                html`<span
                  class="cell ${column.id === 'icon' ? 'icon-cell' : column.id}"
                  role="columnheader"
                  title=${column.label()}
                  >${this.#heading(column.id, column.label())}</span
                >`,
            )}
          </div>
        </div>
        ${this.#renderBody(view)}
      </div>
      ${matched === 0 ? html`<div class="empty"><slot name="empty"></slot></div>` : nothing}
      ${this.#renderJump(view)}`;
  }

  #heading(id: string, label: string): string | TemplateResult {
    if (id === 'icon') return html`<span class="hidden-text">${label}</span>`;
    return id === 'delta'
      ? html`<span aria-hidden="true">Δ</span><span class="hidden-text">${label}</span>`
      : label;
  }

  /** A layer that stays in the viewport, over the space that gives the scroll bar its length. */
  #renderBody(view: GridView | null): TemplateResult {
    const viewport = view?.height ?? 0;
    const height = view?.space.height ?? 0;
    return html`<div
        class="layer"
        role="presentation"
        data-vscode-context=${NO_CONTEXT}
        .style=${`height:${viewport}px`}
      >
        ${this.#renderRows(view)}
      </div>
      <div class="space" role="presentation" .style=${`height:${height}px;margin-top:-${viewport}px`}></div>`;
  }

  #renderRows(view: GridView | null): TemplateResult | typeof nothing {
    if (!view) return nothing;
    const [first, end] = view.range;
    const base = Math.floor(first / BASE_ROWS) * BASE_ROWS;
    const shift = base * ROW_HEIGHT - Math.round(view.position);
    const positions = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
    return html`<div
      role="rowgroup"
      .style=${`transform:translateY(${shift}px)`}
      @mousedown=${this.#onMouseDown}
      @mouseover=${this.#onHover}
    >
      ${repeat(
        positions,
        (at) => at,
        (at) => this.#renderRow(view, at, (at - base) * ROW_HEIGHT),
      )}
    </div>`;
  }

  #renderRow(view: GridView, at: number, top: number): TemplateResult {
    const row = view.window.at(at);
    const isSelected = row !== undefined && view.selection.has(row[0]);
    return html`<div
      class="row ${at % 2 === 1 ? 'odd' : ''} ${row?.[8] ?? ''} ${at === view.focusAt ? 'focused' : ''}"
      role="row"
      id="row-${at}"
      aria-rowindex=${at + 2}
      aria-selected=${isSelected}
      data-at=${at}
      data-vscode-context=${row ? EVENT_CONTEXT : NO_CONTEXT}
      .style=${`transform:translateY(${top}px)`}
    >
      ${row ? cells(row) : placeholder}
    </div>`;
  }

  #renderJump(view: GridView | null): TemplateResult | typeof nothing {
    if (!view || view.fresh === 0) return nothing;
    return html`<button class="jump" title=${t('Go to the newest event and follow')} @click=${this.#jump}>
      ↓ ${t('{0} new', count(view.fresh))}
    </button>`;
  }

  #jump(): void {
    this.setFollow(true);
    this.focus();
  }

  #onScroll(): void {
    const { scrollTop } = this.#grid;
    if (!this.#view || Math.abs(scrollTop - this.#scrollTop) < 1) return;
    this.#scrollTop = scrollTop;
    this.#view.scrollTo(this.#view.space.toPosition(scrollTop));
  }

  /** In a compressed space one pixel of the scroll bar is several rows: the wheel moves by rows all the same. */
  #onWheel(event: WheelEvent): void {
    if (!this.#view || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = [1, ROW_HEIGHT, this.#view.height][event.deltaMode] ?? 1;
    this.#view.scrollTo(this.#view.position + event.deltaY * unit);
  }

  #onHover(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('.cell');
    if (!cell) return;
    cell.title = cell.scrollWidth > cell.clientWidth ? cell.textContent.trim() : '';
  }

  #positionOf(event: Event): number {
    const at = (event.target as Element).closest<HTMLElement>('.row')?.dataset['at'];
    return at === undefined ? -1 : Number(at);
  }

  #onMouseDown(event: MouseEvent): void {
    const at = this.#positionOf(event);
    if (at < 0 || event.button !== 0 || !this.#view) return;
    event.preventDefault();
    this.focus();
    const isToggle = event.ctrlKey || event.metaKey;
    const move: Move = event.shiftKey ? 'extend' : isToggle ? 'toggle' : 'only';
    this.#open = move === 'only';
    this.#view.moveTo(at, move);
  }

  #onContextMenu(event: MouseEvent): void {
    if (event.target === event.currentTarget) {
      this.#openMenuOfFocus(event);
      return;
    }
    const at = this.#positionOf(event);
    const row = this.#view?.window.at(at);
    if (row && this.#view?.selection.has(row[0]) === false) this.#view.moveTo(at, 'only');
  }

  /** A key opens the menu on the grid, which has the focus of the page: it goes to the focused row. */
  #openMenuOfFocus(event: MouseEvent): void {
    const row = this.renderRoot.querySelector(`#row-${this.#view?.focusAt ?? -1}`);
    if (!row) return;
    event.preventDefault();
    event.stopPropagation();
    const { left, bottom } = row.getBoundingClientRect();
    const init = { bubbles: true, cancelable: true, composed: true, clientX: left + ROW_HEIGHT };
    row.dispatchEvent(new MouseEvent('contextmenu', { ...init, clientY: bottom }));
  }

  #onKey(event: KeyboardEvent): void {
    const stroke = commandOf(event, 'grid');
    if (!stroke || !this.#view) return;
    event.preventDefault();
    event.stopPropagation();
    this.#run(stroke, this.#view);
  }

  #run({ command, extend }: Stroke, view: GridView): void {
    const target = destination(command, view);
    if (target !== null) {
      view.moveTo(target, extend ? 'extend' : 'only');
      if (command === 'last' && !extend) view.setFollow(true);
    } else if (command === 'selectAll') void view.selectAll();
    else if (view.selection.focus === null) return;
    else if (command === 'open') fire(this, 'gso-focus', { seq: view.selection.focus, open: true });
    else if (command === 'copy') fire(this, 'gso-action', 'copyEvent');
  }
}

/** The row that a moving key goes to, `null` for keys that do not move. */
function destination(command: Command, view: GridView): number | null {
  const last = view.matched - 1;
  const at = view.focusAt < 0 ? null : view.focusAt;
  switch (command) {
    case 'next':
      return at === null ? last : at + 1;
    case 'previous':
      return at === null ? last : at - 1;
    case 'pageDown':
      return at === null ? last : at + view.page;
    case 'pageUp':
      return (at ?? last) - view.page;
    case 'first':
      return 0;
    case 'last':
      return last;
    default:
      return null;
  }
}

customElements.define('gso-grid', EventGrid);
