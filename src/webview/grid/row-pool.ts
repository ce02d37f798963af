import type { Row } from '../../rpc/inspector.ts';
import { glyphCharacter } from '../base/icons.ts';
import {
  cellLabel,
  cellText,
  durationText,
  glyphOf,
  originLabel,
  problemCount,
  type CellFacts,
} from './cells.ts';
import { isPath, leftProperty, roomProperty, type ShownColumn } from './columns.ts';

/** Rows that are kept although none of them is needed now. */
const SPARE = 12;

/** Looks of one row on screen. */
export interface RowState {
  readonly at: number;
  /** Distance from the upper edge of the layer's base, in pixels. */
  readonly top: number;
  /** Undefined while it is on its way: its place is kept, so that nothing jumps. */
  readonly row: Row | undefined;
  readonly isSelected: boolean;
  readonly isFocused: boolean;
  /** Index of the active cell, -1 for none. */
  readonly activeCell: number;
}

/**
 * Row elements that are used again for other rows. Scrolling changes nothing but the texts of rows that come into view:
 * making and removing elements takes three times as long, and a frame has room for one of both.
 */
export class RowPool {
  readonly #layer: HTMLElement;
  #columns: readonly ShownColumn[] = [];
  #rows: PooledRow[] = [];

  constructor(layer: HTMLElement) {
    this.#layer = layer;
  }

  setColumns(columns: readonly ShownColumn[]): void {
    this.#columns = columns;
    this.#rows = [];
    this.#layer.replaceChildren();
  }

