import { leftProperty, roomProperty, type ShownColumn, templateOf, widthProperty } from './columns.ts';

/** Widths of the columns: those that are wanted for the head, and those it was laid out with for the cells of the rows. */
export class ColumnSizes {
  readonly #grid: HTMLElement;
  #observed: readonly Element[] = [];
  readonly #widths = new Map<Element, number>();
  readonly #observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) this.#widths.set(target, contentRect.width);
    this.#place();
  });

  /** `grid` carries the custom properties. */
  constructor(grid: HTMLElement) {
    this.#grid = grid;
  }

  set(columns: readonly ShownColumn[]): void {
    const { style } = this.#grid;
    style.setProperty('--columns', templateOf(columns));
    columns.forEach(({ size }, index) => style.setProperty(widthProperty(index), size));
  }

  /** Follows the cells of the head, in their order. */
  follow(cells: readonly Element[]): void {
    const isSame =
      cells.length === this.#observed.length && cells.every((cell, index) => cell === this.#observed[index]);
    if (isSame) return;
    this.#observed = cells;
    this.#observer.disconnect();
    this.#widths.clear();
    for (const cell of cells) this.#observer.observe(cell);
  }

  #place(): void {
    const { style } = this.#grid;
    let left = 0;
    this.#observed.forEach((cell, index) => {
      const width = this.#widths.get(cell) ?? 0;
      style.setProperty(leftProperty(index), `${left}px`);
      style.setProperty(roomProperty(index), `${width}px`);
      left += width;
    });
  }
}
