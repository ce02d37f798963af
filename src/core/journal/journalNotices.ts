import { text, unstopped, type Text } from '../model/text.ts';
import { journalError, type JournalErrorReason } from './store/journalError.ts';
import type { StoreStatus } from './store/messages.ts';

/** Way out of a failure, beside the log. */
export type JournalRemedy = 'settings' | 'reload' | 'history';

/** A message to the user about the place of the history. */
export interface JournalNotice {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: Text;
  readonly remedies: readonly JournalRemedy[];
}

/** Place of a journal's events: its file, memory until the file can be written, or none. */
export type Kept = 'file' | 'memory' | 'none';

/** Why events are not kept in the file, and what to do. */
function failureText(reason: JournalErrorReason | undefined, path: string, message: string): Text {
  const said = unstopped(message);
  switch (reason) {
    case 'missing-sqlite':
      return text(
        'This program comes without SQLite (node:sqlite). VS Code has it from version 1.103 on: update VS Code. Instances, tasks and operations work without it.',
      );
    case 'newer-version':
      return text(
        'A newer version of Game Server Ops wrote {0}. Update the extension here too, then reload this window.',
        path,
      );
    case 'corrupt':
      return text(
        '{0} is damaged. It is set aside under another name, and a new one is begun as soon as possible.',
        path,
      );
    case 'read-only':
      return text(
        '{0} cannot be written. Give your user the right to write there, or choose another folder in the setting gameServerOps.history.folder.',
        path,
      );
    case 'disk-full':
      return text(
        'The disk with {0} is full. Free some space, or choose another folder in the setting gameServerOps.history.folder.',
        path,
      );
    case 'locked':
      return text(
        '{0} cannot be locked: its file system knows no locks (many network drives do not), or another program holds it. Choose a folder on a local disk in the setting gameServerOps.history.folder.',
        path,
      );
    case 'worker':
      return text('The process part that writes the history ended: {0}. Reload this window.', said);
    case 'io':
    case 'closed':
    case undefined:
      return text(
        '{0} cannot be used: {1}. Choose another folder in the setting gameServerOps.history.folder if this stays.',
        path,
        said,
      );
  }
}

const remediesOf: Readonly<Partial<Record<JournalErrorReason, readonly JournalRemedy[]>>> = {
  'missing-sqlite': [],
  'newer-version': ['reload', 'history'],
  worker: ['reload'],
  corrupt: ['history'],
};

/** Decides which states of the journal are told to the user: one message per cause, and one when all is well again. */
export class JournalNotices {
  /** The cause that was told and did not end since. */
  #told: JournalErrorReason | 'unknown' | undefined;
  readonly #setAside = new Set<string>();
  /** The file that is known: a new one has another id. */
  #journalId: string | undefined;

  /** The message about a new state of the journal; undefined where there is nothing new to tell. */
  status(status: StoreStatus): JournalNotice | undefined {
    const { durable, reason, message = '', path, setAside, lost = 0, journalId } = status;
    if (!durable) {
      const cause = reason ?? 'unknown';
      if (this.#told === cause) return undefined;
      this.#told = cause;
      return {
        severity: 'error',
        message: text(
          'Events are kept in memory only, and are lost when this window closes. {0}',
          failureText(reason, path, message),
        ),
        remedies: (reason && remediesOf[reason]) ?? ['settings', 'history'],
      };
    }
    const wasTold = this.#told !== undefined;
    this.#told = undefined;
    const isAnother = this.#journalId !== undefined && this.#journalId !== journalId;
    this.#journalId = journalId;
    if (setAside !== undefined && !this.#setAside.has(setAside)) {
      this.#setAside.add(setAside);
      return {
        severity: 'warning',
        message: text('The history was damaged and begins anew. The damaged file is kept as {0}.', setAside),
        remedies: ['history'],
      };
    }
    if (reason === 'corrupt' && isAnother)
      return {
        severity: 'warning',
        message: text('The history was damaged and begins anew. The damaged file is kept beside {0}.', path),
        remedies: ['history'],
      };
    if (!wasTold) return undefined;
    // The memory went with its worker.
    if (!status.moved)
      return {
        severity: 'warning',
        message: text('Events are kept in the file again. Those that were held in memory were lost.'),
        remedies: ['history'],
      };
    return lost > 0
      ? {
          severity: 'warning',
          message: text(
            'Events are kept in the file again. {0} of those that came meanwhile were lost: memory had no room for them.',
            lost,
          ),
          remedies: ['history'],
        }
      : {
          severity: 'information',
          message: text('Events are kept in the file again. None of those that came meanwhile was lost.'),
          remedies: ['history'],
        };
  }

  /** The message about a journal that could not be opened at all. */
  unavailable(error: unknown): JournalNotice {
    const { reason, message } = journalError(error);
    return {
      severity: 'error',
      message: text('No history is kept. {0}', failureText(reason, '', message)),
      remedies: remediesOf[reason] ?? ['settings'],
    };
  }
}

/** Place of the events of a journal, with the words for it; none where it is the file. */
export function keptIn(status: StoreStatus): { readonly kept: Kept; readonly why: Text | undefined } {
  return status.durable
    ? { kept: 'file', why: undefined }
    : { kept: 'memory', why: failureText(status.reason, status.path, status.message ?? '') };
}

/** Why there is no journal. */
export function unavailableText(error: unknown): Text {
  const { reason, message } = journalError(error);
  return failureText(reason, '', message);
}
