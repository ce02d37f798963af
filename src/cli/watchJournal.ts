import { join } from 'node:path';
import { errorWords, text } from '../core/model/text.ts';
import { captureLock } from '../core/connections/captureLock.ts';
import type { Connection, ConnectionOptions } from '../core/connections/connection.ts';
import type { OtherWindows } from '../core/connections/otherWindows.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import type { Pipeline } from '../core/journal/pipeline.ts';
import { batchOf } from '../core/journal/recorder.ts';
import type { Question } from '../core/systems/operation.ts';
import type { SystemRegistry } from '../core/systems/registry.ts';
import { openJournal } from './journalFile.ts';
import { makeOwnFolder, type JournalPlace } from './journalPlace.ts';
import { writeEvent } from './lines.ts';
import { log } from './openConnection.ts';
import { takeOwnLocks } from './ownLocks.ts';
import { SharedJournal } from './sharedJournal.ts';

/** Keeps the events of a watch, or not, and writes them out with their seqs; control events are only kept. */
export interface WatchJournal {
  readonly connectionParts: Partial<Pick<ConnectionOptions, 'lock' | 'memory' | 'keeping'>>;
  /** Processes that capture what this one does not, where the journal is shared. */
  readonly otherWindows?: OtherWindows;
  add(connection: Connection): void;
  /** Called after the connections are closed; resolves when all is written. */
  close(): Promise<void>;
}

export interface WatchJournalOptions {
  readonly pipeline: Pipeline;
  readonly systems: SystemRegistry;
  readonly host: string;
  readonly connections: readonly ConfiguredConnection[];
  readonly write: (line: object) => void;
  answer(question: Question): boolean;
}

/** Opens the journal of a watch. Rejects where a journal that was named cannot be used; the own one is done without. */
export async function openWatchJournal(
  place: JournalPlace | 'none',
  options: WatchJournalOptions,
): Promise<WatchJournal> {
  if (place === 'none') return noJournal(options);
  if (place.kind === 'file') return fileJournal(place.file, options);
  if (!place.own)
    return sharedJournal(options, {
      folder: place.folder,
      own: false,
      lock: captureLock(join(place.folder, 'locks')),
    });
  try {
    return (await ownJournal(place.folder, options)) ?? noJournal(options);
  } catch (error) {
    process.stderr.write(`The events are not kept: ${errorWords(error)}\n`);
    return noJournal(options);
  }
}

/** Events are only written out, with their places in this run. */
function noJournal({ pipeline, write }: WatchJournalOptions): WatchJournal {
  let seq = 0;
  pipeline.subscribe('watch', ({ events }) => {
    for (const event of events) {
      seq++;
      if (event.channel !== 'control') writeEvent({ ...event, seq }, write);
    }
  });
  return { connectionParts: {}, add: () => undefined, close: () => Promise.resolve() };
}

/** A journal that nobody else writes. An event has its seq when it is committed. */
async function fileJournal(file: string, { pipeline, write }: WatchJournalOptions): Promise<WatchJournal> {
  const journal = await openJournal(file);
  const commits = new Set<Promise<void>>();
  pipeline.subscribe('journal', (change) => {
    const commit = journal.append(batchOf(change)).then(
      ({ from }) => {
        for (const [index, event] of change.events.entries())
          if (event.channel !== 'control') writeEvent({ ...event, seq: from + index }, write);
      },
      (error: unknown) => {
        log.error(text('The journal could not be written: {0}', errorWords(error)));
      },
    );
    commits.add(commit);
    void commit.finally(() => commits.delete(commit));
  });
  return {
    connectionParts: {},
    add: () => undefined,
    async close() {
      await Promise.all(commits);
      await journal.close();
    },
  };
}

/** The journal in the folder of `gsops`; nothing where other events would get among those of a connection. */
async function ownJournal(folder: string, options: WatchJournalOptions): Promise<WatchJournal | undefined> {
  makeOwnFolder(folder);
  const locks = await takeOwnLocks(join(folder, 'locks'), options.connections);
  if (typeof locks === 'string') {
    process.stderr.write(
      `The events are not kept: another gsops has ${locks} open with other settings. Another "id", or --journal <file.db>, keeps them apart.\n`,
    );
    return undefined;
  }
  try {
    const shared = await sharedJournal(options, { folder, own: true, lock: locks.lock });
    return {
      ...shared,
      async close() {
        await shared.close();
        await locks.release();
      },
    };
  } catch (error) {
    await locks.release();
    throw error;
  }
}

async function sharedJournal(
  options: WatchJournalOptions,
  place: Pick<Parameters<typeof SharedJournal.open>[0], 'folder' | 'own' | 'lock'>,
): Promise<WatchJournal> {
  const shared = await SharedJournal.open({ ...options, ...place });
  const ids = new Set(options.connections.map(({ settings }) => settings.id));
  const writeRest = await shared.writeEvents(ids, options.write);
  return {
    connectionParts: shared.connectionParts,
    otherWindows: shared.otherWindows,
    add: (connection) => {
      shared.add(connection);
    },
    async close() {
      await writeRest();
      await shared.close();
    },
  };
}
