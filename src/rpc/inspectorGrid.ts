import type { Status } from './inspector.ts';

/** Order of the rows: by the senders' times where they are known, or by arrival. */
export type RowOrder = 'sent' | 'arrival';

export interface ColumnSetting {
  /** Id of a column, or a path of the payload such as `$.Data.Version`. */
  readonly id: string;
  /** Absent: shown where there is room for it, as it is by default. */
  readonly shown?: boolean;
  /** Pixels; absent: as wide as it is by default. */
  readonly width?: number;
}

/** Looks of the grid, kept by the page and, for the next inspector in the same place, by the host. */
export interface GridSettings {
  readonly order: RowOrder;
  /** How times are written: in a zone, or by their distance from now. */
  readonly zone: 'local' | 'utc' | 'relative';
  readonly density: 'comfortable' | 'compact';
  /** Columns in their order; those that are not named follow in theirs. */
  readonly columns: readonly ColumnSetting[];
}

export const defaultGrid: GridSettings = {
  order: 'sent',
  zone: 'local',
  density: 'comfortable',
  columns: [],
};

/** Columns beyond it are dropped: each payload path is read for every row. */
const maxColumns = 40;

/** Settings that were saved, by whatever version; what is not understood is left out. */
export function gridSettings(saved: unknown): GridSettings | null {
  if (typeof saved !== 'object' || saved === null) return null;
  const { order, zone, density, columns } = saved as Partial<Record<keyof GridSettings, unknown>>;
  return {
    order: order === 'arrival' ? 'arrival' : 'sent',
    zone: zone === 'utc' || zone === 'relative' ? zone : 'local',
    density: density === 'compact' ? 'compact' : 'comfortable',
    columns: Array.isArray(columns) ? columns.flatMap(columnSetting).slice(0, maxColumns) : [],
  };
}

function columnSetting(saved: unknown): readonly ColumnSetting[] {
  if (typeof saved !== 'object' || saved === null) return [];
  const { id, shown, width } = saved as Partial<Record<keyof ColumnSetting, unknown>>;
  if (typeof id !== 'string') return [];
  return [
    {
      id,
      ...(typeof shown === 'boolean' ? { shown } : {}),
      ...(typeof width === 'number' && Number.isFinite(width) ? { width } : {}),
    },
  ];
}

/** Place of an event in the order of the rows. Seqs decide among equal times; in the order of arrival `time` is 0. */
export interface RowPlace {
  readonly time: number;
  readonly seq: number;
}

/** Events of the view from one place to another, both included. */
export type RowSpan = readonly [from: RowPlace, to: RowPlace];

/** Place in the list that a page comes back to after a reload. */
export interface ViewPlace {
  readonly seq: number;
  /** Distance of the row from the upper edge of the viewport, in pixels. */
  readonly offset: number;
  /** The list followed the newest event. */
  readonly follow: boolean;
}

export function viewPlace(saved: unknown): ViewPlace | null {
  if (typeof saved !== 'object' || saved === null) return null;
  const { seq, offset, follow } = saved as Partial<Record<keyof ViewPlace, unknown>>;
  if (typeof seq !== 'number' || typeof offset !== 'number') return null;
  return { seq, offset, follow: follow === true };
}

/** Forms in which events are copied. */
export type CopyForm = 'raw' | 'row' | 'json' | 'curl' | 'fixture';

/** Something that a command of the extension asks of the grid. */
export type GridWish =
  | { readonly wish: 'addColumn'; readonly path: string }
  | { readonly wish: 'hideColumn'; readonly column: string }
  | { readonly wish: 'fitColumn'; readonly column: string }
  | { readonly wish: 'configureColumns' }
  | { readonly wish: 'resetColumns' }
  | { readonly wish: 'copyValue' };

/** Requests of the grid that the extension host answers. */
export interface GridRequests {
  /** Looks of the last grid in this place; `null` where there was none. */
  gridSettings(params: null): Promise<GridSettings | null>;
  /** Keeps the looks for the next grid in this place, and which columns are on screen, for copies of rows. */
  keepGrid(params: { settings: GridSettings; shown: readonly string[] }): Promise<null>;
  setOrder(params: { order: RowOrder }): Promise<Status>;
  /** Copies the selected events. */
  copyAs(params: { form: CopyForm }): Promise<null>;
}

/** Notices of the extension host that the grid takes. */
export interface GridNotices {
  grid(params: GridWish): void;
}
