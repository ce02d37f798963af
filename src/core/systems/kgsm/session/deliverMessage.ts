import type { Problem } from '../../../model/event.ts';
import { text } from '../../../model/text.ts';
import type { InboxMessage } from '../../../wire/inbox.ts';
import { splitJson } from '../../../wire/jsonDocuments.ts';
import type { SessionEnvironment } from '../../session.ts';

/** Hands over each document of a message by itself, with what was wrong on its way. */
export function deliverMessage(
  message: InboxMessage,
  maxMessageBytes: number,
  environment: SessionEnvironment,
): void {
  const problems: Problem[] = [];
  if (message.slow) problems.push({ path: '', message: text('the sender took too long and was cut off') });
  if (message.broken)
    problems.push({ path: '', message: text('the connection broke before the sender was done') });
  if (message.truncated)
    problems.push({ path: '', message: text('{0} bytes arrived, more than the cap', message.size) });
  const pieces = splitJson(message.bytes, { maxBytes: maxMessageBytes });
  if (pieces.length > 1)
    problems.push({ path: '', message: text('one of {0} documents in one connection', pieces.length) });
  for (const piece of pieces) {
    environment.deliver({
      channel: 'push',
      direction: 'in',
      bytes: piece.bytes,
      size: pieces.length === 1 ? message.size : piece.size,
      // Documents before the last one are whole.
      truncated: piece.size > piece.bytes.length || (message.truncated && piece === pieces.at(-1)),
      receivedAt: message.receivedAt,
      problems,
    });
  }
}
