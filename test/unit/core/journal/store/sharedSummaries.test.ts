import { describe, expect, it } from 'vitest';
import { compileText } from '../../../../../src/core/journal/compileText.ts';
import { deleteScope, scopeQuery } from '../../../../../src/core/journal/store/deletion.ts';
import { readEvents } from '../../../../../src/core/journal/store/reader.ts';
import { Result } from '../../../../../src/core/journal/store/result.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import { text } from '../../../../../src/core/model/text.ts';
import { encode, fill, finish, openJournal, storedEvent, temporaryFolder } from './helpers.ts';
import { join } from 'node:path';

const joined = (n: number, player: string) => storedEvent(n, { summary: text('{0} joined', player) });
const stopped = (n: number) => storedEvent(n, { summary: text('The server stopped') });

describe('summaries that come more than once', () => {
  it('stand once, are found by a query, and are read as they were written', () => {
    const db = openJournal(':memory:');
    const events = [
      joined(1, 'Ada'),
      joined(2, 'Ada'),
      joined(3, 'Ada'),
      joined(4, 'Bo'),
      stopped(5),
      stopped(6),
    ];
    fill(db, events);
    expect(db.prepareArrays('SELECT value FROM summaries ORDER BY id').all()).toEqual([
      ['Ada joined'],
      ['The server stopped'],
    ]);
    const all = [1, 2, 3, 4, 5, 6];
    expect(readEvents(db, all).map(({ summary }) => summary)).toEqual(events.map(({ summary }) => summary));
    expect(db.prepareArrays('SELECT summary FROM payload ORDER BY seq LIMIT 4').all().flat()).toEqual([
      'Ada joined',
      'Ada joined',
      'Ada joined',
      'Bo joined',
    ]);
    for (const [query, seqs] of [
      ['summary:*joined', [4, 3, 2, 1]],
      ['summary:"Ada joined"', [3, 2, 1]],
      ['-summary:Ada*', [6, 5, 4]],
    ] as const) {
      const result = new Result(db, compileText(query, { now: 0 }), 'arrival', () => 0);
      finish(result.scan());
      const { rows } = result.rows({ anchor: 'newest', direction: 'older', count: 10 });
      expect([query, rows.map(({ seq }) => seq)]).toEqual([query, seqs]);
    }
  });

  it('that name somebody can be taken away: events that stay keep theirs, and other windows write on', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const db = openJournal(path);
    const other = new Writer(openJournal(path));
    other.append(encode({ events: [1, 2, 3].map((n) => joined(n, 'Ada')) }));
    fill(db, [stopped(4), stopped(5)]);
    const scope = { names: 'ada' };
    const word = compileText('"ada"', { now: 0 });
    const steps = deleteScope(db, scope, scopeQuery(scope, word), () => 0);
    steps.next();
    other.append(encode({ events: [joined(6, 'Ada')] }));
    finish(steps);
    expect(db.prepareArrays('SELECT value FROM summaries').all()).toEqual([['The server stopped']]);
    other.append(encode({ events: [joined(7, 'Ada')] }));
    expect(readEvents(db, [1, 2, 3, 6, 7]).map(({ summary }) => summary)).toEqual(
      [1, 2, 3, 6, 7].map((n) => joined(n, 'Ada').summary),
    );
  });
});
