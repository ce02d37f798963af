import { readFileSync } from 'node:fs';
import type { Message } from '../../src/core/model/signal.ts';

/** The lines of a file beside the tests. */
export function linesOf(name: string): string[] {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** A message as a decoder gets it, pushed by the system unless told otherwise. */
export function message(text: string, fields: Partial<Message> = {}): Message {
  return {
    timeline: 'live',
    receivedAt: 1000,
    host: 'here',
    connection: 'home',
    system: 'kgsm',
    channel: 'push',
    direction: 'in',
    origin: 'live',
    text,
    utf8: true,
    truncated: false,
    ...fields,
  };
}
