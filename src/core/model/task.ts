import type { Subject } from './event.ts';
import type { Text } from './text.ts';

export type TaskState = 'waiting' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'aborted' | 'lost';

interface TaskStep {
  readonly label: string;
  readonly at: number;
}

export interface Task {
  /** Unique over all connections. */
  readonly id: string;
  /** What its system calls it. */
  readonly localId: string;
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
  /** `here` is this window; otherwise the actor that the system named, or nothing. */
  readonly startedBy?: string;
  readonly operation?: string;
  readonly log?: string;
}

export interface TaskPatch {
  readonly title?: Text;
  readonly subject?: Subject;
  readonly state?: TaskState;
  readonly percent?: number | null;
  readonly message?: Text;
  readonly step?: string;
  readonly cancellable?: boolean;
  readonly startedBy?: string;
  readonly operation?: string;
  /** All of it. */
  readonly log?: string;
  /** What comes behind it. */
  readonly output?: string;
}

/** The id over all connections; a connection id is a slug and holds no slash. */
export function taskId(connection: string, localId: string): string {
  return `${connection}/${localId}`;
}

export function isFinished(state: TaskState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'aborted' || state === 'lost';
}
