import type { Instance } from '../model/instance.ts';
import type { Text } from '../model/text.ts';
import type { Awaitable } from './form.ts';
import type { Session } from './session.ts';
import type { ConnectionSettings } from './settings.ts';

/** A question before something that cannot be taken back. */
export interface Question {
  readonly message: Text;
  readonly detail: Text;
  /** The button that goes ahead. */
  readonly action: Text;
  /** Text to type before it goes ahead, such as the name of the server that is deleted. */
  readonly typed?: string;
}

/** In the place of a session that another window has: what it can do is known there alone, and decided there. */
export const elsewhere: unique symbol = Symbol('elsewhere');
/** The open conversation of a connection, if there is one, here or in another window. */
export type Reach<Sess extends Session> = Sess | typeof elsewhere | undefined;

/** Input of an operation, by the names of its fields. */
export type OperationInput = Readonly<Record<string, string>>;

/** State in which an input is asked for. */
export interface InputContext<S, Sess extends Session = Session> {
  readonly settings: S;
  readonly instance: Instance | undefined;
  readonly session: Sess | undefined;
  /** Inputs given before this one. */
  readonly given: OperationInput;
  readonly signal: AbortSignal;
}

/** One line of text that an operation needs from the user. */
export interface LineInput<S, Sess extends Session> {
  readonly field: string;
  readonly prompt: Text;
  readonly placeholder: Text;
  /** Asked only where this holds of what was given before. */
  when?(given: OperationInput): boolean;
  /** Value that the field has at first. */
  value?(context: InputContext<S, Sess>): Awaitable<string>;
  /** Values offered while the user types; any other may be typed as well. */
  suggestions?(context: InputContext<S, Sess>): readonly Suggestion[];
  /** Problem of the value while it is typed; an open conversation may know more of what is accepted. */
  check(value: string, session?: Sess): Text | undefined;
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
  options(context: InputContext<S, Sess>): Awaitable<readonly InputChoice[]>;
}

/** A value, or one with words for people. */
export type InputChoice = string | { readonly value: string; readonly label: Text; readonly detail?: Text };

export type Input<S, Sess extends Session = Session> = LineInput<S, Sess> | PickInput<S, Sess>;

type OperationOutcome = 'succeeded' | 'failed' | 'refused';

export interface OperationResult {
  readonly outcome: OperationOutcome;
  readonly message: Text;
}

export function succeeded(message: Text): OperationResult {
  return { outcome: 'succeeded', message };
}

export function failed(message: Text): OperationResult {
  return { outcome: 'failed', message };
}

export function refused(message: Text): OperationResult {
  return { outcome: 'refused', message };
}

interface Run<S, Sess extends Session> {
  readonly settings: S;
  readonly connectionName: string;
  /** The open conversation, if there is one. */
  readonly session: Sess | undefined;
  readonly input: OperationInput;
  readonly signal: AbortSignal;
  /**
   * The session that follows this one after an interruption. Nothing where none comes: the connection ended, the operation
   * was cancelled, or its time is over.
   */
  nextSession(after: Sess): Promise<Sess | undefined>;
  /** Tells the present step, for the task. */
  progress(message: Text): void;
  /** Adds output of the program to the log of the task. */
  output(chunk: string): void;
  /** Asks what came up only while it ran; false where nobody said yes. */
  ask(question: Question): Promise<boolean>;
}

export interface OperationRun<S, Sess extends Session = Session> extends Run<S, Sess> {
  readonly instance: Instance;
}

/**
 * The worst that an operation may do: it only reads; it changes something; it interrupts players or work that runs; it
 * destroys data. Questions and menus go by it.
 */
export const effects = ['reads', 'changes', 'interrupts', 'destroys'] as const;
export type Effect = (typeof effects)[number];

interface OperationBase<S, Sess extends Session> {
  readonly id: string;
  /** Title and icon of the command of an operation that no other system has; the shared ones have theirs in the ui. */
  readonly command?: { readonly title: string; readonly icon: string };
  /** The user wants to know the outcome: it is shown and not only logged. */
  readonly answers?: boolean;
  /** No event tells of its change: the instances are asked for afterwards. */
  readonly silent?: boolean;
  /**
   * Why it cannot be done here whatever the state: a role that the user lacks, a setting, the kind of the instance. Nothing
   * where only the state decides.
   */
  barrier?(settings: S, reach: Reach<Sess>, instance?: Instance): Text | undefined;
  /** Questions to the user, in this order. */
  readonly inputs?: readonly Input<S, Sess>[];
}

/** The question before an operation: none before one that only reads, one where it is needed before the worse ones. */
type Asking<Asked extends { confirm(...given: never): Question | undefined }> =
  | { readonly effect: 'reads'; readonly confirm?: never }
  | ({ readonly effect: 'changes' } & Partial<Asked>)
  | ({ readonly effect: 'interrupts' | 'destroys' } & Asked);

interface AskedOfInstance {
  confirm(instance: Instance, connectionName: string): Question | undefined;
}

interface AskedOfConnection<Sess> {
  confirm(input: OperationInput, connectionName: string, session: Sess | undefined): Question | undefined;
}

interface InstanceOperationBase<S, Sess extends Session> extends OperationBase<S, Sess> {
  readonly target: 'instance';
  /** Title of the task while it runs: "Starting {0}". */
  progressTitle(instance: Instance): Text;
  /** Whether it is on offer: by what the instance is now, and by what this connection can do at all. */
  when(instance: Instance, settings: S, reach: Reach<Sess>): boolean;
  run(run: OperationRun<S, Sess>): Promise<OperationResult>;
}

/** Something one may do to an instance. It decides for itself when it is on offer; menus and palette only ask. */
export type InstanceOperation<S, Sess extends Session = Session> = InstanceOperationBase<S, Sess> &
  Asking<AskedOfInstance>;

interface ConnectionOperationBase<S, Sess extends Session> extends OperationBase<S, Sess> {
  readonly target: 'connection';
  progressTitle(input: OperationInput): Text;
  when(settings: S, reach: Reach<Sess>): boolean;
  run(run: Run<S, Sess>): Promise<OperationResult>;
}

/** Something one may do with a connection as a whole. */
export type ConnectionOperation<S, Sess extends Session = Session> = ConnectionOperationBase<S, Sess> &
  Asking<AskedOfConnection<Sess>>;

export type Operation<S, Sess extends Session = Session> =
  InstanceOperation<S, Sess> | ConnectionOperation<S, Sess>;

export type AnyOperation = Operation<ConnectionSettings>;
export type AnyInstanceOperation = InstanceOperation<ConnectionSettings>;
export type AnyConnectionOperation = ConnectionOperation<ConnectionSettings>;
