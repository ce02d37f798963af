import * as z from 'zod/mini';
import { lifecycleStates, type LifecycleState } from '../../../model/lifecycle.ts';
import { PersistentMap } from '../../../model/persistentMap.ts';

/** Memory of an instance from one event to the next. */
export interface EntryMemory {
  readonly kind: string;
  readonly key: string;
  readonly base: LifecycleState;
  /** The tick of the last event about it: an answer to an older question says nothing new. */
  readonly touched: number;
  /** Name of the instance, if it differs from the key. */
  readonly name?: string;
  /** Removed; kept until an answer does not know it either. */
  readonly gone?: boolean;
}

/** A call that was not answered yet. */
export interface PendingCall {
  readonly method: string;
  readonly correlation: string;
  readonly at: number;
  readonly tick: number;
  readonly params: unknown;
}

export interface OpenJob {
  readonly id: string;
  readonly started: number;
  readonly kind?: string;
  readonly key?: string;
  /** State that the instance is shown in meanwhile. */
  readonly state?: LifecycleState;
  readonly correlation?: string;
}

export interface TrueNasContext {
  /** By kind and key. */
  readonly entries: PersistentMap<EntryMemory>;
  /** Open jobs by task. */
  readonly jobs: PersistentMap<OpenJob>;
  /** Tasks that ended lately, oldest first: their last words come twice, and late answers know them as running. */
  readonly ended: readonly string[];
  /** Unanswered calls by id. */
  readonly calls: PersistentMap<PendingCall>;
  /** Counts messages. */
  readonly tick: number;
  /** Which apps are game servers. */
  readonly apps: readonly string[];
  /** The NAS was told of. */
  readonly host: boolean;
}

export const initialContext: TrueNasContext = {
  entries: PersistentMap.empty(),
  jobs: PersistentMap.empty(),
  ended: [],
  calls: PersistentMap.empty(),
  tick: 0,
  apps: ['*'],
  host: false,
};

const maxEnded = 200;

export function entryId(kind: string, key: string): string {
  return JSON.stringify([kind, key]);
}

/** Ids of jobs begin again at 1 when the NAS does; with the time at which it began, a job is told from its namesakes. */
export function taskOf(id: string, started: number): string {
  return `${id}@${String(started)}`;
}

export function ended(context: TrueNasContext, task: string): TrueNasContext {
  if (context.ended.includes(task)) return context;
  return {
    ...context,
    jobs: context.jobs.delete(task),
    ended: [...context.ended, task].slice(-maxEnded),
  };
}

const state = z.enum(lifecycleStates);
/** Calls on their way are not saved: after a restart nobody answers them. */
const savedSchema = z.object({
  tick: z.number(),
  apps: z.array(z.string()),
  host: z.boolean(),
  ended: z.array(z.string()),
  entries: z.array(
    z.object({
      kind: z.string(),
      key: z.string(),
      base: state,
      touched: z.number(),
      name: z.optional(z.string()),
      gone: z.optional(z.boolean()),
    }),
  ),
  jobs: z.array(
    z.object({
      id: z.string(),
      started: z.number(),
      kind: z.optional(z.string()),
      key: z.optional(z.string()),
      state: z.optional(state),
      correlation: z.optional(z.string()),
    }),
  ),
});

export function saveContext({ tick, apps, host, ended: over, entries, jobs }: TrueNasContext): unknown {
  return { tick, apps, host, ended: over, entries: [...entries.values()], jobs: [...jobs.values()] };
}

export function loadContext(saved: unknown): TrueNasContext {
  const result = savedSchema.safeParse(saved);
  if (!result.success) return initialContext;
  const { tick, apps, host, ended: over, entries, jobs } = result.data;
  return {
    ...initialContext,
    tick,
    apps,
    host,
    ended: over,
    // JSON has no `undefined`, so an optional field that is there has its value.
    entries: PersistentMap.from(
      (entries as EntryMemory[]).map((each) => [entryId(each.kind, each.key), each] as const),
    ),
    jobs: PersistentMap.from(
      (jobs as OpenJob[]).map((each) => [taskOf(each.id, each.started), each] as const),
    ),
  };
}
