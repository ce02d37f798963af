import type { RetentionClass, Severity } from '../../model/event.ts';
import { text, type Text } from '../../model/text.ts';
import type { CatalogEntry } from '../emit.ts';
import eventTypes from './eventTypes.json' with { type: 'json' };

export interface NotifierEntry extends CatalogEntry {
  /** The line in lists; `{0}` and so on are the named fields of the content. */
  readonly title: Text;
  readonly fields: readonly string[];
  /** The same in words that need no field: one of them may be missing. */
  readonly bare: Text;
  readonly sentBy: 'server' | 'client';
}

function entry(
  type: keyof typeof eventTypes.contents,
  sentBy: NotifierEntry['sentBy'],
  title: Text,
  description: Text,
  options: { severity?: Severity; retention?: RetentionClass; fields?: readonly string[]; bare?: Text } = {},
): NotifierEntry {
  return {
    type,
    category: sentBy === 'server' ? 'Server' : 'Client',
    title,
    description,
    sentBy,
    severity: options.severity ?? 'info',
    retention: options.retention ?? 'lifecycle',
    fields: options.fields ?? [],
    bare: options.bare ?? title,
    get example() {
      return exampleOf(type, sentBy);
    },
  };
}

const clientId = { fields: ['client_id'] } as const;
const refusal = { severity: 'error', retention: 'control', fields: ['code', 'reason'] } as const;

/** Every type of the documents and of all revisions of the server. */
export const notifierEntries: readonly NotifierEntry[] = [
  entry(
    'connection_accepted',
    'server',
    text('Accepted as {0}'),
    text('The server let this client in and gave it an id. It is the answer to request_authentication.'),
    { ...clientId, bare: text('Accepted') },
  ),
  entry(
    'connection_rejected',
    'server',
    text('Rejected with code {0}: {1}'),
    text('The server did not let this client in, with a code and the reason, and closes the connection.'),
    { ...refusal, bare: text('Rejected') },
  ),
  entry(
    'connection_refused',
    'server',
    text('Refused with code {0}: {1}'),
    text('The documented name of connection_rejected; the server itself has never sent it.'),
    { ...refusal, bare: text('Refused') },
  ),
  entry(
    'client_authenticated',
    'server',
    text('Client {0} has come'),
    text('Another client was let in. The client itself is not told, nor is who was there before.'),
    { ...clientId, bare: text('A client has come') },
  ),
  entry(
    'client_disconnected',
    'server',
    text('Client {0} has left'),
    text('A client said goodbye. Of one that just vanished nobody is told.'),
    { ...clientId, bare: text('A client has left') },
  ),
  entry(
    'broadcast_message',
    'server',
    text('{0}'),
    text('A message of another client to all. One that is an event of KGSM is shown as that event.'),
    { fields: ['message'], bare: text('An empty message') },
  ),
  entry(
    'request_authentication',
    'client',
    text('Asks to be let in'),
    text('The first thing that a client says; before it is answered nothing else is heard.'),
    { retention: 'control', severity: 'debug' },
  ),
  entry(
    'disconnecting',
    'client',
    text('Says goodbye'),
    text('A client leaves. A server of the first revision dies of it, and with it the connections of all.'),
    { retention: 'control', severity: 'debug' },
  ),
  entry(
    'send_message',
    'client',
    text('To all: {0}'),
    text('A message to all other clients. A server of the first revision dies of it.'),
    { fields: ['message'], bare: text('An empty message to all') },
  ),
];

const byType = new Map(notifierEntries.map((e) => [e.type, e]));

export function catalogEntry(type: string): NotifierEntry | undefined {
  return byType.get(type);
}

function exampleOf(type: keyof typeof eventTypes.contents, sentBy: NotifierEntry['sentBy']): unknown {
  const content = eventTypes.contents[type];
  const { timestamp } = eventTypes;
  if (sentBy === 'server') return { event: type, id: eventTypes.server, timestamp, content };
  const id = type === 'request_authentication' ? '' : eventTypes.client;
  return { event: type, id, content, timestamp };
}
