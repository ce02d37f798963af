import * as z from 'zod/mini';
import { lifecycleStates, type LifecycleState } from '../../../model/lifecycle.ts';
import { PersistentMap } from '../../../model/persistentMap.ts';

/** Work that has a beginning, steps and an end in the events. */
export type Work = 'install' | 'update' | 'backup' | 'restore' | 'uninstall' | 'restart' | 'stop';

export const stateOfWork: Readonly<Record<Work, LifecycleState>> = {
  uninstall: 'removing',
  install: 'installing',
  update: 'updating',
  restore: 'restoring',
  backup: 'backingUp',
  restart: 'restarting',
  stop: 'stopping',
};
/** Which work is shown when several overlap: the rarest and most final first. */
export const works = Object.keys(stateOfWork) as Work[];

/** Steps that a whole run reports; the generations differ by one or two, so the bar never promises the end. */
export const stepsOfWork: Readonly<Record<Work, number>> = {
  install: 13,
  update: 11,
  backup: 3,
  restore: 4,
  uninstall: 6,
  restart: 4,
  stop: 3,
};

interface OpenWork {
  readonly task: string;
  readonly seen: readonly string[];
}

/** Memory of an instance from one event to the next. */
export interface InstanceMemory {
  /** State beneath the work that is going on. */
  readonly base: LifecycleState;
  readonly open: Partial<Readonly<Record<Work, OpenWork>>>;
  readonly players?: number;
  /** Names of those of them who told one. */
  readonly playerNames?: readonly string[];
  /** The tick of the last event about it, and of the last question: an answer older than an event says nothing new. */
  readonly touched?: number;
  readonly asked?: number;
}

export interface KgsmContext {
  readonly memory: PersistentMap<InstanceMemory>;
  readonly nextTask: number;
  /** Counts events. */
  readonly tick: number;
  /** The tick at which the list of instances was asked for. */
  readonly listAsked?: number;
}

export const initialContext: KgsmContext = { memory: PersistentMap.empty(), nextTask: 1, tick: 0 };

const savedSchema = z.object({
  nextTask: z.number(),
  tick: z._default(z.number(), 0),
  memory: z.array(
    z.tuple([
      z.string(),
      z.object({
        base: z.enum(lifecycleStates),
        open: z.record(z.string(), z.object({ task: z.string(), seen: z.array(z.string()) })),
        players: z.optional(z.number()),
        playerNames: z.optional(z.array(z.string())),
        touched: z.optional(z.number()),
        asked: z.optional(z.number()),
      }),
    ]),
  ),
});

export function saveContext(context: KgsmContext): unknown {
  return { nextTask: context.nextTask, tick: context.tick, memory: [...context.memory] };
}

export function loadContext(saved: unknown): KgsmContext {
  const result = savedSchema.safeParse(saved);
  if (!result.success) return initialContext;
  const { memory, nextTask, tick } = result.data;
  // JSON has no `undefined`, so an optional field that is there has its value.
  return {
    nextTask,
    tick,
    memory: PersistentMap.from(memory as readonly (readonly [string, InstanceMemory])[]),
  };
}
