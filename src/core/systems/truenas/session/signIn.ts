import { oneLine, text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { SessionError, type SecretKind, type SecretReader } from '../../session.ts';
import { isFields, named, shown, type Fields } from '../../reading.ts';
import { failureIn } from './refusal.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { isPrivate, type TrueNasSettings } from '../settings.ts';

/** A secret to sign in with. */
interface Proof {
  readonly kind: Extract<SecretKind, 'apiKey' | 'token' | 'password' | 'session'>;
  readonly secret: string;
}

/** User and secrets of a sign-in. */
export interface Credentials {
  readonly settings: TrueNasSettings;
  /** The first that is accepted counts; all but the last may have run out. */
  readonly proofs: readonly Proof[];
  readonly secret: SecretReader;
}

/** A wrong password is answered late on purpose: up to 5 s, and more while others try too. */
const signInMs = 60_000;

/** Takes the secrets that are there: the token that the last session left, then a key, a token, or the password. Rejects with a SessionError. */
export async function credentialsOf(settings: TrueNasSettings, secret: SecretReader): Promise<Credentials> {
  const left = await secret('session');
  const earlier = left === undefined ? [] : [{ kind: 'session' as const, secret: left }];
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
    return { settings, secret, proofs: [...earlier, { kind, secret: found }] };
  }
  throw new SessionError(
    text('A password or an API key is needed for {0}.', oneLine(settings.username, 60)),
    {
      retry: false,
      secret: 'password',
    },
  );
}

/**
 * Signs in; answers whether a one-time password was needed at the beginning, so that what comes next should not need one
 * again. `modern` tells that `auth.login_ex` is worth a try. Rejects with a SessionError.
 */
export async function signIn(
  rpc: RpcConnection,
  credentials: Credentials,
  modern: boolean,
): Promise<boolean> {
  const [first, second] = credentials.proofs;
  if (first?.kind === 'session' && second) {
    try {
      await signInWith(rpc, credentials, first, modern);
      return true;
    } catch (error) {
      // A session token expires; the next proof is a full sign-in.
      if (!(error instanceof SessionError) || error.retry) throw error;
    }
    return signInWith(rpc, credentials, second, modern);
  }
  return first ? signInWith(rpc, credentials, first, modern) : false;
}

