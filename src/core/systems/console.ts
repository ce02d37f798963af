import type { Clock } from '../model/clock.ts';
import type { Instance } from '../model/instance.ts';
import type { Text } from '../model/text.ts';
import type { Session } from './session.ts';
import type { OperationResult } from './operation.ts';
import type { ConnectionSettings } from './settings.ts';

/** The log of an instance while somebody looks at it. */
export interface OpenConsole {
  /** Settles when it ended with its conversation; it is opened again with the next one. */
  readonly ended?: Promise<unknown>;
  /** Gives a line to the instance; only where it takes input. */
  send?(line: string): Promise<OperationResult>;
  dispose(): Promise<void>;
}

/** How the log of an instance is followed. */
export interface Console<S, Sess extends Session = Session> {
  when(instance: Instance, settings: S): boolean;
  open(run: {
    readonly settings: S;
    readonly instance: Instance;
    readonly session: Sess | undefined;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** Text of the log as it came; it may hold anything. */
    write(chunk: string): void;
    /** Something about the log itself: it was rotated, it is not there yet. */
    note(message: Text): void;
  }): Promise<OpenConsole>;
}

export type AnyConsole = Console<ConnectionSettings>;
