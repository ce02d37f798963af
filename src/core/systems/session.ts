import type { Clock } from '../model/clock.ts';
import type { Text } from '../model/text.ts';
import type { ConnectionState } from '../model/signal.ts';
import type { Channel, Direction, Draft, Origin, Problem, Subject } from '../model/event.ts';

export interface Log {
  debug(message: Text): void;
  info(message: Text): void;
  warn(message: Text): void;
  error(message: Text): void;
}

/** A draft as a session delivers it; the connection adds host, connection, system and timeline. */
interface SessionDraft {
  readonly channel: Channel;
  readonly direction: Direction;
  readonly origin?: Origin;
  readonly bytes: Uint8Array;
  readonly parsed?: unknown;
  readonly size?: number;
  readonly truncated?: boolean;
  readonly receivedAt: number;
  readonly correlation?: string;
  readonly problems?: readonly Problem[];
  readonly noise?: boolean;
}

/** A draft of a session as one of its connection. Made for every message: a literal costs a tenth of two spreads. */
export function draftOf(
  { timeline, host, connection, system }: Pick<Draft, 'timeline' | 'host' | 'connection' | 'system'>,
  draft: SessionDraft,
): Draft {
  const { channel, direction, origin = 'live', bytes, parsed, size } = draft;
  const { truncated, receivedAt, correlation, problems, noise } = draft;
  return {
    timeline,
    host,
    connection,
    system,
    channel,
    direction,
    origin,
    bytes,
    parsed,
    size,
    truncated,
    receivedAt,
    correlation,
    problems,
    noise,
  };
}

/** A small JSON value that a session finds again after a restart, such as how far it has read. */
export interface SessionMemory {
  load(): unknown;
  /** Kept from now on; written soon, and at the latest when the window closes. */
  save(value: unknown): void;
}

/** Kinds of secrets; a connection has at most one of each. */
export const secretKinds = [
  'password',
  'apiKey',
  'token',
  'passphrase',
  'webhook',
  'oneTimePassword',
  'session',
] as const;
export type SecretKind = (typeof secretKinds)[number];

/** A secret that a connection may use. It is kept under what it is good for, so that an edited address never inherits it. */
export interface SecretSpec {
  readonly kind: SecretKind;
  readonly title: Text;
  /** Scheme, host and port that accept the secret, or the path of the key that it opens. */
  readonly origin: string;
  readonly user: string;
  /** Good for one use: it is in memory until then and is never stored. */
  readonly once?: boolean;
}

/** Finds a secret of a connection; nothing where none is stored. */
export type SecretReader = (kind: SecretKind) => Promise<string | undefined>;

/** Everything of the outside world that a session may use. */
export interface SessionEnvironment {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the connection is closed. */
  readonly signal: AbortSignal;
  readonly memory: SessionMemory;
  readonly secret: SecretReader;
  /** Puts aside what the next conversation can use once, in place of what the user would have to type again. */
  keep(kind: SecretKind, value: string): void;
  deliver(draft: SessionDraft): void;
  /** Resolves when all that was delivered is in the journal, or will never be; never rejects. */
  committed(): Promise<void>;
  /** A pause for a source that can wait, while too much is on its way to the journal; nothing where there is no need. */
  pressure(): Promise<void> | undefined;
  /** A step on the way to `ready`, in words that a user sees while it lasts. */
  report(state: Extract<ConnectionState, 'connecting' | 'authenticating'>, detail?: Text): void;
  /** Something was lost that nobody can deliver any more: it stands in the journal as a gap. */
  gap(message: Text): void;
}

/** An open session with a system; each system extends it for its own operations. */
export interface Session {
  /** Settles when the conversation is over, with the reason. */
  readonly closed: Promise<SessionError>;
  /** Address whose events arrive at this session; emitting to it comes back. */
  readonly address?: string;
  /**
   * When the other side last gave a sign of life, in milliseconds since the epoch. An interruption is reckoned from then on:
   * its loss is noticed later. Absent where the end of the session is noticed at once.
   */
  readonly heardAt?: number;
  /** Asks for a sign of life now: the machine slept, or its network is another. */
  checkAlive?(): void;
  /** True for a session that delivers later what happened while nobody listened: an interruption loses nothing. */
  readonly catchesUp?: boolean;
  /** Resolves when all instances were told of once; absent where nobody can tell when that is. */
  readonly listed?: Promise<unknown>;
  /** Sets the instances that are on screen. Measurements that load the system are asked for of these alone. */
  watch?(visible: readonly Subject[]): void;
  /** Asks the system again for everything that there is, where it can be asked. */
  refresh?(): void;
  /** Sends one event through the conversation itself, where that is the only way in. */
  send?(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  dispose(): Promise<void>;
}

interface SessionErrorFacts {
  readonly retry: boolean;
  readonly cause?: unknown;
  readonly secret?: SecretKind;
  readonly answered?: boolean;
  readonly certificate?: boolean;
  readonly mayPass?: boolean;
}

/** Why a session could not start or did not go on. `retry: false` waits for the user: trying again cannot help. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly text: Text;
  readonly retry: boolean;
  /** Somebody answered, if only with a refusal: the server may just be starting, and is asked again sooner. */
  readonly answered: boolean;
  /** The certificate of the server is not accepted: the user may look at it and pin it. */
  readonly certificate: boolean;
  /** The obstacle may go again: a connection that was ready before is tried again in spite of `retry: false`. */
  readonly mayPass: boolean;
  /** The secret that was wrong or missing: the user is asked for it. */
  readonly secret?: SecretKind;

  constructor(
    message: Text,
    { retry, cause, secret, answered = false, certificate = false, mayPass = false }: SessionErrorFacts,
  ) {
    super(message.template, { cause });
    this.text = message;
    this.retry = retry;
    this.answered = answered;
    this.certificate = certificate;
    this.mayPass = mayPass;
    if (secret !== undefined) this.secret = secret;
  }
}
