import { eventDocument, type PrintedEvent } from '../core/journal/eventDocument.ts';
import { english } from '../core/model/text.ts';
import { painterFor, readableLine } from './readableLines.ts';

/** One JSON object a line on standard output. */
export function writeLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Writes lines as JSON for programs, and in words where a terminal shows them. */
export function lineWriter(isForPrograms: boolean): (line: object) => void {
  if (isForPrograms || !process.stdout.isTTY) return writeLine;
  const paint = painterFor(process.stdout);
  return (line) => {
    process.stdout.write(`${readableLine(line, paint)}\n`);
  };
}

/** An event in the form of the contract, and each of its problems. */
export function writeEvent(event: PrintedEvent, write: (line: object) => void): void {
  write({ event: eventDocument(event) });
  for (const { path, message } of event.problems)
    write({ problem: { connection: event.connection, seq: event.seq, path, message: english(message) } });
}
