import { Worker } from 'node:worker_threads';
import { checkFile } from './database.ts';
import { JournalError, journalError, type JournalErrorReason } from './journalError.ts';

/** Of the thread that checks a file: its path. */
export interface CheckData {
  readonly checkPath: string;
}
type Damage = { readonly reason: JournalErrorReason; readonly message: string } | null;

/** The check as a thread runs it. */
export function runCheck({ checkPath }: CheckData, post: (damage: Damage) => void): void {
  try {
    checkFile(checkPath);
    post(null);
  } catch (error) {
    const { reason, message } = journalError(error);
    post({ reason, message });
  }
}

/**
 * Looks for damaged pages in a thread of its own, because the check of one table is a single statement: 0.7 s for the
 * payloads of 1,000,000 events, in which nobody could read the state. Rejects where it finds some.
 */
export function checkInWorker(entry: URL, path: string): Promise<void> {
  const workerData: CheckData = { checkPath: path };
  const worker = new Worker(entry, { name: 'journal check', workerData });
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', (damage: Damage) => {
      if (damage) reject(new JournalError(damage.reason, damage.message));
      else resolve();
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new JournalError('worker', 'The check of the journal ended without an answer.'));
    });
  });
}
