import type { Row } from '../../../src/rpc/inspector.ts';
import {
  defaultGrid,
  type GridSettings,
  type RowOrder,
  type RowSpan,
} from '../../../src/rpc/inspectorGrid.ts';
import { valuesOf } from './events.ts';

/** A row with the values of its payload at some paths. */
export function withValues(row: Row, paths: readonly string[]): Row {
  return row.with(14, valuesOf(row, paths)) as unknown as Row;
}

/** Events that the spans hold, of a list whose rows stand in the order of their seqs. */
export function countOf(spans: readonly RowSpan[]): number {
  return spans.reduce((sum, [from, to]) => sum + to.seq - from.seq + 1, 0);
}

/** Requests of the grid that the page's fake host answers by itself. */
export function gridFakes(setOrder: (order: RowOrder) => void): {
  readonly gridSettings: () => GridSettings | null;
  readonly keepGrid: () => null;
  readonly copyAs: () => null;
  readonly order: (params: { readonly order: RowOrder }) => void;
} {
  const kept = new URLSearchParams(location.search).get('grid');
  return {
    gridSettings: () =>
      kept === null ? null : { ...defaultGrid, ...(JSON.parse(kept) as Partial<GridSettings>) },
    keepGrid: () => null,
    copyAs: () => null,
    order: ({ order }) => {
      setOrder(order);
    },
  };
}
