import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Appends one event to the file of its day, which is a day of UTC, by one write: command lines may run side by side. */
export function appendToEventFile(directory: string, line: Uint8Array, now: number): void {
  mkdirSync(directory, { recursive: true });
  appendFileSync(join(directory, `${new Date(now).toISOString().slice(0, 10)}.ndjson`), line);
}

/** The files of a journal, the oldest first. */
export function eventFiles(directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  return readdirSync(directory)
    .filter((file) => file.endsWith('.ndjson'))
    .sort();
}
