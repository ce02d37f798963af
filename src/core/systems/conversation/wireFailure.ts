import type { ReasonedError } from '../../model/reasonedError.ts';
import { sentences, text, type Text } from '../../model/text.ts';
import { SessionError } from '../session.ts';

/** How a failure of the wire is met: one that may pass by itself is tried again, all others wait for the user. */
interface Kind {
  readonly retry?: true;
  /** Somebody answered, if only with a refusal. */
  readonly answered?: true;
  /** The certificate of the server is the reason. */
  readonly certificate?: true;
  readonly cure?: Text;
}

const kinds: Readonly<Record<string, Kind | undefined>> = {
  nameNotFound: { retry: true },
  refused: { retry: true, answered: true },
  unreachable: { retry: true },
  timeout: { retry: true },
  lost: { retry: true, answered: true },
  closed: { retry: true, answered: true },
  tooLarge: { retry: true },
  serverNotTrusted: {
    certificate: true,
    cure: text(
      'Name it, or the authority that signed it, in "ca"; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.',
    ),
  },
  serverWrongName: {
    certificate: true,
    cure: text(
      'Use one of its names; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.',
    ),
  },
  serverExpired: {
    certificate: true,
    cure: text(
      'Renew it on the server; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.',
    ),
  },
  serverChanged: { certificate: true },
};

/** Puts a failure of the wire into words that say what to change. */
export function wireFailure(error: ReasonedError): SessionError {
  const { cure, retry = false, ...facts } = kinds[error.reason] ?? {};
  const message = cure ? sentences(error.text, cure) : error.text;
  return new SessionError(message, { ...facts, retry, cause: error });
}

/** Facts of a failure that is an answer with a status: whether waiting may help is known by it. */
export function statusFacts(status: number): { readonly retry: boolean; readonly answered: true } {
  return { retry: status >= 500 || status === 429 || status === 408, answered: true };
}
