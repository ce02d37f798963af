import type { Problem } from '../model/event.ts';
import type { Decoded, Message } from '../model/signal.ts';
import { oneLine, text, type Text } from '../model/text.ts';

/** Fields of a JSON object from outside. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is not empty. */
export function named(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether a field has something to say. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A value as one line for people; a dash where there is none. */
export function shown(value: unknown, length = 200): string {
  if (!isGiven(value)) return '–';
  return oneLine(typeof value === 'string' ? value : literal(value), length);
}

/** JSON of a value. One that is nested a hundred thousand deep can be read but not written. */
export function literal(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '…';
  }
}

/** Why a value does not fit its schema: the library tells which type of JSON value it expected. */
export function mismatch(issue: object): Text {
  return 'expected' in issue && typeof issue.expected === 'string'
    ? text('must be of type {0}', issue.expected)
    : text('is not what it should be');
}

export function wrongType(path: string, expected: string): Problem {
  return { path, message: text('must be of type {0}', expected) };
}

export function missing(path: string): Problem {
  return { path, message: text('is missing') };
}

/** The value of a JSON text; undefined, which no JSON text means, where it is none. */
export function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * The value of a JSON text of which only the beginning is there, without the member or element that the cut fell into;
 * undefined where no object or list begins.
 */
export function parsedBeginning(json: string): unknown {
  const closers: string[] = [];
  let inString = false;
  let whole = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === ',') whole = at;
    else if (character === '{' || character === '[') {
      closers.push(character === '{' ? '}' : ']');
      whole = at + 1;
    } else if (character === '}' || character === ']') {
      closers.pop();
      whole = at + 1;
    }
  }
  return parsedJson(json.slice(0, whole) + closers.reverse().join(''));
}

/** The message as JSON, or why it is none. */
export function parseMessage(message: Message): { readonly value: unknown } | { readonly problem: Problem } {
  if (message.truncated)
    return { problem: { path: '', message: text('cut off: only the beginning was kept') } };
  if (message.parsed !== undefined) return { value: message.parsed };
  try {
    return { value: JSON.parse(message.text) };
  } catch (error) {
    // The engine's message quotes the input; it is shown as one harmless line.
    const reason = error instanceof Error ? oneLine(error.message, 120) : '';
    return { problem: { path: '', message: text('not readable as JSON: {0}', reason) } };
  }
}

/** An event for what nobody understands; it is kept all the same. */
export function unreadable<C>(context: C, summary: Text, problems: readonly Problem[]): Decoded<C> {
  const event = { type: 'unreadable', severity: 'warning', retention: 'control', summary } as const;
  return { context, event, signals: [], problems };
}
