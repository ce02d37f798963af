import { text } from '../../model/text.ts';
import type { FieldTexts } from '../fieldTexts.ts';

export const notifierFieldTexts: FieldTexts = {
  event: text('Type of the message.'),
  id: text('Sender: the id of the server or of a client; empty for one that is not let in yet.'),
  timestamp: text("The sender's time, UTC."),
  content: text('What the message says.'),
  'content.client_id': text('Id that the server gave to the client.'),
  'content.code': text('Why not, as a number: 401 not authenticated, 504 no room for another client.'),
  'content.reason': text('Why not, in words.'),
  'content.token': text('Token that lets the client in, where the server wants one.'),
  'content.message': text(
    'Text for all other clients. It may be an event of KGSM, which is shown as that event.',
  ),
  'content.sender': text('Client that sent it.'),
};
