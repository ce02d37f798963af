import { compileText } from '../../../../../src/core/journal/compileText.ts';
import { inProcessBackend } from '../../../../../src/core/journal/store/inProcessBackend.ts';
import { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { RetentionLimits } from '../../../../../src/core/journal/store/retention.ts';
import type { ServiceOptions } from '../../../../../src/core/journal/store/service.ts';
import {
  BatchEncoder,
  type Address,
  type Batch,
  type EncodedBatch,
  type StoredEvent,
} from '../../../../../src/core/journal/store/records.ts';
import type { NewRecording } from '../../../../../src/core/journal/store/recordings.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  openDatabase,
  type JournalDatabase,
  type OpenOptions,
} from '../../../../../src/core/journal/store/database.ts';

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gsj-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

let ids = 0;
function openOptions(path: string): OpenOptions {
  return { path, now: () => Date.UTC(2026, 10, 26), newId: () => `journal-${++ids}`, software: 'test 1.0' };
}

export function openJournal(path: string, options: Partial<OpenOptions> = {}): JournalDatabase {
  const db = openDatabase({ ...openOptions(path), ...options });
  onTestFinished(() => {
    db.close();
  });
  return db;
}

/** A file system of its own of so many kilobytes; undefined where this user may not mount. */
export function smallFileSystem(
  kilobytes: number,
): { folder: string; remount: (options: string) => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gsj-'));
  const mount = (...args: string[]): void => {
    execFileSync('mount', [...args, folder], { stdio: 'ignore' });
  };
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs');
  } catch {
    remove();
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
    remove();
  });
  return {
    folder,
    remount: (options) => {
      mount('-o', `remount,${options}`);
    },
  };
}

export const home: Address = { source: 'home', host: '', connection: 'home', system: 'kgsm' };

export function storedEvent(n: number, given: Partial<StoredEvent> = {}): StoredEvent {
  return {
    ...home,
    receivedAt: Date.UTC(2026, 10, 1) + n * 1000,
    channel: 'push',
    direction: 'in',
    origin: 'live',
    type: n % 2 === 0 ? 'instance_started' : 'instance_stopped',
    subject: { kind: 'instance', key: `server-${n % 5}` },
    severity: n % 10 === 0 ? 'error' : 'info',
    retention: 'lifecycle',
    summary: { template: '{0} changed', args: [`server-${n % 5}`] },
    raw: `{"n":${n},"word":"${n % 100 === 7 ? 'needle' : 'hay'}"}`,
    size: 30,
    truncated: false,
    redacted: [],
    problems: [],
    ...given,
  };
}

/** A recording of everything without a limit. */
export const everyEvent: NewRecording = {
  name: 'Evening',
  note: '',
  connections: [],
  classes: [],
  query: '',
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxMs: Number.MAX_SAFE_INTEGER,
};

export function encode(...batches: readonly Batch[]): EncodedBatch {
  const encoder = new BatchEncoder();
  for (const batch of batches) encoder.add(batch);
  return encoder.batch;
}

export function fill(db: JournalDatabase, events: readonly StoredEvent[]): void {
  const writer = new Writer(db);
  for (let at = 0; at < events.length; at += 1000)
    writer.append(encode({ events: events.slice(at, at + 1000) }));
}

/** Runs a sliced read to its end. */
export function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** A store in this thread, on a clock that stands still. */
export async function openTestStore(
  path = ':memory:',
  options: Partial<ServiceOptions> = {},
  limits: RetentionLimits = { classes: {}, totalBytes: Number.MAX_SAFE_INTEGER },
): Promise<JournalStore> {
  const store = await JournalStore.open({
    path,
    software: 'test 1.0',
    limits,
    clock: {
      now: () => 0,
      after(_, run) {
        const timer = setImmediate(run);
        return () => {
          clearImmediate(timer);
        };
      },
    },
    backend: inProcessBackend(compileText, options),
  });
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}
