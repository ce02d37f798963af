import { oneLine, text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { SessionError } from '../../session.ts';
import { type Console } from '../../console.ts';
import { type BedrockSession, may } from '../session/bedrockSession.ts';
import { LogTail } from './logTail.ts';
import type { BedrockSettings } from '../settings.ts';

/** The log of a server over the WebSocket, asked for only while somebody looks at it; input is a console command. */
export const bedrockConsole: Console<BedrockSettings, BedrockSession> = {
  when: (instance) => instance.state !== 'removed',
  async open(run) {
    const { session, instance, signal } = run;
    if (!session) {
      throw new SessionError(text('There is no open connection; the log comes through it.'), { retry: true });
    }
    const tail = new LogTail();
    let stop: () => Promise<void>;
    try {
      stop = await session.follow(`server_log:${instance.key}`, (chunk, first) => {
        const fresh = tail.push(chunk, first);
        if (fresh !== '') run.write(fresh);
      });
    } catch (error) {
      if (ConversationError.is(error)) throw new SessionError(error.text, { retry: true, cause: error });
      throw error;
    }
    run.note(text('Following the log of {0}', oneLine(instance.name, 60)));
    void session.closed.then(({ text: why }) => {
      if (!signal.aborted) run.note(text('The log ended with the connection: {0}', why));
    });
    const dispose = { dispose: stop, ended: session.closed };
    if (!may(session, 'moderator')) return dispose;
    return {
      ...dispose,
      async send(line) {
        const { sendCommand } = await import('./calls.ts');
        return sendCommand(session, instance.key, line, signal);
      },
    };
  },
};
