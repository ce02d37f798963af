import { text } from '../../../model/text.ts';
import { unsuitable } from '../../conversation/conversationError.ts';
import { isFields, parsedJson } from '../../reading.ts';

type Outgoing =
  | { readonly action: 'subscribe' | 'unsubscribe'; readonly topic: string; readonly path?: undefined }
  | { readonly path: string };

/** Calls that change something need a question first, which cannot be asked here: only GET passes. */
function readable(method: string, path: string): string {
  if (method !== 'GET') {
    throw unsuitable(
      text('Not sent: only GET is sent from here. "Call the API…" sends the others, and asks first.'),
    );
  }
  if (!/^\/[^\s]*$/.test(path)) throw unsuitable(text('Not sent: the path begins with "/".'));
  return path;
}

/**
 * Reads a message that a client may send. Anything else ends the connection without a word, and a topic that is no text stops logs and
 * measurements for everybody until the server starts anew.
 */
export function checkOutgoing(raw: string): Outgoing {
  const value = parsedJson(raw);
  if (value === undefined)
    throw unsuitable(text('Not sent: this is no JSON, and the server would break off.'));
  const { action, topic, method, path } = isFields(value) ? value : {};
  if (typeof method === 'string' && typeof path === 'string') return { path: readable(method, path) };
  if (action !== 'subscribe' && action !== 'unsubscribe') {
    throw unsuitable(
      text(
        'Not sent: clients can say "subscribe" and "unsubscribe" and read with GET; events come from the server.',
      ),
    );
  }
  if (typeof topic !== 'string' || topic === '') {
    throw unsuitable(
      text(
        'Not sent: a topic that is no text stops logs and measurements of all clients until the server starts anew.',
      ),
    );
  }
  return { action, topic };
}
