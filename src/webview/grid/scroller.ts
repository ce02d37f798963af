import type { GridView } from './view.ts';

/** The scroll bar follows the wheel after this rest: in a compressed space it moves by less than a pixel a turn. */
const REST_MS = 120;

/**
 * The native scroll bar of the list: a layer with the rows stays in the viewport, over a space that gives the bar its
 * length. Nothing here reads a layout that this frame has changed.
 */
export class Scroller {
  readonly #grid: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #space: HTMLElement;
  readonly #view: () => GridView | null;
  /** The scroll position that we know of; any other one that is reported comes from the reader. */
  #scrollTop = 0;
  #viewport = NaN;
  #height = NaN;
  #shift = NaN;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(grid: HTMLElement, view: () => GridView | null) {
    const part = (selector: string): HTMLElement => {
      const found = grid.querySelector<HTMLElement>(selector);
      if (!found) throw new Error('the grid is not rendered');
      return found;
    };
    this.#grid = grid;
    this.#layer = part('.layer');
    this.#rows = part('.rows');
    this.#space = part('.space');
    this.#view = view;
  }

  /** Draws the space, the scroll bar and the layer, whose base lies so far from the upper edge of the viewport. */
  place(shift: number): void {
    const view = this.#view();
    // Before the grid has its height, the browser would correct the scroll bar and report that as the reader's doing.
    if (!view || view.height === 0) return;
    if (view.height !== this.#viewport) {
      this.#viewport = view.height;
      this.#layer.style.height = `${view.height}px`;
      this.#space.style.marginTop = `-${view.height}px`;
    }
    if (view.space.height !== this.#height) {
      this.#height = view.space.height;
      this.#space.style.height = `${view.space.height}px`;
    }
    if (this.#rest === undefined) this.#moveBar();
    if (shift === this.#shift) return;
    this.#shift = shift;
    this.#rows.style.transform = `translateY(${shift}px)`;
  }

  #moveBar(): void {
    const view = this.#view();
    if (!view) return;
    const wanted = view.space.toScrollTop(view.position);
    if (Math.abs(wanted - this.#scrollTop) < 1) return;
    this.#grid.scrollTop = wanted;
    this.#scrollTop = wanted;
  }

  /** The reader moved the scroll bar, or what we did to it was reported. */
  scrolled(): void {
    const view = this.#view();
    const { scrollTop } = this.#grid;
    const by = scrollTop - this.#scrollTop;
    if (!view || Math.abs(by) < 1) return;
    this.#scrollTop = scrollTop;
    // A few pixels of a compressed bar come of a gesture that means pixels of the rows.
    const isGesture = view.space.compressed && this.#rest !== undefined && Math.abs(by) < view.height;
    view.scrollTo(isGesture ? view.position + by : view.space.toPosition(scrollTop));
  }

  /** In a compressed space one pixel of the scroll bar is several rows: the wheel moves by rows all the same. */
  wheel(event: WheelEvent): void {
    const view = this.#view();
    if (!view || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#moveBar();
    }, REST_MS);
    const unit = [1, view.rowHeight, view.height][event.deltaMode] ?? 1;
    view.scrollTo(view.position + event.deltaY * unit);
  }
}
