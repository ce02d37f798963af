import type { Clock } from '../model/clock.ts';
import type { Instance } from '../model/instance.ts';
import type { Channel, Direction, Origin, Problem, RetentionClass, Severity } from '../model/event.ts';
import type { ConnectionState, Decoder } from '../model/signal.ts';
import type { Text } from '../model/text.ts';

export interface Log {
  debug(message: Text): void;
  info(message: Text): void;
  warn(message: Text): void;
  error(message: Text): void;
}

/** What a session hands over; the connection adds host, connection, system and timeline. */
interface SessionDraft {
  readonly channel: Channel;
  readonly direction: Direction;
  readonly origin?: Origin;
  readonly bytes: Uint8Array;
  readonly size?: number;
  readonly truncated?: boolean;
  readonly receivedAt: number;
  readonly correlation?: string;
  readonly problems?: readonly Problem[];
}

/** A small JSON value that a session finds again after a restart, such as how far it has read. */
export interface SessionMemory {
  load(): unknown;
  /** Kept from now on; written soon, and at the latest when the window closes. */
  save(value: unknown): void;
}

/** What a session may use; nothing else of the outside world is in its reach. */
export interface SessionEnvironment {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the connection is closed. */
  readonly signal: AbortSignal;
  readonly memory: SessionMemory;
  deliver(draft: SessionDraft): void;
  /** Progress before `ready`: connecting, authenticating. */
  report(state: Extract<ConnectionState, 'connecting' | 'authenticating'>, detail?: Text): void;
}

/** An open conversation. */
export interface Session {
  /** Settles when the conversation is over, with the reason. */
  readonly closed: Promise<SessionError>;
  /** Asks the system again for everything that there is, where it can be asked. */
  refresh?(): void;
  dispose(): Promise<void>;
}

/** Why a session could not start or did not go on. `retry: false` waits for the user: trying again cannot help. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly text: Text;
  readonly retry: boolean;

  constructor(message: Text, options: { readonly retry: boolean; readonly cause?: unknown }) {
    super(message.template, { cause: options.cause });
    this.text = message;
    this.retry = options.retry;
  }
}

/** One event type of a system: feeds emit forms, tooltips, completion and retention. */
export interface CatalogEntry {
  readonly type: string;
  readonly category: string;
  readonly retention: RetentionClass;
  readonly severity: Severity;
  readonly description: Text;
  /** A whole message as the system would send it. */
  readonly example: unknown;
}

/** A question before something that cannot be taken back. */
export interface Question {
  readonly message: Text;
  readonly detail: Text;
  /** The button that goes ahead. */
  readonly action: Text;
  /** What has to be typed before it goes ahead, for what destroys. */
  readonly typed?: string;
}

/** One line of text that an operation needs from the user. */
interface LineInput {
  readonly prompt: Text;
  readonly placeholder: Text;
  /** What is wrong with it, while it is typed. */
  check(value: string): Text | undefined;
}

/** One of several things that exist now; the operation gets what was picked. */
interface PickInput<S> {
  readonly prompt: Text;
  /** Said where there is nothing to pick. */
  readonly none: Text;
  options(settings: S, instance: Instance, signal: AbortSignal): Promise<readonly string[]>;
}

type OperationOutcome = 'succeeded' | 'failed' | 'refused';

export interface OperationResult {
  readonly outcome: OperationOutcome;
  readonly message: Text;
}

export interface OperationRun<S> {
  readonly settings: S;
  readonly connectionName: string;
  readonly instance: Instance;
  readonly input: unknown;
  readonly signal: AbortSignal;
  /** What it is doing now, for the task. */
  progress(message: Text): void;
  /** What the program said, for the log of the task. */
  output(chunk: string): void;
}

/** Something one may do. It decides for itself when it is on offer; menus and palette only ask. */
export interface Operation<S> {
  readonly id: string;
  readonly title: Text;
  /** What is going on while it runs: "Starting {0}". */
  progressTitle(instance: Instance): Text;
  /** Only operations on instances so far; connections and items join when a system needs them. */
  readonly target: 'instance';
  /** Whether it is on offer: by what the instance is now, and by what this connection can do at all. */
  when(instance: Instance, settings: S): boolean;
  /** Its outcome is what the user wanted to know, so it is said and not only logged. */
  readonly answers?: boolean;
  /** It changes something that no event tells of: the system has to be asked afterwards. */
  readonly silent?: boolean;
  /** The question to ask before, if one is needed. */
  readonly input?: LineInput | PickInput<S>;
  confirm?(instance: Instance, connectionName: string): Question | undefined;
  run(run: OperationRun<S>): Promise<OperationResult>;
}

export type SettingsResult<S> =
  | { readonly ok: true; readonly settings: S; readonly warnings: readonly Text[] }
  | { readonly ok: false; readonly problems: readonly Text[] };

/** Everything the product knows of a system. Adding one is adding a folder and a line in `index.ts`. */
export interface System<S extends ConnectionSettings, C> {
  readonly id: string;
  readonly label: string;
  /** Codicon of its connections. */
  readonly icon: string;
  parseSettings(value: unknown): SettingsResult<S>;
  readonly decoder: Decoder<C>;
  readonly catalog: readonly CatalogEntry[];
  readonly operations: readonly Operation<S>[];
  openSession(settings: S, environment: SessionEnvironment): Promise<Session>;
  /** Where this connection listens, so that events can be sent there. */
  emitTargets(settings: S): readonly string[];
  /** Sends one event to an address of this system, as the system itself would. */
  emit(address: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Makes what the user typed as a target into an address, or says what is wrong with it. */
  checkTarget(value: string): Text | undefined;
  /** One line that says where this connection goes. */
  describe(settings: S): string;
}

/** What all connection settings have in common. */
export interface ConnectionSettings {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** A system whose types only it knows: what lists of systems are made of. */
export type AnySystem = System<ConnectionSettings, unknown>;
export type AnyOperation = Operation<ConnectionSettings>;
