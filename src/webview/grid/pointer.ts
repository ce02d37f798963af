import type { Row } from '../../rpc/inspector.ts';
import { ago, moment } from '../base/format.ts';
import { exactSize } from './cells.ts';
import type { RowPool } from './row-pool.ts';

/** A pointer rests so long on a cell before its tooltip is made: rows pass under it while they are scrolled. */
const HOVER_MS = 150;

interface PointedGrid {
  readonly pool: () => RowPool | null;
  /** The host's clock. */
  readonly now: () => number;
  readonly rowAt: (at: number) => Row | undefined;
  /** Id of the column at an index. */
  readonly columnAt: (index: number) => string | undefined;
}

/** Cell or row under a pointer. */
interface Hit {
  readonly at: number;
  /** Index of the column, -1 beside the cells. */
  readonly column: number;
  readonly element: HTMLElement;
}

/** Finds the cell under the pointer and explains it. */
export class GridPointer {
  readonly #grid: PointedGrid;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(grid: PointedGrid) {
    this.#grid = grid;
  }

  hit({ target }: Event): Hit | null {
    const element = (target as Element).closest<HTMLElement>('.cell, .row');
    const place = element && this.#grid.pool()?.placeOf(element);
    return place && place.at >= 0 ? { ...place, element } : null;
  }

  hover(event: MouseEvent): void {
    clearTimeout(this.#timer);
    const hit = this.hit(event);
    if (hit) this.#timer = setTimeout(() => this.#explain(hit), HOVER_MS);
  }

  /** Gives a cell its tooltip: what does not fit, or what the text rounds. */
  #explain({ element }: Hit): void {
    const place = this.#grid.pool()?.placeOf(element);
    const row = place && this.#grid.rowAt(place.at);
    if (!row || place.column < 0) return;
    const column = this.#grid.columnAt(place.column);
    if (column === 'time') element.title = `${moment(row[1])} · ${ago(row[1], this.#grid.now())}`;
    else if (column === 'size') element.title = exactSize(row[7]);
    else element.title = element.scrollWidth > element.clientWidth ? element.textContent.trim() : '';
  }
}

/** Opens the menu of a key, which came to the grid, at a row or one of its cells. */
export function openMenuAt(event: MouseEvent, row: HTMLElement, cell: Element | undefined): void {
  event.preventDefault();
  event.stopPropagation();
  const { left, bottom, height } = (cell ?? row).getBoundingClientRect();
  const clientX = cell ? left : left + height;
  const init = { bubbles: true, cancelable: true, composed: true, clientX, clientY: bottom };
  (cell ?? row).dispatchEvent(new MouseEvent('contextmenu', init));
}
