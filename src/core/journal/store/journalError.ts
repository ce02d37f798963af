import { errorWords } from '../../model/text.ts';

export type JournalErrorReason =
  | 'missing-sqlite'
  | 'newer-version'
  | 'corrupt'
  | 'read-only'
  | 'disk-full'
  | 'locked'
  | 'io'
  /** The worker could not be started or ended by itself. */
  | 'worker'
  /** The journal was closed by this window. */
  | 'closed';

/** Why a journal cannot be read or written. */
export class JournalError extends Error {
  readonly reason: JournalErrorReason;

  constructor(reason: JournalErrorReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'JournalError';
    this.reason = reason;
  }
}

const reasonOfPrimaryCode: Readonly<Record<number, JournalErrorReason>> = {
  5: 'locked',
  6: 'locked',
  8: 'read-only',
  11: 'corrupt',
  13: 'disk-full',
  15: 'locked',
  26: 'corrupt',
};
/** SQLITE_IOERR_SHMSIZE: a full disk where the index of the WAL grows; SQLITE_IOERR_LOCK: a file system without locks. */
const reasonOfExtendedCode: Readonly<Record<number, JournalErrorReason>> = {
  4874: 'disk-full',
  3850: 'locked',
};
const reasonOfSystemCode: Readonly<Record<string, JournalErrorReason>> = {
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
};

export function journalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  const { errcode, code } = (error ?? {}) as { errcode?: number; code?: string };
  const reason =
    errcode === undefined
      ? reasonOfSystemCode[code ?? '']
      : (reasonOfExtendedCode[errcode] ?? reasonOfPrimaryCode[errcode & 0xff]);
  const words = errcode === undefined ? errorWords(error) : `${errorWords(error)} (SQLite ${errcode})`;
  return new JournalError(reason ?? 'io', words, error);
}
