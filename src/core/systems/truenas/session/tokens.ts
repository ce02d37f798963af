import type { SessionEnvironment } from '../../session.ts';
import { TrueNasError } from './trueNasSession.ts';
import type { RpcConnection } from './rpcConnection.ts';

/** A token runs out when it is not used for so long. */
const tokenSeconds = 600;

/**
 * Puts a token aside for the next sign-in, in place of a one-time password, and a younger one again and again. Resolves
 * when the first is there; what is answered ends it.
 */
export async function leaveTokens(
  line: RpcConnection,
  { clock, keep }: Pick<SessionEnvironment, 'clock' | 'keep'>,
): Promise<() => void> {
  let cancel = (): void => undefined;
  const leave = async (): Promise<void> => {
    try {
      const token = await line.call('auth.generate_token', [tokenSeconds, {}, true]);
      if (typeof token === 'string') keep('session', token);
    } catch (error) {
      // Where no tokens are given out, the next sign-in asks again.
      if (TrueNasError.is(error)) return;
      throw error;
    }
    cancel = clock.after((tokenSeconds / 2) * 1000, () => void leave());
  };
  await leave();
  return () => {
    cancel();
  };
}
