import { text } from '../../model/text.ts';
import type { EmitEnvironment } from '../emit.ts';
import { ConversationError } from './conversationError.ts';

/** Sends a message through the open session, for systems that take messages from connected clients alone. */
export async function emitThroughSession(
  address: string,
  bytes: Uint8Array,
  { session, signal }: Pick<EmitEnvironment, 'session' | 'signal'>,
): Promise<void> {
  if (session?.send === undefined || session.address !== address) {
    throw new ConversationError(
      'noSession',
      text('There is no open connection to {0}; messages are sent through it.', address),
    );
  }
  await session.send(bytes, signal);
}
