import { oneLine, text, type Text } from '../../model/text.ts';
import {
  failed,
  refused,
  succeeded,
  type ConnectionOperation,
  type LineInput,
  type Reach,
} from '../operation.ts';
import type { Session } from '../session.ts';
import { ConversationError } from './conversationError.ts';

interface SubscribingSession extends Session {
  subscribe(topic: string): Promise<void>;
  unsubscribe(topic: string): Promise<void>;
}

/** The operation that subscribes to the topic of its one input, or gives it up. */
export function subscriptionOperation<S, Sess extends SubscribingSession>(
  id: 'subscribe' | 'unsubscribe',
  topicInput: LineInput<S, Sess>,
  when: (reach: Reach<Sess>) => boolean,
  subscribed: (topic: string) => Text = (topic) =>
    text('{0} is subscribed until the connection ends', oneLine(topic, 100)),
): ConnectionOperation<S, Sess> {
  return {
    id,
    effect: 'reads',
    target: 'connection',
    answers: true,
    progressTitle({ [topicInput.field]: topic = '' }) {
      const shown = oneLine(topic, 100);
      return id === 'subscribe' ? text('Subscribing to {0}', shown) : text('Unsubscribing from {0}', shown);
    },
    when: (_settings, reach) => when(reach),
    inputs: [topicInput],
    async run({ session, input: { [topicInput.field]: topic = '' } }) {
      const problem = topicInput.check(topic);
      if (problem) return refused(problem);
      if (!session) return refused(text('There is no open connection.'));
      try {
        await session[id](topic);
      } catch (error) {
        if (!ConversationError.is(error)) throw error;
        return error.reason === 'unsuitable' ? refused(error.text) : failed(error.text);
      }
      return succeeded(
        id === 'subscribe' ? subscribed(topic) : text('{0} is not subscribed any more', oneLine(topic, 100)),
      );
    },
  };
}
