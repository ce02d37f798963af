import { errorWords, text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import type { SessionEnvironment } from '../../session.ts';
import type { RpcConnection } from './rpcConnection.ts';

/** A token runs out when it is not used for so long. */
const tokenSeconds = 600;

/**
 * Puts a token aside for the next sign-in, in place of a one-time password, and a younger one again and again. Resolves
 * when the first is there, with what ends it.
 */
export async function leaveTokens(
  rpc: Pick<RpcConnection, 'call'>,
  { clock, keep, log }: Pick<SessionEnvironment, 'clock' | 'keep' | 'log'>,
): Promise<DeferredRun> {
  const renewal = new DeferredRun(
    clock,
    async () => {
      try {
        const token = await rpc.call('auth.generate_token', [tokenSeconds, {}, true]);
        if (typeof token === 'string') keep('session', token);
      } catch (error) {
        // A refusal ends the renewal: the next sign-in asks the user. A missing answer is tried again.
        if (!ConversationError.is(error, 'noAnswer')) throw error;
      }
      renewal.within((tokenSeconds / 2) * 1000);
    },
    (error) => {
      if (!ConversationError.is(error)) log.error(text('No token was put aside: {0}', errorWords(error)));
    },
  );
  await renewal.now();
  return renewal;
}
