import type { Clock } from '../model/clock.ts';
import type { Instance } from '../model/instance.ts';
import type {
  Channel,
  Direction,
  Origin,
  Problem,
  RetentionClass,
  Severity,
  Subject,
} from '../model/event.ts';
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

/** What a secret is; a connection has at most one of each kind. */
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
  /** Where it is good for: scheme, host and port, or the path of a key. */
  readonly origin: string;
  readonly user: string;
  /** Good for one use: it is in memory until then and is never stored. */
  readonly once?: boolean;
}

/** Finds a secret of a connection; nothing where none is stored. */
export type SecretReader = (kind: SecretKind) => Promise<string | undefined>;

/** What a session may use; nothing else of the outside world is in its reach. */
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
  /** A step on the way to `ready`, in words that a user sees while it lasts. */
  report(state: Extract<ConnectionState, 'connecting' | 'authenticating'>, detail?: Text): void;
  /** Something was lost that nobody can deliver any more: it stands in the journal as a gap. */
  gap(message: Text): void;
}

/** An open conversation. */
export interface Session {
  /** Settles when the conversation is over, with the reason. */
  readonly closed: Promise<SessionError>;
  /** Where events can be sent to so that they come in here. */
  readonly address?: string;
  /** True where what happened while nobody listened is delivered later, so that an interruption loses nothing. */
  readonly catchesUp?: boolean;
  /** Who somebody looks at now: what costs the system something is asked for of them alone. */
  watch?(looked: readonly Subject[]): void;
  /** Asks the system again for everything that there is, where it can be asked. */
  refresh?(): void;
  /** Sends one event through the conversation itself, where that is the only way in. */
  send?(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  dispose(): Promise<void>;
}

/** Why a session could not start or did not go on. `retry: false` waits for the user: trying again cannot help. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly text: Text;
  readonly retry: boolean;
  /** The secret that was wrong or missing: the user is asked for it. */
  readonly secret?: SecretKind;

