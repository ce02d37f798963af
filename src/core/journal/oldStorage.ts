import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { instanceId } from '../model/instance.ts';
import { lifecycleStates } from '../model/lifecycle.ts';
import { errorWords, isText, text, type Text } from '../model/text.ts';
import type { JournalStore } from './store/journalStore.ts';
import type { Address, Batch } from './store/records.ts';

const words = z.custom<Text>(isText);

const instanceSchema = z.looseObject({
  connection: z.string(),
  kind: z.string(),
  key: z.string(),
  name: z.string(),
  state: z.enum(lifecycleStates),
  since: z.number(),
  lastEventAt: z.number(),
  detail: z.optional(words),
});

const taskSchema = z.looseObject({
  id: z.string(),
  connection: z.string(),
  title: words,
  state: z.enum(['waiting', 'running', 'cancelling']),
  message: z.optional(words),
  startedAt: z.number(),
});

/** The file of a connection: its state at the last write. */
const stateSchema = z.object({
  gameServerOpsCheckpoint: z.literal(2),
  connection: z.string(),
  system: z.string(),
  lastEventAt: z.optional(z.number()),
  listedAt: z.optional(z.number()),
  instances: z.array(instanceSchema),
  tasks: z.array(taskSchema),
  context: z.unknown(),
});

const oldFolders = ['fleet', 'sessions'] as const;

interface Old {
  /** Where the folders of the version before the journal stand. */
  readonly storage: string;
  readonly store: Pick<JournalStore, 'append' | 'state' | 'status'>;
  readonly contextVersion: (system: string) => Promise<string>;
  /** Whether a process runs. */
  readonly runs: (pid: number) => boolean;
  readonly log: { warn(message: Text): void };
}

/** Whether there is anything of the version before the journal, or of an upgrade that did not end. */
export function hasOldStorage(storage: string): boolean {
  return oldFolders.some((name) => existsSync(join(storage, name))) || claims(storage).length > 0;
}

/**
 * Takes the state and the read positions of the version before the journal over, once: whoever moves the folders has
 * them. They go when all is on disk; of a window that died before that, the next one takes them over.
 */
export async function takeOverOldStorage(old: Old): Promise<void> {
  const claim = claimOf(old);
  if (claim === undefined) return;
  const { changes, cursors } = await old.store.state();
  const known = new Set([...changes, ...cursors].map(({ address }) => address.connection));
  for (const name of names(join(claim, 'fleet'))) {
    const state = readState(claim, name, old.log);
    if (state && !known.has(state.connection)) await old.store.append(await batchOf(state, name, claim, old));
  }
  if (old.store.status.durable) rmSync(claim, { recursive: true, force: true });
}

/** The folders, moved to where only this process takes them. */
function claimOf({ storage, runs }: Old): string | undefined {
  const claim = join(storage, `upgrade-${process.pid}`);
  const left = claims(storage).find(({ pid }) => pid === process.pid || !runs(pid));
  if (left && left.pid !== process.pid && !moved(left.path, claim)) return undefined;
  mkdirSync(claim, { recursive: true, mode: 0o700 });
  for (const name of oldFolders) moved(join(storage, name), join(claim, name));
  return claim;
}

function claims(folder: string): { readonly path: string; readonly pid: number }[] {
  return names(folder).flatMap((name) => {
    const pid = /^upgrade-(\d+)$/.exec(name)?.[1];
    return pid === undefined ? [] : [{ path: join(folder, name), pid: Number(pid) }];
  });
}

/** False where another process was first, or nothing was there. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readState(claim: string, name: string, log: Old['log']): z.infer<typeof stateSchema> | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(join(claim, 'fleet', name), 'utf8')));
  } catch (error) {
    log.warn(text('The stored state {0} is damaged and was left out: {1}', name, errorWords(error)));
    return undefined;
  }
}

async function batchOf(
  { connection, system, lastEventAt, listedAt, instances, tasks, context }: z.infer<typeof stateSchema>,
  name: string,
  claim: string,
  { contextVersion }: Old,
): Promise<Batch> {
  const address: Address = { source: connection, host: '', connection, system };
  const status = { id: connection, system, state: 'closed', since: lastEventAt ?? 0, listedAt };
  const cursor = readCursor(join(claim, 'sessions', name));
  return {
    events: [],
    changes: [
      { address, what: 'connection', key: '', state: JSON.stringify(status) },
      ...instances.map((instance) => ({
        address,
        what: 'instance' as const,
        key: instanceId(instance),
        state: JSON.stringify(instance),
      })),
      ...tasks.map((task) => ({
        address,
        what: 'task' as const,
        key: task.id,
        state: JSON.stringify(task),
      })),
    ],
    contexts:
      context === undefined
        ? []
        : [{ address, version: await contextVersion(system), context: JSON.stringify(context) }],
    cursors: cursor === undefined ? [] : [{ address, cursor }],
  };
}

/** The JSON of a read position; nothing where there is none that can be read. */
function readCursor(path: string): string | undefined {
  try {
    const json = readFileSync(path, 'utf8');
    JSON.parse(json);
    return json;
  } catch {
    return undefined;
  }
}