  /** Draws the rows from one position up to (not including) another. */
  draw(first: number, end: number, facts: CellFacts, stateOf: (at: number) => RowState): void {
    const wanted = Math.max(0, end - first);
    // A smaller viewport needs fewer; the ends of a list need a few less than its middle.
    for (const row of this.#rows.splice(wanted + SPARE)) row.element.remove();
    // An even number: the shade of every other row stays with its element.
    while (this.#rows.length < wanted || this.#rows.length % 2 === 1) {
      const row = new PooledRow(this.#rows.length, this.#columns);
      this.#rows.push(row);
      this.#layer.append(row.element);
    }
    // A row at each remainder, so that the one of a position stays the same while its neighbours change.
    const free = new Set(this.#rows);
    for (let at = first; at < end; at++) {
      const row = this.#rowOf(at);
      free.delete(row);
      row.show(stateOf(at), facts);
    }
    for (const row of free) row.hide();
  }

  /** The element of a position, where it is drawn. */
  elementAt(at: number): HTMLElement | undefined {
    const row = this.#rows.length === 0 ? undefined : this.#rowOf(at);
    return row?.at === at ? row.element : undefined;
  }

  /** Position of the row that an element stands in, and the column of its cell; -1 for none. */
  placeOf(target: Element): { readonly at: number; readonly column: number } {
    const cell = target.closest<HTMLElement>('.cell');
    const row = target.closest<HTMLElement>('.row');
    const pooled = this.#rows.find(({ element }) => element === row);
    return {
      at: pooled?.at ?? -1,
      column: cell === null ? -1 : (pooled?.cells.findIndex(({ element }) => element === cell) ?? -1),
    };
  }

  /** Width of the content of a column among the rows that are drawn, in pixels. */
  contentWidth(column: number): number {
    const cells = this.#rows.flatMap(({ at, cells }) => (at < 0 ? [] : (cells[column]?.element ?? [])));
    return Math.max(0, ...cells.map(contentWidth));
  }

  #rowOf(at: number): PooledRow {
    const row = this.#rows[at % this.#rows.length];
    if (!row) throw new Error('no rows are drawn');
    return row;
  }
}

/** Width of the content of an element, whatever its own. */
export function contentWidth(element: Element): number {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().width;
}

class PooledRow {
  readonly element = document.createElement('div');
  readonly cells: readonly PooledCell[];
  at = -1;
  #top = NaN;
  #classes = '';
  #isSelected: boolean | undefined;
  #activeCell = -1;

  constructor(slot: number, columns: readonly ShownColumn[]) {
    const { element } = this;
    element.setAttribute('role', 'row');
    element.className = 'unused';
    element.id = `row-${slot}`;
    this.cells = columns.map((column, index) => {
      const cell = column.id === 'summary' ? new SummaryCell(column) : new PooledCell(column);
      cell.element.id = `${element.id}-${index}`;
      cell.element.ariaColIndex = String(index + 1);
      cell.element.style.cssText = `left:var(${leftProperty(index)});width:var(${roomProperty(index)})`;
      return cell;
    });
    element.append(...this.cells.map((cell) => cell.element));
  }

  show({ at, top, row, isSelected, isFocused, activeCell }: RowState, facts: CellFacts): void {
    const { element } = this;
    if (at !== this.at) {
      this.at = at;
      element.ariaRowIndex = String(at + 2);
    }
    if (top !== this.#top) {
      this.#top = top;
      element.style.transform = `translateY(${top}px)`;
    }
    const classes = `row${at % 2 === 1 ? ' odd' : ''} ${row ? row[8] : 'loading'}${isFocused ? ' focused' : ''}`;
    if (classes !== this.#classes) element.className = this.#classes = classes;
    if (isSelected !== this.#isSelected) {
      this.#isSelected = isSelected;
      element.ariaSelected = String(isSelected);
    }
    // The texts of before stay, unseen: emptying them would take a layout more.
    if (row) for (const cell of this.cells) cell.show(row, facts);
    if (activeCell === this.#activeCell) return;
    this.cells[this.#activeCell]?.element.classList.remove('active');
    this.cells[activeCell]?.element.classList.add('active');
    this.#activeCell = activeCell;
  }

  hide(): void {
    if (this.at < 0) return;
    this.at = -1;
    this.#top = NaN;
    this.#classes = '';
    this.element.className = 'unused';
  }
}

class PooledCell {
  readonly element = document.createElement('span');
  protected readonly column: ShownColumn;
  readonly #text = document.createTextNode('');
  #shown = '';
  #label = '';

  constructor(column: ShownColumn) {
    this.column = column;
    const kind = isPath(column.id) ? 'path' : column.id === 'icon' ? 'icon-cell icon' : column.id;
    this.element.className = `cell ${kind}${column.right ? ' right' : ''}`;
    this.element.setAttribute('role', 'gridcell');
    this.element.append(this.#text);
  }

  show(row: Row, facts: CellFacts): void {
    const { id } = this.column;
    this.#setLabel(cellLabel(id, row, facts));
    if (id === 'icon') this.setText(glyphCharacter(glyphOf(row)));
    else {
      const text = cellText(id, row, facts);
      this.setText(id === 'instance' && text === '' ? '–' : text);
    }
  }

  protected setText(text: string): void {
    if (text !== this.#shown) this.#text.data = this.#shown = text;
  }

  #setLabel(label: string): void {
    if (label === this.#label) return;
    this.#label = label;
    this.element.ariaLabel = label === '' ? null : label;
  }
}

/** A cell with marks before its text: the problems and the origin; and the duration of a call behind it. */
class SummaryCell extends PooledCell {
  readonly #problem = new Mark('problem icon');
  readonly #origin = new Mark('origin');
  readonly #took = new Mark('took');

  constructor(column: ShownColumn) {
    super(column);
    this.element.prepend(this.#problem.element, this.#origin.element);
    this.element.append(this.#took.element);
  }

  override show(row: Row, facts: CellFacts): void {
    super.show(row, facts);
    const problems = row[11] > 0 ? problemCount(row[11]) : '';
    this.#problem.show(problems === '' ? '' : glyphCharacter('issues'), problems);
    this.#origin.show(originLabel(row[10]));
    this.#took.show(row[13] === null ? '' : durationText(row[13]));
  }
}

/** A part of a cell that is there where it has a text. */
class Mark {
  readonly element = document.createElement('span');
  #shown = '';

  constructor(classes: string) {
    this.element.className = classes;
    this.element.hidden = true;
  }

  show(text: string, label?: string): void {
    const shown = label ?? text;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = text === '';
    this.element.textContent = text;
    if (label === undefined) return;
    this.element.ariaLabel = this.element.title = label;
    this.element.role = label === '' ? null : 'img';
  }
}