async function signInWith(
  rpc: RpcConnection,
  credentials: Credentials,
  proof: Proof,
  modern: boolean,
): Promise<boolean> {
  try {
    const answer = modern ? await signInModern(rpc, credentials, proof) : 'unknown';
    return answer === 'unknown' ? await signInClassic(rpc, credentials, proof) : answer === 'oneTime';
  } catch (error) {
    if (!ConversationError.is(error, 'refused')) throw error;
    const failure = failureIn(error);
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

/** True where a one-time password was needed. */
async function signInClassic(
  rpc: RpcConnection,
  credentials: Credentials,
  { kind, secret }: Proof,
): Promise<boolean> {
  const { username } = credentials.settings;
  const [method, params] =
    kind === 'apiKey'
      ? (['auth.login_with_api_key', [secret]] as const)
      : kind === 'password'
        ? (['auth.login', [username, secret]] as const)
        : (['auth.login_with_token', [secret]] as const);
  const isToken = kind === 'token' || kind === 'session';
  const result = await rpc.call(method, params, { timeoutMs: signInMs }).catch((error: unknown) => {
    if (!isToken || !failureIn(error)?.noMethod) throw error;
    return rpc.call('auth.token', params, { timeoutMs: signInMs });
  });
  // A wrong password is an answer, not an error. Some releases answer a token with nothing.
  if (result !== false && (result !== null || isToken)) return false;
  if (kind !== 'password' || !(await needsCode(rpc, username, secret))) throw wrong(kind, username);
  const code = await codeOf(credentials);
  if ((await rpc.call('auth.login', [username, secret, code], { timeoutMs: signInMs })) !== true)
    throw wrongCode();
  return true;
}

/** A wrong password and a missing one-time password are answered alike; which of them it was has to be asked. */
async function needsCode(rpc: RpcConnection, username: string, password: string): Promise<boolean> {
  const answer = await rpc
    .call('auth.two_factor_auth', [username, password], { timeoutMs: signInMs })
    .catch((error: unknown) => {
      if (ConversationError.is(error, 'refused')) return false;
      throw error;
    });
  // One release answers with a list of those to whom it applies.
  return Array.isArray(answer) ? answer.length > 0 : answer === true;
}

async function codeOf({ settings, secret }: Credentials): Promise<string> {
  const code = (await secret('oneTimePassword'))?.replace(/\s/g, '');
  if (code !== undefined && code !== '') return code;
  throw new SessionError(
    text(
      '{0} signs in with a one-time password: enter the one that is shown now. With an API key of this user the connection comes back by itself at any time.',
      oneLine(settings.username, 60),
    ),
    { retry: false, secret: 'oneTimePassword' },
  );
}

async function signInModern(
  rpc: RpcConnection,
  credentials: Credentials,
  proof: Proof,
): Promise<'known' | 'oneTime' | 'unknown'> {
  const { kind, secret } = proof;
  const { username } = credentials.settings;
  const options = { user_info: true };
  const request: Fields =
    kind === 'apiKey'
      ? { mechanism: 'API_KEY_PLAIN', username, api_key: secret, login_options: options }
      : kind === 'password'
        ? { mechanism: 'PASSWORD_PLAIN', username, password: secret, login_options: options }
        : { mechanism: 'TOKEN_PLAIN', token: secret, login_options: options };
  let result: unknown;
  try {
    result = await rpc.call('auth.login_ex', [request], { timeoutMs: signInMs });
  } catch (error) {
    const failure = failureIn(error);
    if (failure?.noMethod || failure?.unauthenticated) return 'unknown';
    throw error;
  }
  // A key that is refused for its kind stays stored; the password that the user was asked for then is good beside it.
  const password = kind === 'apiKey' && typeOf(result) === 'DENIED' && (await credentials.secret('password'));
  if (password) return signInModern(rpc, credentials, { kind: 'password', secret: password });
  if (typeOf(result) !== 'OTP_REQUIRED') {
    accepted(result, kind, username);
    return 'known';
  }
  const otp_token = await codeOf(credentials);
  const next = { mechanism: 'OTP_TOKEN', otp_token, login_options: options };
  const answer = await rpc.call('auth.login_ex_continue', [next], { timeoutMs: signInMs });
  // 25.10 asks for the code again after the first wrong ones, and refuses only later ones.
  if (['AUTH_ERR', 'OTP_REQUIRED'].includes(typeOf(answer) ?? '')) throw wrongCode();
  accepted(answer, kind, username);
  return 'oneTime';
}

function typeOf(result: unknown): string | undefined {
  return isFields(result) ? named(result['response_type']) : undefined;
}

/** Throws a SessionError where the NAS answered anything but yes. */
function accepted(result: unknown, kind: Proof['kind'], username: string): void {
  const type = typeOf(result);
  switch (type) {
    case 'SUCCESS':
      return;
    case 'AUTH_ERR':
      throw wrong(kind, username);
    case 'EXPIRED':
      throw new SessionError(
        kind === 'apiKey'
          ? text('The API key has expired or was revoked; make a new one on the NAS.')
          : text('What the sign-in was made with has expired.'),
        { retry: false, secret: kind },
      );
    case 'REDIRECT': {
      const urls = isFields(result) ? result['urls'] : undefined;
      throw new SessionError(
        text(
          'This is the standby of two controllers; the active one is at {0}.',
          shown(Array.isArray(urls) ? urls[0] : urls),
        ),
        { retry: true },
      );
    }
    case 'DENIED':
      throw new SessionError(
        kind === 'apiKey'
          ? text(
              'The NAS does not take the API key of {0} as it is: from TrueNAS 26 on keys sign in by SCRAM, which this version does not speak. Sign in with a password or a token.',
              oneLine(username, 60),
            )
          : text('{0} may not use this way to sign in.', oneLine(username, 60)),
        { retry: false, secret: kind === 'apiKey' ? 'password' : kind },
      );
    default:
      throw new SessionError(text('The NAS answered the sign-in with {0}.', shown(type, 60)), {
        retry: false,
      });
  }
}

function wrongCode(): SessionError {
  return new SessionError(text('The NAS does not accept this one-time password; enter the next one.'), {
    retry: false,
    secret: 'oneTimePassword',
  });
}

function wrong(kind: Proof['kind'], username: string): SessionError {
  const message =
    kind === 'apiKey'
      ? text('The API key is not accepted.')
      : kind === 'password'
        ? text('The NAS does not accept this password of {0}.', oneLine(username, 60))
        : text('The token is not accepted.');
  return new SessionError(message, { retry: false, secret: kind });
}
