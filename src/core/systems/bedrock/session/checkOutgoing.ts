import { text } from '../../../model/text.ts';
import { isFields } from '../../reading.ts';
import { BedrockError } from './bedrockSession.ts';

type Said =
  | { readonly action: 'subscribe' | 'unsubscribe'; readonly topic: string; readonly path?: undefined }
  | { readonly path: string };

/** A call that only reads may be sent as it is; what changes something is asked about, which a sender cannot. */
function readable(method: string, path: string): string {
  if (method !== 'GET') {
    throw new BedrockError(
      'unsuitable',
      text('Not sent: only GET is sent from here. "Call the API…" sends the others, and asks first.'),
    );
  }
  if (!/^\/[^\s]*$/.test(path))
    throw new BedrockError('unsuitable', text('Not sent: the path begins with "/".'));
  return path;
}

/**
 * What a client may say. Anything else ends the connection without a word, and a topic that is no text stops logs and
 * measurements for everybody until the server starts anew.
 */
export function checkOutgoing(raw: string): Said {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new BedrockError('unsuitable', text('Not sent: this is no JSON, and the server would break off.'));
  }
  const { action, topic, method, path } = isFields(value) ? value : {};
  if (typeof method === 'string' && typeof path === 'string') return { path: readable(method, path) };
  if (action !== 'subscribe' && action !== 'unsubscribe') {
    throw new BedrockError(
      'unsuitable',
      text(
        'Not sent: clients can say "subscribe" and "unsubscribe" and read with GET; events come from the server.',
      ),
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
