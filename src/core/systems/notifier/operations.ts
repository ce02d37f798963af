import { oneLine, text, type Text } from '../../model/text.ts';
import { ConversationError } from '../conversation/conversationError.ts';
import { type ConnectionOperation, failed, type Operation, refused, succeeded } from '../operation.ts';
import type { NotifierSession } from './notifierSession.ts';
import { clientEvent, maxEventBytes } from './messages.ts';
import type { NotifierSettings } from './settings.ts';

/** The ids that the server gives are this long. */
const idLength = 'client-260cf053-2648-4757-8648-2cd23473fbcf'.length;

const sendMessage: ConnectionOperation<NotifierSettings, NotifierSession> = {
  id: 'message',
  effect: 'changes',
  command: { title: 'Send Message…', icon: '$(comment)' },
  target: 'connection',
  // Nobody is told that a message arrived but its sender, here.
  answers: true,
  inputs: [
    {
      field: 'message',
      prompt: text('The message to all other clients'),
      placeholder: text('for example: backup of minecraft finished'),
      check: checkMessage,
    },
  ],
  progressTitle: () => text('Sending a message'),
  // A server of the first revision does not know messages, and dies of what it does not know.
  when: ({ legacyServer }, reach) => !legacyServer && reach !== undefined,
  barrier: ({ legacyServer }) =>
    legacyServer ? text('"legacyServer" is set, and such a server knows no messages') : undefined,
  confirm: (_input, connectionName, session) =>
    session?.knowsMessages === false
      ? {
          message: text('Send a message through {0}?', connectionName),
          detail: text(
            'This server has not shown yet that it knows messages. One of the first revision ends at a message, and all its clients lose their connection.',
          ),
          action: text('Send'),
        }
      : undefined,
  async run({ session, input }) {
    const message = input['message'] ?? '';
    const problem = checkMessage(message);
    if (problem) return refused(problem);
    if (!session) return refused(text('There is no open connection to send through.'));
    try {
      await session.say(message);
      return succeeded(text('Sent to all other clients: {0}', oneLine(message, 100)));
    } catch (error) {
      if (ConversationError.is(error)) return failed(error.text);
      throw error;
    }
  },
};

export const notifierOperations: readonly Operation<NotifierSettings, NotifierSession>[] = [sendMessage];

function checkMessage(value: string): Text | undefined {
  if (value.trim() === '') return text('A message is needed.');
  const size = clientEvent('send_message', '-'.repeat(idLength), { message: value }, 0).length + 1;
  if (size <= maxEventBytes) return undefined;
  return text(
    'Too long by {0} bytes: the server reads at most {1} at once.',
    size - maxEventBytes,
    maxEventBytes,
  );
}
