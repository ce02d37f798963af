import { text } from '../../model/text.ts';
import { BedrockError } from './conversation.ts';
import { isFields } from './messages.ts';

/**
 * What a client may say. Anything else ends the connection without a word, and a topic that is no text stops logs and
 * measurements for everybody until the server starts anew.
 */
export function sayable(raw: string): {
  readonly action: 'subscribe' | 'unsubscribe';
  readonly topic: string;
} {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new BedrockError('unsuitable', text('Not sent: this is no JSON, and the server would break off.'));
  }
  const { action, topic } = isFields(value) ? value : {};
  if (action !== 'subscribe' && action !== 'unsubscribe') {
    throw new BedrockError(
      'unsuitable',
      text('Not sent: clients can only say "subscribe" and "unsubscribe"; events come from the server.'),
    );
  }
  if (typeof topic !== 'string' || topic === '') {
    throw new BedrockError(
      'unsuitable',
      text(
        'Not sent: a topic that is no text stops logs and measurements of all clients until the server starts anew.',
      ),
    );
  }
  return { action, topic };
}
