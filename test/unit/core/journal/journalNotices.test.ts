import { describe, expect, it } from 'vitest';
import { JournalNotices, keptIn, type JournalNotice } from '../../../../src/core/journal/journalNotices.ts';
import { JournalError } from '../../../../src/core/journal/store/journalError.ts';
import type { StoreStatus } from '../../../../src/core/journal/store/messages.ts';
import { english } from '../../../../src/core/model/text.ts';

const file: StoreStatus = { journalId: 'a', path: '/h/journal.db', durable: true, seq: 0 };
const memory = (reason: NonNullable<StoreStatus['reason']>): StoreStatus => ({
  ...file,
  journalId: 'memory',
  durable: false,
  reason,
  message: 'unable to open (SQLite 14)',
});
const words = (notice: JournalNotice | undefined): string | undefined => notice && english(notice.message);

describe('messages about the place of the history', () => {
  it('are none as long as the file is written', () => {
    const notices = new JournalNotices();
    expect(notices.status(file)).toBeUndefined();
    expect(notices.status(file)).toBeUndefined();
  });

  it('tell a cause once, however often it is met, and another cause again', () => {
    const notices = new JournalNotices();
    expect(words(notices.status(memory('disk-full')))).toBe(
      'Events are kept in memory only, and are lost when this window closes. The disk with /h/journal.db is full. Free some space, or choose another folder in the setting gameServerOps.history.folder.',
    );
    expect(notices.status(memory('disk-full'))).toBeUndefined();
    expect(words(notices.status(memory('read-only')))).toMatch(/journal\.db cannot be written/);
  });

  it('tell that the file is written again, and the loss', () => {
    const notices = new JournalNotices();
    notices.status(memory('disk-full'));
    expect(words(notices.status({ ...file, moved: { from: 1, to: 9 }, lost: 0 }))).toMatch(
      /None of those that came meanwhile was lost/,
    );
    notices.status(memory('disk-full'));
    expect(words(notices.status({ ...file, moved: { from: 10, to: 19 }, lost: 12 }))).toMatch(
      /^Events are kept in the file again\. 12 of those/,
    );
    expect(notices.status(file)).toBeUndefined();
    expect(notices.status(memory('disk-full'))?.severity).toBe('error');
  });

  it('tell that what was held in memory is lost where its worker ended', () => {
    const notices = new JournalNotices();
    notices.status(memory('disk-full'));
    expect(words(notices.status(file))).toMatch(/Those that were held in memory were lost/);
  });

  it('tell once of a damaged file that was set aside when it was opened', () => {
    const notices = new JournalNotices();
    const opened = { ...file, setAside: '/h/journal.db.damaged-1' };
    expect(words(notices.status(opened))).toBe(
      'The history was damaged and begins anew. The damaged file is kept as /h/journal.db.damaged-1.',
    );
    expect(notices.status(opened)).toBeUndefined();
  });

  it('tell of a file in which damage was found later, but not of a look at it that failed', () => {
    const notices = new JournalNotices();
    notices.status(file);
    expect(notices.status({ ...file, reason: 'corrupt', message: 'bad page' })).toBeUndefined();
    expect(words(notices.status({ ...file, journalId: 'b', reason: 'corrupt', message: 'bad page' }))).toBe(
      'The history was damaged and begins anew. The damaged file is kept beside /h/journal.db.',
    );
  });

  it('say which VS Code has SQLite where this one comes without', () => {
    const notice = new JournalNotices().unavailable(new JournalError('missing-sqlite', 'without'));
    expect(words(notice)).toMatch(/^No history is kept\. .* from version 1\.103 on/);
  });

  it.each(['newer-version', 'corrupt', 'read-only', 'disk-full', 'locked', 'worker', 'io'] as const)(
    'offer something to do about: %s',
    (reason) => {
      expect(new JournalNotices().status(memory(reason))?.remedies.length).toBeGreaterThan(0);
      const { kept, why } = keptIn(memory(reason));
      expect(kept).toBe('memory');
      expect(why).toBeDefined();
    },
  );
});
