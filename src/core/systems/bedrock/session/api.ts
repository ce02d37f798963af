import { randomUUID } from 'node:crypto';
import { oneLine, text } from '../../../model/text.ts';
import { HttpError, requestWeb, type HttpAnswer } from '../../../wire/httpClient.ts';
import { trustOf } from '../../conversation/serverTrust.ts';
import { redactionMark } from '../../redaction.ts';
import { SessionError, type SecretKind, type SessionEnvironment } from '../../session.ts';
import { isFields, named } from '../../reading.ts';
import { roles, type Role } from './bedrockSession.ts';
import { releaseTraitsOf, type ReleaseTraits } from '../release.ts';
import { detailOf, toBytes } from '../messages.ts';
import { foreignAnswer, sessionErrorOf, unexpectedStatus } from './refusal.ts';
import type { BedrockSettings } from '../settings.ts';

/** A start waits for plugins and, in the oldest releases, for the server itself. */
const callTimeoutMs = 60_000;
const askTimeoutMs = 15_000;
/** Lists of tasks are never shortened by the server. */
const maxAnswerBytes = 32 * 1024 * 1024;

interface Sent {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** Written to the journal instead of the body, which holds a secret. */
  readonly shown?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Asked of our own accord, again and again. */
  readonly noise?: boolean;
}

/** The REST side of a server: who we are there, and every call with its answer in the journal. */
export class BedrockApi {
  readonly #settings: BedrockSettings;
  readonly #environment: SessionEnvironment;
  readonly #ca: string | undefined;
  #release: ReleaseTraits = releaseTraitsOf(undefined);
  #token: string | undefined;
  #role: Role | undefined;
  /** Which secret let us in: it is the one to ask for when it does not any more. */
  #secret: SecretKind = 'password';
  #signingIn: Promise<void> | undefined;

  constructor(settings: BedrockSettings, environment: SessionEnvironment, ca: string | undefined) {
    this.#settings = settings;
    this.#environment = environment;
    this.#ca = ca;
  }

  get release(): ReleaseTraits {
    return this.#release;
  }

  get role(): Role | undefined {
    return this.#role;
  }

  get token(): string {
    return this.#token ?? '';
  }

  get secret(): SecretKind {
    return this.#secret;
  }

