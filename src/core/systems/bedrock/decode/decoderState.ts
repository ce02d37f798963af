import * as z from 'zod/mini';
import { lifecycleStates, type LifecycleState } from '../../../model/lifecycle.ts';
import { PersistentMap } from '../../../model/persistentMap.ts';
import type { TaskPatch } from '../../../model/task.ts';
import { isText, type Text } from '../../../model/text.ts';
import type { RetiredStem, Stem } from '../stems.ts';

/** Work that is shown instead of the state beneath it, because the server stops and starts meanwhile. */
export const stateOfWork = {
  delete_server_data: 'removing',
  server_install: 'installing',
  server_update: 'updating',
  restore: 'restoring',
  backup: 'backingUp',
} as const satisfies Readonly<Record<string, LifecycleState>>;
export type Work = keyof typeof stateOfWork;
/** The most final first. */
export const works = Object.keys(stateOfWork) as Work[];

/** Memory of a server from one event to the next. */
export interface ServerMemory {
  /** State beneath the work that is going on. */
  readonly base: LifecycleState;
  /** State before a start or stop that may fail, in releases whose states are no events of their own. */
  readonly prior?: LifecycleState;
  /** Twice where something of the kind is asked for while another goes on. */
  readonly working: readonly Work[];
  /** Somebody wants it down: when it goes down now, it is no crash. */
  readonly stopAsked: boolean;
  /** Crashes since it was last stopped on purpose. */
  readonly crashes: number;
  readonly players?: number;
  /** The tick of the last event about it: an answer to an older question says nothing new. */
  readonly touched: number;
}

/** A request that was not answered yet and may begin a task. */
export interface PendingCall {
  readonly title: Text;
  readonly operation?: string;
  readonly server?: string;
}

/** Work that an event told the beginning of, and none yet the end. */
export interface BegunWork {
  readonly stem: Stem | RetiredStem;
  readonly server: string;
  /** The task that it belongs to, if that is known. */
  readonly task?: string;
}

export interface OpenTask {
  /** The tick at which it was first heard of. */
  readonly since: number;
  readonly title?: Text;
  readonly server?: string;
  readonly operation?: string;
  /** Named by the events around it: an answer or its result knows better. */
  readonly guessed?: true;
  readonly correlation?: string;
  /** True where the server skipped the work, because something else of the kind went on. */
  readonly skipped?: true;
  /** End of the task, held back until the answer that names it: a finished task takes no title any more. */
  readonly held?: TaskPatch;
}

export interface BedrockContext {
  readonly servers: PersistentMap<ServerMemory>;
  /** Open tasks by id. */
  readonly tasks: PersistentMap<OpenTask>;
  /** Unanswered requests by correlation. */
  readonly calls: PersistentMap<PendingCall>;
  /** Emitted messages that are not acknowledged, by what acknowledges them; correlations, oldest first. */
  readonly emitted: PersistentMap<readonly string[]>;
  /** Work that goes on, without what it consists of; the oldest first. */
  readonly begun: readonly BegunWork[];
  /** Every change of a state is an event of its own: from then on starts and stops say nothing about it. */
  readonly statusEvents: boolean;
  /** Counts messages. */
  readonly tick: number;
  /** The ticks at which the lists were asked for. */
  readonly serversAsked: number;
  readonly tasksAsked: number;
}

export const initialContext: BedrockContext = {
  servers: PersistentMap.empty(),
  tasks: PersistentMap.empty(),
  calls: PersistentMap.empty(),
  emitted: PersistentMap.empty(),
  begun: [],
  statusEvents: false,
  tick: 0,
  serversAsked: 0,
  tasksAsked: 0,
};

export const newServer: ServerMemory = {
  base: 'unknown',
  working: [],
  stopAsked: false,
  crashes: 0,
  touched: 0,
};

/** Requests on their way are not saved: after a restart nobody answers them. */
const savedSchema = z.object({
  statusEvents: z.boolean(),
  tick: z.number(),
  servers: z.array(
    z.tuple([
      z.string(),
      z.object({
        base: z.enum(lifecycleStates),
        prior: z.optional(z.enum(lifecycleStates)),
        working: z.array(z.enum(works)),
        stopAsked: z.boolean(),
        crashes: z.number(),
        players: z.optional(z.number()),
        touched: z.number(),
      }),
    ]),
  ),
  tasks: z.array(
    z.tuple([
      z.string(),
      z.object({
        since: z.number(),
        title: z.optional(z.custom<Text>(isText)),
        server: z.optional(z.string()),
        operation: z.optional(z.string()),
        guessed: z.optional(z.literal(true)),
      }),
    ]),
  ),
});

export function saveContext({ statusEvents, tick, servers, tasks }: BedrockContext): unknown {
  return { statusEvents, tick, servers: [...servers], tasks: [...tasks] };
}

export function loadContext(saved: unknown): BedrockContext {
  const result = savedSchema.safeParse(saved);
  if (!result.success) return initialContext;
  const { statusEvents, tick, servers, tasks } = result.data;
  return {
    ...initialContext,
    statusEvents,
    tick,
    // JSON has no `undefined`, so an optional field that is there has its value.
    servers: PersistentMap.from(servers as readonly (readonly [string, ServerMemory])[]),
    tasks: PersistentMap.from(tasks as readonly (readonly [string, OpenTask])[]),
  };
}
