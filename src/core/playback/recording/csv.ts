import { cellReader } from '../../journal/eventCells.ts';
import type { JournalEvent } from '../../journal/store/records.ts';
import type { Order } from '../../journal/store/scan.ts';
import { english } from '../../model/text.ts';

/** Columns of a table where no grid has others. */
const defaultColumns = [
  ...['received', 'sent', 'connection', 'instance', 'type', 'icon', 'summary'],
  ...['size', 'direction', 'origin', 'host'],
];
/** Depends on the event that has the focus, of which a file knows nothing. */
const ofFocus = 'sinceSelected';

/**
 * A table of events with the columns of a grid, in their order: its head, and the lines of events one after the other.
 * Times are ISO so that every program sorts them, distances and durations are milliseconds.
 */
export function csvTable(
  shown: readonly string[],
  order: Order,
  nameOf: (connection: string) => string,
): { readonly head: string; readonly lineOf: (event: JournalEvent) => string } {
  const columns = shown.length === 0 ? defaultColumns : shown.filter((column) => column !== ofFocus);
  const timeText = (at: number): string => new Date(at).toISOString();
  const read = cellReader(columns, { order, timeText, text: english, nameOf });
  let before: JournalEvent | undefined;
  return {
    head: csvLine(columns.map((column) => (column === 'icon' ? 'severity' : column))),
    lineOf: (event) => {
      const line = csvLine(read(event, before));
      before = event;
      return line;
    },
  };
}

/** A line of CSV as RFC 4180 has it, without its end. */
export function csvLine(cells: readonly (string | number)[]): string {
  return cells.map((cell) => (typeof cell === 'number' ? String(cell) : csvCell(cell))).join(',');
}

/** Spreadsheets run a text that begins like a formula, some in full-width signs too; a quote mark before it keeps it a text. */
const formulaBeginning = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function csvCell(text: string): string {
  const safe = formulaBeginning.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
