import { text } from '../../model/text.ts';
import { ConversationError } from '../conversation/conversationError.ts';
import { compactJson } from './jsonText.ts';
import { maxEventBytes } from './messages.ts';

const newline = Buffer.from('\n');

/** One line of at most 1024 bytes with its newline: what the server reads in one go. Rejects what is longer. */
export function oneEvent(bytes: Uint8Array): { readonly line: Uint8Array; readonly type: string } {
  const raw = Buffer.from(bytes).toString('utf8').trim();
  let type = 'unreadable';
  let body = bytes;
  try {
    const value = JSON.parse(raw) as { readonly event?: unknown } | null;
    if (typeof value?.event === 'string') type = value.event;
    body = Buffer.from(compactJson(raw));
  } catch {
    // Not ours to mend: whoever sends it wants to see what the server makes of it.
  }
  const line = Buffer.concat([body, newline]);
  if (line.length <= maxEventBytes) return { line, type };
  throw new ConversationError(
    'tooLong',
    text('The event has {0} bytes; the server reads at most {1}.', line.length, maxEventBytes),
  );
}
