import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { lifecycleStates } from '../model/lifecycle.ts';
import { instanceId, type Instance } from '../model/instance.ts';
import { errorWords, isText, text, type Text } from '../model/text.ts';
import { meaningOf } from './control.ts';
import { addressOf } from './recorder.ts';
import type { JournalStore } from './store/journalStore.ts';
import type { Batch } from './store/records.ts';

const optionalText = z.optional(z.string());

const instanceSchema = z.object({
  connection: z.string(),
  kind: z.string(),
  key: z.string(),
  name: z.string(),
  state: z.enum(lifecycleStates),
  since: z.number(),
  lastEventAt: z.number(),
  game: optionalText,
  version: optionalText,
  latestVersion: optionalText,
  players: z.optional(z.number()),
  detail: z.optional(z.custom<Text>(isText)),
  actor: optionalText,
});

const taskSchema = z.object({
  id: z.string(),
  systemId: optionalText,
  connection: z.string(),
  subject: z.optional(z.object({ kind: z.string(), key: z.string(), name: z.optional(z.string()) })),
  title: z.custom<Text>(isText),
  state: z.enum(['waiting', 'running', 'cancelling']),
  percent: z.nullable(z.number()),
  message: z.optional(z.custom<Text>(isText)),
  steps: z.array(z.object({ label: z.string(), at: z.number() })),
  startedAt: z.number(),
  lastEventAt: z.number(),
  cancellable: z.boolean(),
  startedBy: z.optional(z.object({ actor: z.string() })),
  operation: optionalText,
});

/** State of one connection in `fleet/<connection>.json`, as the versions before the journal wrote it. */
const checkpointSchema = z.object({
  gameServerOpsCheckpoint: z.literal(2),
  connection: z.string(),
  system: z.string(),
  lastEventAt: z.optional(z.number()),
  listedAt: z.optional(z.number()),
  instances: z.array(instanceSchema),
  tasks: z.array(taskSchema),
  context: z.unknown(),
});
type Checkpoint = z.infer<typeof checkpointSchema>;

/** Decoders had no versions then: all of them wrote what is the first one now. */
const contextVersion = '1';
/** Name of the folder, beside the old ones, that the files are moved to once the journal has what they say. */
const asideFolder = 'before-journal';

export interface OldStorageOptions {
  /** The folder that holds `fleet` and `sessions`. */
  readonly folder: string;
  readonly now: () => number;
  readonly log: { warn(message: Text): void };
}

/**
 * The files of the versions before the journal. Whoever takes a connection over has its lock: that version may still run in
 * another window, and goes on writing until it lets go.
 */
export class OldStorage {
  readonly #options: OldStorageOptions;

  constructor(options: OldStorageOptions) {
    this.#options = options;
  }

  /** Connections with a readable state; damaged and foreign files are told in the log and stay. */
  connections(): readonly string[] {
    return this.#names('fleet').filter((connection) => this.#checkpoint(connection) !== undefined);
  }

  /**
   * Gives the journal the state and the read position of a connection that it does not know, and puts their files aside.
   * Without a readable state the system is that of the settings. A death in between is harmless: before the commit the
   * files stand as they did, after it the journal knows the connection.
   */
  async takeOver(store: JournalStore, connection: string, systemOfSettings?: string): Promise<void> {
    const checkpoint = this.#checkpoint(connection);
    const cursor = this.#cursor(connection);
    const system = checkpoint?.system ?? (cursor === undefined ? undefined : systemOfSettings);
    if (system === undefined) return;
    const { changes, contexts, cursors } = await store.state();
    const known = [...changes, ...contexts, ...cursors];
    if (!known.some(({ address }) => address.connection === connection))
      await store.append(batchOf({ connection, system, checkpoint, cursor, now: this.#options.now() }));
    // A journal in memory may still be lost.
    if (!store.status.durable) return;
    if (checkpoint) this.#putAside('fleet', connection);
    if (cursor !== undefined) this.#putAside('sessions', connection);
  }

  #checkpoint(connection: string): Checkpoint | undefined {
    const value = this.#read('fleet', connection);
    if (value === undefined) return undefined;
    const result = checkpointSchema.safeParse(value);
    if (result.success && result.data.connection === connection) return result.data;
    this.#warn('fleet', connection, text('its content is of another kind'));
    return undefined;
  }

  /** The read position of a session, as JSON. */
  #cursor(connection: string): string | undefined {
    const value = this.#read('sessions', connection);
    return value === undefined ? undefined : JSON.stringify(value);
  }

  #names(folder: string): readonly string[] {
    try {
      return readdirSync(join(this.#options.folder, folder)).flatMap((name) =>
        name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
      );
    } catch {
      return [];
    }
  }

  #read(folder: string, connection: string): unknown {
    try {
      return JSON.parse(readFileSync(this.#path(folder, connection), 'utf8')) as unknown;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#warn(folder, connection, errorWords(error));
      return undefined;
    }
  }

  #putAside(folder: string, connection: string): void {
    const aside = join(this.#options.folder, asideFolder, folder);
    try {
      mkdirSync(aside, { recursive: true, mode: 0o700 });
      renameSync(this.#path(folder, connection), join(aside, `${connection}.json`));
    } catch (error) {
      this.#warn(folder, connection, errorWords(error));
      return;
    }
    try {
      rmdirSync(join(this.#options.folder, folder));
    } catch {
      // Files of other connections are still in it.
    }
  }

  #warn(folder: string, connection: string, reason: Text | string): void {
    this.#options.log.warn(
      text('{0} of an earlier version was left as it is: {1}', this.#path(folder, connection), reason),
    );
  }

  #path(folder: string, connection: string): string {
    return join(this.#options.folder, folder, `${connection}.json`);
  }
}

/** One event that says where the state comes from, and the state: windows that follow notice events. */
function batchOf({
  connection,
  system,
  checkpoint,
  cursor,
  now,
}: {
  readonly connection: string;
  readonly system: string;
  readonly checkpoint: Checkpoint | undefined;
  readonly cursor: string | undefined;
  readonly now: number;
}): Batch {
  const address = addressOf(connection, system);
  const fact = { type: 'journal.begun', instances: checkpoint?.instances.length ?? 0 } as const;
  const raw = JSON.stringify(fact);
  const begun = {
    ...address,
    ...meaningOf(fact).event,
    receivedAt: now,
    channel: 'control',
    direction: 'none',
    origin: 'imported',
    raw,
    size: raw.length,
    truncated: false,
    redacted: [],
    problems: [],
  } as const;
  const cursors = cursor === undefined ? [] : [{ address, cursor }];
  if (!checkpoint) return { events: [begun], cursors };
  const { lastEventAt, listedAt, instances, tasks, context } = checkpoint;
  const status = { id: connection, system, state: 'closed', since: lastEventAt ?? 0, listedAt };
  return {
    events: [begun],
    changes: [
      { address, what: 'connection', key: '', state: JSON.stringify(status) },
      ...instances.map((instance) => ({
        address,
        what: 'instance' as const,
        key: instanceId(instance as Instance),
        state: JSON.stringify(instance),
      })),
      ...tasks.map((task) => ({ address, what: 'task' as const, key: task.id, state: JSON.stringify(task) })),
    ],
    contexts:
      context === undefined ? [] : [{ address, version: contextVersion, context: JSON.stringify(context) }],
    cursors,
  };
}
