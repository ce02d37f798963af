import type { ViewState } from '../../rpc/inspector.ts';

export interface Layout {
  /** Place of the pane: beside the grid, below it, or over it where there is no room for both. */
  readonly place: 'beside' | 'below' | 'over';
  /** Width or height of the pane, and the limits of the splitter. */
  readonly size: number;
  readonly least: number;
  readonly most: number;
}

/** Height in pixels of rows and bars below which they need the room of the timeline. */
const LEAST_FOR_TIMELINE = 240;
/** The same beside the emit form, which has more lines than a detail. */
const LEAST_FOR_TIMELINE_AND_FORM = 420;
const NARROW = 700;
const SHORT = 360;
const GRID_WIDTH = 320;
const GRID_HEIGHT = 160;
const EMIT_WIDTH = 760;

/** Arranges grid and pane in the room there is. */
export function layoutOf(width: number, height: number, view: ViewState, isEmit = false): Layout {
  if (width >= NARROW)
    return sized('beside', isEmit ? emitWidth(width, view) : view.detailWidth, 260, width - GRID_WIDTH);
  if (height >= SHORT) return sized('below', view.detailHeight, 120, height - GRID_HEIGHT);
  return { place: 'over', size: 0, least: 0, most: 0 };
}

/** Whether rows and an open pane leave room for the timeline. */
export function hasRoomForTimeline(
  { place, size }: Layout,
  height: number,
  pane: 'detail' | 'emit' | 'statistics' | null,
): boolean {
  if (pane === 'emit' && height < LEAST_FOR_TIMELINE_AND_FORM) return false;
  if (pane === null || place === 'beside') return height >= LEAST_FOR_TIMELINE;
  return place === 'below' && height - size >= LEAST_FOR_TIMELINE;
}

/** Fields and JSON of the emit form stand beside each other as soon as half of the page has room for them. */
function emitWidth(width: number, view: ViewState): number {
  return view.emitWidth ?? Math.max(view.detailWidth, Math.min(EMIT_WIDTH, Math.floor(width / 2)));
}

const sized = (place: Layout['place'], size: number, least: number, most: number): Layout => ({
  place,
  size: Math.min(Math.max(least, size), Math.max(least, most)),
  least,
  most: Math.max(least, most),
});
