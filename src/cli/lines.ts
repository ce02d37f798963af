import { eventDocument, type PrintedEvent } from '../core/journal/eventDocument.ts';
import { english } from '../core/model/text.ts';

/** One JSON object a line on standard output. */
export function writeLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** An event in the form of the contract, and each of its problems. */
export function writeEvent(event: PrintedEvent, write: (line: object) => void): void {
  write({ event: eventDocument(event) });
  for (const { path, message } of event.problems)
    write({ problem: { connection: event.connection, seq: event.seq, path, message: english(message) } });
}
