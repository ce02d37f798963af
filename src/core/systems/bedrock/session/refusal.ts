import { oneLine, sentences, text } from '../../../model/text.ts';
import { HttpError, type HttpAnswer } from '../../../wire/httpClient.ts';
import { TlsError } from '../../../wire/tlsError.ts';
import { WebSocketError, type WebSocketEnd } from '../../../wire/webSocket.ts';
import { statusFacts, wireFailure } from '../../conversation/wireFailure.ts';
import { SessionError, type SecretKind } from '../../session.ts';
import { detailOf } from '../messages.ts';

/** Puts a failure of a wire into words; anything else is passed on. */
export function sessionErrorOf(error: unknown): unknown {
  if (WebSocketError.is(error, 'httpAnswer'))
    return new SessionError(error.text, { ...statusFacts(error.status ?? 0), cause: error });
  if (HttpError.is(error) || WebSocketError.is(error) || error instanceof TlsError) return wireFailure(error);
  return error;
}

/** An answer that is none of the program: mostly a proxy before it says that it is not there. */
export function foreignAnswer(url: string, { status, body }: HttpAnswer): SessionError {
  const title = body.kind === 'html' && body.title !== '' ? body.title : '–';
  const facts = statusFacts(status);
  const said =
    body.kind === 'html'
      ? text('{0} answered {1} with a web page ({2}) instead of data.', url, status, title)
      : text('{0} answered {1}, and not as Bedrock Server Manager does.', url, status);
  const cure = facts.retry
    ? text('The program is starting, or a proxy does not reach it.')
    : text('Is this the address of Bedrock Server Manager, with the path of its proxy if it has one?');
  return new SessionError(sentences(said, cure), facts);
}

/** A refusal that is not about who we are. */
export function unexpectedStatus(url: string, answer: HttpAnswer): SessionError {
  if (answer.body.kind !== 'json') return foreignAnswer(url, answer);
  const { status, body } = answer;
  const said = detailOf(body.value) ?? '–';
  return new SessionError(text('{0} answered {1}: {2}', url, status, said), statusFacts(status));
}

/** Error for the end of a WebSocket that had let us in. Whether it would again, the next sign-in tells. */
export function endError(end: WebSocketEnd, secret: SecretKind): SessionError {
  if (end.code !== 1008) return closeError(end, secret);
  const said = oneLine(end.reason === '' ? '–' : end.reason, 200);
  return new SessionError(text('The server ended the conversation ({0}); signing in anew.', said), {
    retry: true,
    answered: true,
  });
}

/** Error for the end of the WebSocket before it let us in. 1008 refuses the sign-in: a retry cannot help. */
export function closeError({ code, reason, error }: WebSocketEnd, secret: SecretKind): SessionError {
  const said = oneLine(reason === '' ? '–' : reason, 200);
  const again = { retry: true, answered: true };
  if (error && error.reason !== 'lost') return wireFailure(error);
  switch (code) {
    case 1008:
      return new SessionError(text('The server does not accept the sign-in ({0}). Sign in again.', said), {
        retry: false,
        secret,
      });
    case 1012:
      return new SessionError(text('The server is being restarted.'), again);
    case 1011:
      return new SessionError(text('The server gave the connection up: {0}', said), again);
    case 1006:
      return new SessionError(text('The connection broke without a goodbye.'), { ...again, cause: error });
    default:
      return new SessionError(text('The server closed the connection ({0}: {1}).', code, said), again);
  }
}
