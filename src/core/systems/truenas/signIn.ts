import { oneLine, text } from '../../model/text.ts';
import { SessionError, type SecretKind, type SecretReader } from '../system.ts';
import { TrueNasError } from './conversation.ts';
import type { Line } from './line.ts';
import { isFields, named, shown, type Fields } from './messages.ts';
import { isPrivate, type TrueNasSettings } from './settings.ts';

/** What we prove with who we are. */
export interface Proof {
  readonly kind: Extract<SecretKind, 'apiKey' | 'token' | 'password'>;
  readonly secret: string;
}

/** A wrong password is answered late on purpose: up to 5 s, and more while others try too. */
const signInMs = 60_000;

/** Takes the secret that is there: a key, a token, or the password. Rejects with a SessionError. */
export async function proofOf(settings: TrueNasSettings, secret: SecretReader): Promise<Proof> {
  for (const kind of ['apiKey', 'token', 'password'] as const) {
    const found = await secret(kind);
    if (found === undefined || found === '') continue;
    if (kind === 'apiKey' && !isPrivate(settings)) {
      throw new SessionError(
        text(
          'The API key was not sent: over ws:// it can be read on the way, and TrueNAS revokes a key that it gets so. Change "url" to {0}.',
          settings.url.replace(/^ws:/, 'wss:'),
        ),
        { retry: false },
      );
    }
    return { kind, secret: found };
  }
  throw new SessionError(
    text('A password or an API key is needed for {0}.', oneLine(settings.username, 60)),
    {
      retry: false,
      secret: 'password',
    },
  );
}

/** Signs in. `modern` tells that `auth.login_ex` is worth a try. Rejects with a SessionError. */
export async function signIn(
  line: Line,
  settings: TrueNasSettings,
  proof: Proof,
  modern: boolean,
): Promise<void> {
  try {
    if (modern && (await signInModern(line, settings, proof))) return;
    await signInClassic(line, settings, proof);
  } catch (error) {
    if (!TrueNasError.is(error, 'refused')) throw error;
    const { failure } = error;
    if (failure?.busy) {
      throw new SessionError(text('Too many sign-ins from here: the NAS wants a pause. It is tried again.'), {
        retry: true,
        cause: error,
      });
    }
    throw new SessionError(text('The sign-in failed: {0}', failure?.reason ?? '–'), {
      retry: false,
      secret: proof.kind,
      cause: error,
    });
  }
}

async function signInClassic(
  line: Line,
  { username }: TrueNasSettings,
  { kind, secret }: Proof,
): Promise<void> {
  const [method, params] =
    kind === 'apiKey'
      ? (['auth.login_with_api_key', [secret]] as const)
      : kind === 'token'
        ? (['auth.login_with_token', [secret]] as const)
        : (['auth.login', [username, secret]] as const);
  const result = await line.call(method, params, { timeoutMs: signInMs }).catch((error: unknown) => {
    const old = TrueNasError.is(error, 'refused') && error.failure?.noMethod;
    if (!old || kind !== 'token') throw error;
    return line.call('auth.token', params, { timeoutMs: signInMs });
  });
  // A wrong password is an answer, not an error. Some releases answer a token with nothing.
  if (result === false || (result === null && kind !== 'token')) throw wrong(kind, username);
}

/** False where the release does not know this way. */
async function signInModern(
  line: Line,
  { username }: TrueNasSettings,
  { kind, secret }: Proof,
): Promise<boolean> {
  const options = { user_info: true };
  const request: Fields =
    kind === 'apiKey'
      ? { mechanism: 'API_KEY_PLAIN', username, api_key: secret, login_options: options }
      : kind === 'token'
        ? { mechanism: 'TOKEN_PLAIN', token: secret, login_options: options }
        : { mechanism: 'PASSWORD_PLAIN', username, password: secret, login_options: options };
  let result: unknown;
  try {
    result = await line.call('auth.login_ex', [request], { timeoutMs: signInMs });
  } catch (error) {
    const failure = TrueNasError.is(error, 'refused') ? error.failure : undefined;
    if (failure?.noMethod || failure?.unauthenticated) return false;
    throw error;
  }
  const answer = isFields(result) ? result : {};
  const type = named(answer['response_type']);
  switch (type) {
    case 'SUCCESS':
      return true;
    case 'AUTH_ERR':
      throw wrong(kind, username);
    case 'OTP_REQUIRED':
      throw new SessionError(
        text(
          '{0} signs in with a one-time password, which nobody can type while the connection comes back by itself. Use an API key of this user.',
          oneLine(username, 60),
        ),
        { retry: false, secret: 'password' },
      );
    case 'EXPIRED':
      throw new SessionError(
        kind === 'apiKey'
          ? text('The API key has expired or was revoked; make a new one on the NAS.')
          : text('What the sign-in was made with has expired.'),
        { retry: false, secret: kind },
      );
    case 'REDIRECT': {
      const { urls } = answer;
      throw new SessionError(
        text(
          'This is the standby of two controllers; the active one is at {0}.',
          shown(Array.isArray(urls) ? urls[0] : urls),
        ),
        { retry: true },
      );
    }
    case 'DENIED':
      throw new SessionError(text('{0} may not use this way to sign in.', oneLine(username, 60)), {
        retry: false,
        secret: kind,
      });
    default:
      throw new SessionError(text('The NAS answered the sign-in with {0}.', shown(type, 60)), {
        retry: false,
      });
  }
}

function wrong(kind: Proof['kind'], username: string): SessionError {
  const message =
    kind === 'apiKey'
      ? text('The API key is not accepted.')
      : kind === 'token'
        ? text('The token is not accepted.')
        : text('The NAS does not accept this password of {0}.', oneLine(username, 60));
  return new SessionError(message, { retry: false, secret: kind });
}
