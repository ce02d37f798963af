import type { Instance } from '../model/instance.ts';
import type { Text } from '../model/text.ts';
import type { Session } from './session.ts';
import type { ConnectionSettings } from './settings.ts';

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
export interface InputContext<S, Sess extends Session = Session> {
  readonly settings: S;
  readonly instance: Instance | undefined;
  readonly session: Sess | undefined;
  /** What was given before. */
  readonly given: OperationInput;
  readonly signal: AbortSignal;
}

/** One line of text that an operation needs from the user. */
interface LineInput<S, Sess extends Session> {
  readonly field: string;
  readonly prompt: Text;
  readonly placeholder: Text;
  /** Asked only where this holds of what was given before. */
  when?(given: OperationInput): boolean;
  /** What stands there at first. */
  value?(context: InputContext<S, Sess>): Promise<string>;
  /** What is offered while it is typed; anything else may be typed as well. */
  suggestions?(context: InputContext<S, Sess>): readonly Suggestion[];
  /** What is wrong with it, while it is typed. */
  check(value: string): Text | undefined;
}

/** A value that may be typed, alone or with words for people. */
export type Suggestion = string | { readonly value: string; readonly detail: Text };

/** One of several things that exist now; the operation gets what was picked. */
interface PickInput<S, Sess extends Session> {
  readonly field: string;
  readonly prompt: Text;
  /** Asked only where this holds of what was given before. */
  when?(given: OperationInput): boolean;
  /** Said where there is nothing to pick. */
  readonly none: Text;
  options(context: InputContext<S, Sess>): Promise<readonly InputChoice[]>;
}

/** A value, or one with words for people. */
export type InputChoice = string | { readonly value: string; readonly label: Text; readonly detail?: Text };

export type Input<S, Sess extends Session = Session> = LineInput<S, Sess> | PickInput<S, Sess>;

type OperationOutcome = 'succeeded' | 'failed' | 'refused';

export interface OperationResult {
  readonly outcome: OperationOutcome;
  readonly message: Text;
}

interface Run<S, Sess extends Session> {
  readonly settings: S;
  readonly connectionName: string;
  /** The open conversation, if there is one. */
  readonly session: Sess | undefined;
  readonly input: OperationInput;
  readonly signal: AbortSignal;
  /** What it is doing now, for the task. */
  progress(message: Text): void;
  /** What the program said, for the log of the task. */
  output(chunk: string): void;
  /** Asks what came up only while it ran; false where nobody said yes. */
  ask(question: Question): Promise<boolean>;
}

export interface OperationRun<S, Sess extends Session = Session> extends Run<S, Sess> {
  readonly instance: Instance;
}

interface OperationBase<S, Sess extends Session> {
  readonly id: string;
  readonly title: Text;
  /** Its outcome is what the user wanted to know, so it is said and not only logged. */
  readonly answers?: boolean;
  /** It changes something that no event tells of: the system has to be asked afterwards. */
  readonly silent?: boolean;
  /** What the user is asked for, in this order. */
  readonly inputs?: readonly Input<S, Sess>[];
}

/** Something one may do to an instance. It decides for itself when it is on offer; menus and palette only ask. */
export interface InstanceOperation<S, Sess extends Session = Session> extends OperationBase<S, Sess> {
  readonly target: 'instance';
  /** What is going on while it runs: "Starting {0}". */
  progressTitle(instance: Instance): Text;
  /** Whether it is on offer: by what the instance is now, and by what this connection can do at all. */
  when(instance: Instance, settings: S, session: Sess | undefined): boolean;
  /** The question to ask before, if one is needed. */
  confirm?(instance: Instance, connectionName: string): Question | undefined;
  run(run: OperationRun<S, Sess>): Promise<OperationResult>;
}

/** Something one may do with a connection as a whole. */
export interface ConnectionOperation<S, Sess extends Session = Session> extends OperationBase<S, Sess> {
  readonly target: 'connection';
  progressTitle(input: OperationInput): Text;
  when(settings: S, session: Sess | undefined): boolean;
  confirm?(input: OperationInput, connectionName: string, session: Sess | undefined): Question | undefined;
  run(run: Run<S, Sess>): Promise<OperationResult>;
}

export type Operation<S, Sess extends Session = Session> =
  InstanceOperation<S, Sess> | ConnectionOperation<S, Sess>;

export type AnyOperation = Operation<ConnectionSettings>;
export type AnyInstanceOperation = InstanceOperation<ConnectionSettings>;
export type AnyConnectionOperation = ConnectionOperation<ConnectionSettings>;
