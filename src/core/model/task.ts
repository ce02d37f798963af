import { createHash } from 'node:crypto';
import type { Subject } from './event.ts';
import { text, type Text } from './text.ts';

export type TaskState = 'waiting' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'aborted' | 'lost';

interface TaskStep {
  /** Plain words in states that an older version kept. */
  readonly label: Text | string;
  readonly at: number;
}

/** Starter of a task: the window of ours in which an operation was asked for, or an actor that the system names. */
export type TaskStarter =
  | {
      readonly window: string;
      /** Window that runs the operation for the one in which it was asked for. */
      readonly runner?: string;
    }
  | { readonly actor: string };

export interface Task {
  /** A UUID, given with the first fact that is known of the task. */
  readonly id: string;
  /** The system's own id of it; absent for an operation that no job of the system has joined. */
  readonly systemId?: string;
  readonly connection: string;
  readonly subject?: Subject;
  readonly title: Text;
  readonly state: TaskState;
  /** 0 to 100, `null` while it cannot be known. */
  readonly percent: number | null;
  readonly message?: Text;
  readonly steps: readonly TaskStep[];
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** When anything was last heard of it; the time-out counts from here. */
  readonly lastEventAt: number;
  readonly cancellable: boolean;
  readonly startedBy?: TaskStarter;
  readonly operation?: string;
  readonly log?: string;
}

export interface TaskPatch {
  readonly title?: Text;
  readonly subject?: Subject;
  readonly state?: TaskState;
  readonly percent?: number | null;
  readonly message?: Text;
  readonly step?: Text;
  readonly cancellable?: boolean;
  readonly startedBy?: TaskStarter;
  readonly operation?: string;
  /** When the system says that it began; a finished task of the same system id that began earlier is another one. */
  readonly startedAt?: number;
  /** The whole log so far; replaces what was known of it. */
  readonly log?: string;
  /** Text to append to the log. */
  readonly output?: string;
}

export function stepText({ label }: TaskStep): Text {
  return typeof label === 'string' ? text('{0}', label) : label;
}

export function isFinished(state: TaskState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'aborted' || state === 'lost';
}

/** Whether an operation of one of our windows is the task. */
export function isOperation({ startedBy }: Task): boolean {
  return startedBy !== undefined && 'window' in startedBy;
}

/** The window that runs the operation that the task is; undefined for a task of the system. */
export function runnerOf({ startedBy }: Task): string | undefined {
  return startedBy !== undefined && 'window' in startedBy
    ? (startedBy.runner ?? startedBy.window)
    : undefined;
}

/** Whether the task is an operation that was asked for in this very window. */
export function isOperationOf(window: string, { startedBy }: Task): boolean {
  return startedBy !== undefined && 'window' in startedBy && startedBy.window === window;
}

/** The UUID of a task that a system tells of: the same first fact gives the same one wherever it is folded. */
export function taskUuid(connection: string, systemId: string, startedAt: number): string {
  const hex = createHash('sha1')
    .update(JSON.stringify([connection, systemId, startedAt]))
    .digest('hex');
  // Version 8 of RFC 9562: the bits are ours, but for the version and the variant.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
