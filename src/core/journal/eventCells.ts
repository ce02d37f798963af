import { parsePath, payloadValues } from './query/payloadValues.ts';
import { sentTimeOf, type JournalEvent } from './store/records.ts';
import type { Order } from './store/scan.ts';
import type { Text } from '../model/text.ts';

/** Characters that a cell of the usual spreadsheets takes, less those that cutting and a quote mark add. */
const longestCell = 32_765;

/** Ways in which texts of cells depend on who reads them. */
export interface CellWords {
  readonly order: Order;
  readonly timeText: (at: number) => string;
  readonly text: (text: Text) => string;
  readonly nameOf: (connection: string) => string;
}

type Cell = string | number;
type CellOf = (event: JournalEvent, before: JournalEvent | undefined, words: CellWords) => Cell;

const timeOf = (event: JournalEvent, order: Order): number =>
  order === 'sent' ? sentTimeOf(event) : event.receivedAt;

/** Columns by the ids that they have in the grid, with those of a table without one. */
const cells: Readonly<Record<string, CellOf>> = {
  icon: ({ severity }) => severity,
  time: (event, _, { order, timeText }) => timeText(timeOf(event, order)),
  received: ({ receivedAt }, _, { timeText }) => timeText(receivedAt),
  sent: ({ time }, _, { timeText }) => (time === undefined ? '' : timeText(time)),
  delta: (event, before, { order }) => (before ? timeOf(event, order) - timeOf(before, order) : ''),
  connection: ({ connection }, _, { nameOf }) => nameOf(connection),
  instance: ({ subject }) => subject?.name ?? subject?.key ?? '',
  type: ({ type }) => type,
  summary: ({ summary }, _, { text }) => text(summary),
  size: ({ size }) => size,
  direction: ({ direction }) => direction,
  origin: ({ origin }) => origin,
  host: ({ host }) => host,
  duration: ({ duration }) => duration ?? '',
};

/**
 * Reads the cells of events for some columns: ids of the grid, and paths of the payload. Columns that depend on the grid's
 * focus are empty.
 */
export function cellReader(
  columns: readonly string[],
  words: CellWords,
): (event: JournalEvent, before: JournalEvent | undefined) => readonly Cell[] {
  const paths = columns.filter((column) => column.startsWith('$'));
  const steps = paths.map(parsePath);
  return (event, before) => {
    const values = steps.length === 0 ? [] : payloadValues(event, steps, longestCell);
    return columns.map((column) => {
      if (column.startsWith('$')) return values[paths.indexOf(column)] ?? '';
      return Object.hasOwn(cells, column) ? (cells[column]?.(event, before, words) ?? '') : '';
    });
  };
}
