import { eventDocument } from './eventDocument.ts';
import type { JournalEvent } from './store/records.ts';

/** Cells of rows as a spreadsheet takes them: a line each, with tabs between. */
export function tabSeparated(rows: readonly (readonly string[])[]): string {
  // A tab or a line end inside a cell would begin another one.
  return rows.map((cells) => cells.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}

/** Events as the command line prints them, one a line. */
export function jsonLines(events: readonly JournalEvent[]): string {
  return events.map((event) => JSON.stringify(eventDocument(event))).join('\n');
}

/** Events as input for a test of a decoder: an object for one, a list for several. */
export function testFixture(events: readonly JournalEvent[]): string {
  const messages = events.map(({ system, channel, raw, rawBase64 }) => ({
    system,
    channel,
    ...(rawBase64 === undefined ? { raw } : { rawBase64 }),
  }));
  return JSON.stringify(messages.length === 1 ? messages[0] : messages, null, 2);
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** A moment with its date to the millisecond: `2026-11-20 19:42:07.318`; in UTC as `2026-11-20T19:42:07.318Z`. */
export function momentText(at: number, zone: 'local' | 'utc'): string {
  const date = new Date(at);
  if (zone === 'utc') return date.toISOString();
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time}.${pad(date.getMilliseconds(), 3)}`;
}