  /** Asks which release it is; everybody may. */
  async lookUpVersion(): Promise<void> {
    const answer = await this.#ask('GET', '/api/info');
    if (answer.body.kind !== 'json') throw foreignAnswer(this.#settings.url, answer);
    if (answer.status !== 200) throw unexpectedStatus(this.#settings.url, answer);
    const { value } = answer.body;
    const info = isFields(value) && isFields(value['info']) ? value['info'] : {};
    this.#release = releaseTraitsOf(named(info['app_version']));
  }

  /** Signs in with the stored token or else the password, and finds out what this user may. */
  async signIn(): Promise<void> {
    const { secret } = this.#environment;
    const token = await secret('token');
    const password = await secret('password');
    if (token !== undefined && token !== '') {
      this.#token = token;
      this.#secret = 'token';
      const problem = await this.#lookUpRole();
      if (!problem) return;
      if (password === undefined) throw problem;
    }
    this.#secret = 'password';
    if (password === undefined || password === '') {
      throw new SessionError(
        text('No password of {0} is stored. Sign in first.', oneLine(this.#settings.username, 60)),
        { retry: false, secret: 'password' },
      );
    }
    this.#token = await this.#login(password);
    const problem = await this.#lookUpRole();
    if (problem) throw problem;
  }

  /** Gets a token that lasts longer, before the present one is over. */
  async renew(): Promise<void> {
    if (this.#release.reauth) {
      const answer = await this.#exchange('POST', '/auth/reauth', { form: { remember_me: 'true' } });
      const token = tokenIn(answer);
      if (token !== undefined) {
        this.#token = token;
        return;
      }
    }
    await this.signIn();
  }

  /** When the token is over, in milliseconds since the epoch; nothing where it does not say. */
  get expiresAt(): number | undefined {
    const payload = this.#token?.split('.')[1];
    if (payload === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      const expiry = isFields(value) ? value['exp'] : undefined;
      return typeof expiry === 'number' && Number.isFinite(expiry) ? expiry * 1000 : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * One call as this user. A token that is over is replaced once. Rejects with an HttpError where there is no answer,
   * with a SessionError where nobody lets us in any more.
   */
  call(method: string, path: string, body: unknown, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#callAs(method, path, { signal, ...(body === undefined ? {} : { json: body }) });
  }

  /** Like `call`, for a question that is asked again and again to know how things are. */
  poll(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#callAs('GET', path, { signal, noise: true });
  }

  async #callAs(method: string, path: string, sent: Sent): Promise<HttpAnswer> {
    const used = this.#token;
    const answer = await this.#exchange(method, path, sent);
    if (answer.status !== 401) return answer;
    if (used === this.#token) await this.#signInOnce();
    return this.#exchange(method, path, sent);
  }

  #signInOnce(): Promise<void> {
    this.#signingIn ??= this.signIn()
      .catch((error: unknown) => {
        throw sessionErrorOf(error);
      })
      .finally(() => {
        this.#signingIn = undefined;
      });
    return this.#signingIn;
  }

  /** The releases disagree whether a login is a form; one that wants the other answers 422. */
  async #login(password: string): Promise<string> {
    const { username } = this.#settings;
    const shown = { username, password: redactionMark, remember_me: true };
    const ways = [
      { form: { username, password, remember_me: 'true' }, shown },
      { json: { username, password, remember_me: true }, shown },
    ];
    if (this.#release.jsonLogin) ways.reverse();
    let last: HttpAnswer | undefined;
    for (const way of ways) {
      last = await this.#exchange('POST', '/auth/token', way);
      if (last.status !== 422) break;
    }
    const token = last === undefined ? undefined : tokenIn(last);
    if (token !== undefined) return token;
    if (last?.status === 401 || last?.status === 403) {
      const said = last.body.kind === 'json' ? (detailOf(last.body.value) ?? '–') : '–';
      throw new SessionError(text('The server does not let {0} in: {1}', oneLine(username, 60), said), {
        retry: false,
        secret: 'password',
      });
    }
    throw last === undefined
      ? new SessionError(text('The server does not answer.'), { retry: true })
      : unexpectedStatus(this.#settings.url, last);
  }

  /** The refusal, if the account may not sign in. Fields that the server leaves out are no refusal. */
  async #lookUpRole(): Promise<SessionError | undefined> {
    const answer = await this.#ask('GET', '/api/account');
    const value = answer.body.kind === 'json' && isFields(answer.body.value) ? answer.body.value : {};
    const refused = answer.status === 401 || answer.status === 403;
    if (refused || value['is_active'] === false) {
      const who = oneLine(this.#settings.username, 60);
      return this.#secret === 'token'
        ? new SessionError(text('The token is over, or its user is disabled.'), {
            retry: false,
            secret: 'token',
          })
        : new SessionError(text('The password of {0} is right, but the user is disabled.', who), {
            retry: false,
            secret: 'password',
          });
    }
    if (answer.status >= 500) throw unexpectedStatus(this.#settings.url, answer);
    this.#role = roles.find((role) => role === value['role']);
    return undefined;
  }

  #ask(method: string, path: string): Promise<HttpAnswer> {
    return this.#exchange(method, path, { timeoutMs: askTimeoutMs });
  }

  async #exchange(method: string, path: string, sent: Sent): Promise<HttpAnswer> {
    const environment = this.#environment;
    const { clock, signal } = environment;
    const { shown = sent.json ?? sent.form } = sent;
    const correlation = randomUUID();
    const say = (direction: 'in' | 'out', value: object): void => {
      environment.deliver({
        channel: direction === 'out' ? 'request' : 'reply',
        direction,
        bytes: toBytes(value),
        receivedAt: clock.now(),
        correlation,
        ...(sent.noise === true ? { noise: true } : {}),
      });
    };
    say('out', { method, path, ...(shown === undefined ? {} : { body: shown }) });
    try {
      const answer = await requestWeb({
        method,
        url: this.#settings.url + path,
        headers: this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` },
        ...(sent.json === undefined ? {} : { json: sent.json }),
        ...(sent.form === undefined ? {} : { form: sent.form }),
        timeoutMs: sent.timeoutMs ?? callTimeoutMs,
        maxBytes: Math.max(maxAnswerBytes, this.#settings.maxMessageBytes),
        signal: sent.signal ? AbortSignal.any([signal, sent.signal]) : signal,
        ...trustOf(this.#settings, this.#ca),
      });
      say('in', { method, path, status: answer.status, body: journalled(answer) });
      return answer;
    } catch (error) {
      const words = HttpError.is(error) ? error.message : 'aborted';
      say('in', { method, path, error: words });
      throw error;
    }
  }
}

/** Texts of an answer that is no data are kept so far. */
const keptText = 4000;

/** An answer as the journal shows it: tokens are cut before the redaction, which might miss one. */
function journalled({ body, text: content }: HttpAnswer): unknown {
  if (body.kind !== 'json') return content === '' ? undefined : content.slice(0, keptText);
  const { value } = body;
  if (!isFields(value) || value['access_token'] === undefined) return value;
  return { ...value, access_token: redactionMark };
}

function tokenIn({ status, body }: HttpAnswer): string | undefined {
  return status === 200 && body.kind === 'json' && isFields(body.value)
    ? named(body.value['access_token'])
    : undefined;
}