  constructor(
    message: Text,
    options: { readonly retry: boolean; readonly cause?: unknown; readonly secret?: SecretKind },
  ) {
    super(message.template, { cause: options.cause });
    this.text = message;
    this.retry = options.retry;
    if (options.secret !== undefined) this.secret = options.secret;
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
  /** Only the server can send it: a client that did would be cut off. */
  readonly sentBy?: 'server' | 'client';
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

/** What an operation was given, by the names of its inputs. */
export type OperationInput = Readonly<Record<string, string>>;

/** What is there when something is asked for. */
export interface InputContext<S> {
  readonly settings: S;
  readonly instance: Instance | undefined;
  readonly session: Session | undefined;
  /** What was given before. */
  readonly given: OperationInput;
  readonly signal: AbortSignal;
}

/** One line of text that an operation needs from the user. */
interface LineInput<S> {
  readonly field: string;
  readonly prompt: Text;
  readonly placeholder: Text;
  /** Asked only where this holds of what was given before. */
  when?(given: OperationInput): boolean;
  /** What stands there at first. */
  value?(context: InputContext<S>): Promise<string>;
  /** What is offered while it is typed; anything else may be typed as well. */
  suggestions?(context: InputContext<S>): readonly Suggestion[];
  /** What is wrong with it, while it is typed. */
  check(value: string): Text | undefined;
}

/** A value that may be typed, alone or with words for people. */
export type Suggestion = string | { readonly value: string; readonly detail: Text };

/** One of several things that exist now; the operation gets what was picked. */
interface PickInput<S> {
  readonly field: string;
  readonly prompt: Text;
  /** Asked only where this holds of what was given before. */
  when?(given: OperationInput): boolean;
  /** Said where there is nothing to pick. */
  readonly none: Text;
  options(context: InputContext<S>): Promise<readonly InputChoice[]>;
}

/** A value, or one with words for people. */
export type InputChoice = string | { readonly value: string; readonly label: Text; readonly detail?: Text };

export type Input<S> = LineInput<S> | PickInput<S>;

type OperationOutcome = 'succeeded' | 'failed' | 'refused';

export interface OperationResult {
  readonly outcome: OperationOutcome;
  readonly message: Text;
}

interface Run<S> {
  readonly settings: S;
  readonly connectionName: string;
  /** The open conversation, if there is one. */
  readonly session: Session | undefined;
  readonly input: OperationInput;
  readonly signal: AbortSignal;
  /** What it is doing now, for the task. */
  progress(message: Text): void;
  /** What the program said, for the log of the task. */
  output(chunk: string): void;
  /** Asks what came up only while it ran; false where nobody said yes. */
  ask(question: Question): Promise<boolean>;
}

export interface OperationRun<S> extends Run<S> {
  readonly instance: Instance;
}

interface OperationBase<S> {
  readonly id: string;
  readonly title: Text;
  /** Its outcome is what the user wanted to know, so it is said and not only logged. */
  readonly answers?: boolean;
  /** It changes something that no event tells of: the system has to be asked afterwards. */
  readonly silent?: boolean;
  /** What the user is asked for, in this order. */
  readonly inputs?: readonly Input<S>[];
}

/** Something one may do to an instance. It decides for itself when it is on offer; menus and palette only ask. */
export interface InstanceOperation<S> extends OperationBase<S> {
  readonly target: 'instance';
  /** What is going on while it runs: "Starting {0}". */
  progressTitle(instance: Instance): Text;
  /** Whether it is on offer: by what the instance is now, and by what this connection can do at all. */
  when(instance: Instance, settings: S, session: Session | undefined): boolean;
  /** The question to ask before, if one is needed. */
  confirm?(instance: Instance, connectionName: string): Question | undefined;
  run(run: OperationRun<S>): Promise<OperationResult>;
}

/** Something one may do with a connection as a whole. */
export interface ConnectionOperation<S> extends OperationBase<S> {
  readonly target: 'connection';
  progressTitle(input: OperationInput): Text;
  when(settings: S, session: Session | undefined): boolean;
  confirm?(input: OperationInput, connectionName: string, session: Session | undefined): Question | undefined;
  run(run: Run<S>): Promise<OperationResult>;
}

export type Operation<S> = InstanceOperation<S> | ConnectionOperation<S>;

/** The log of an instance while somebody looks at it. */
export interface OpenConsole {
  /** Settles when it ended with its conversation; it is opened again with the next one. */
  readonly ended?: Promise<unknown>;
  /** Gives a line to the instance; only where it takes input. */
  send?(line: string): Promise<OperationResult>;
  dispose(): Promise<void>;
}

/** How the log of an instance is followed. */
export interface Console<S> {
  when(instance: Instance, settings: S): boolean;
  open(run: {
    readonly settings: S;
    readonly instance: Instance;
    readonly session: Session | undefined;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** Text of the log as it came; it may hold anything. */
    write(chunk: string): void;
    /** Something about the log itself: it was rotated, it is not there yet. */
    note(message: Text): void;
  }): Promise<OpenConsole>;
}

/** One thing that was looked at. */
export interface Finding {
  readonly title: Text;
  readonly outcome: 'fine' | 'doubtful' | 'wrong' | 'skipped';
  readonly detail?: Text;
  readonly fix?: Fix;
}

/** What would mend a finding. It changes nothing before the user said yes to the question. */
export interface Fix {
  readonly title: Text;
  readonly question?: Question;
  /** Answers what was done. */
  apply(signal: AbortSignal): Promise<Text>;
}

export interface DiagnosisEnvironment {
  readonly signal: AbortSignal;
  readonly session: Session | undefined;
  readonly secret: SecretReader;
  /** Whether something with this in its text comes in through the connection before the time is over. */
  arrives(marker: string, withinMs: number): Promise<boolean>;
}

/** One question of the form that makes or edits a connection. */
export interface FormField {
  /** Place in the settings, dots for what is nested. A secret stands nowhere there: its field is its kind. Two forms of one question share it. */
  readonly field: string;
  readonly type: 'text' | 'number' | 'folder' | 'file' | 'choice' | 'secret';
  readonly prompt: Text;
  readonly placeholder?: string;
  /** Left empty it is left out of the settings. */
  readonly optional?: boolean;
  /** Asked only where this holds. */
  when?(given: FormAnswers): boolean;
  /** What stands there at first. */
  suggest?(given: FormAnswers): Promise<string | undefined>;
  /** What is wrong with the value; a hint does not stop anybody. */
  check?(value: string, given: FormAnswers): Promise<FormProblem | undefined>;
  choices?(given: FormAnswers): Promise<readonly FormChoice[]>;
}

/** What was given so far, by field. */
export type FormAnswers = Readonly<Record<string, string>>;

export interface FormProblem {
  readonly message: Text;
  readonly hint?: boolean;
}

export interface FormChoice {
  readonly value: string;
  readonly label: Text;
  readonly detail?: Text;
}

/** What may be used to send one event. */
export interface EmitEnvironment {
  readonly signal: AbortSignal;
  /** The conversation of the connection that the target belongs to. */
  readonly session: Session | undefined;
  readonly secret: SecretReader;
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
  /** What it is and how it is reached, for somebody who chooses. */
  readonly purpose: Text;
  /** A name for a connection with these answers. */
  suggestName?(given: FormAnswers): string | undefined;
  /** The questions that make a connection, in their order; the name is asked for every system. */
  form(): Promise<readonly FormField[]>;
  /** The secrets that a connection with these settings may use. */
  secrets(settings: S): readonly SecretSpec[];
  openSession(settings: S, environment: SessionEnvironment): Promise<Session>;
  readonly console?: Console<S>;
  /** Looks step by step why no events come. */
  diagnose?(settings: S, environment: DiagnosisEnvironment): AsyncIterable<Finding>;
  /** The one thing that will surely keep events from coming, found without side effects after connecting. */
  advise?(settings: S, signal: AbortSignal): Promise<Finding | undefined>;
  /** Where this connection listens by its settings; an open session knows it better. */
  emitTargets(settings: S): readonly string[];
  /** How a target is asked for that the user names; without it there are only those of the connections. */
  readonly targetPrompt?: Text;
  /** The secret that sending to a named target may use. */
  targetSecret?(address: string): SecretSpec | undefined;
  /** Sends one event to an address of this system, as the system itself would. */
  emit(address: string, bytes: Uint8Array, environment: EmitEnvironment): Promise<void>;
  /** What is asked before this is sent, where it may change something there. */
  emitQuestion?(bytes: Uint8Array, connectionName: string): Question | undefined;
  /** The operation of the connection that ends a task of the system itself, by what the system calls the task. */
  cancelTask?(localId: string): { readonly operation: string; readonly input: OperationInput };
  /** Makes what the user typed as a target into an address, or says what is wrong with it. */
  checkTarget(value: string): Text | undefined;
  /** The machine that is operated, where it is not the one that the extension runs on. */
  hostOf?(settings: S): string;
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
export type AnyInstanceOperation = InstanceOperation<ConnectionSettings>;
export type AnyConnectionOperation = ConnectionOperation<ConnectionSettings>;
export type AnyConsole = Console<ConnectionSettings>;
