import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileText } from '../../../../../src/core/journal/compileText.ts';
import { readChanges, readEvents, readState } from '../../../../../src/core/journal/store/reader.ts';
import type { StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { Result } from '../../../../../src/core/journal/store/result.ts';
import { Writer, lastSeq } from '../../../../../src/core/journal/store/writer.ts';
import { encode, fill, finish, home, openJournal, storedEvent, temporaryFolder } from './helpers.ts';

function roundTrip(event: StoredEvent): unknown {
  const db = openJournal(':memory:');
  const { to } = new Writer(db).append(encode({ events: [event] }));
  const [stored] = readEvents(db, [to]);
  db.close();
  const { seq, ...rest } = stored ?? { seq: 0 };
  expect(seq).toBe(to);
  return rest;
}

describe('an event that is written', () => {
  it('is read as it was, with everything an event can have', () => {
    const event = storedEvent(1, {
      host: 'relay-1',
      time: Date.UTC(2026, 9, 1),
      subject: { host: 'relay-1', kind: 'app', key: 'a/b\nc', name: 'A <b>' },
      channel: 'reply',
      direction: 'out',
      origin: 'derived',
      severity: 'warning',
      retention: 'task',
      summary: { template: 'a {0} b {1}', args: [3, { template: 'inner {0}', args: ['x'] }] },
      correlation: 'c-1',
      task: '0b0c0e6e-0000-4000-8000-000000000000',
      truncated: true,
      redacted: ['a.b'],
      problems: [{ path: 'a', message: { template: 'bad', args: [] } }],
      noise: true,
      gap: true,
    });
    expect(roundTrip(event)).toEqual(event);
  });

  it('keeps half a surrogate pair, NUL, and every other text exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)), (text, units) => {
        const raw = text + String.fromCharCode(...units);
        expect(roundTrip(storedEvent(1, { raw }))).toEqual(storedEvent(1, { raw }));
      }),
      {
        numRuns: 60,
        examples: [
          ['a\0b', []],
          ['', [0xd800]],
          ['\udfff', [0x61]],
        ],
      },
    );
  });

  it('lets a query find letters that JSON escapes without need, and those that fold to ASCII', () => {
    const db = openJournal(':memory:');
    const raws = ['{"a":"\\u0073erver"}', '{"a":"\u017ferver"}', '{"a":"server"}', '{"a":"other"}'];
    fill(
      db,
      raws.map((raw, n) => storedEvent(n, { raw })),
    );
    const result = new Result(db, compileText('server', { now: 0 }), 'arrival', () => 0);
    finish(result.scan());
    expect(result.count).toBe(3);
    expect(readEvents(db, [1, 2, 3, 4]).map(({ raw }) => raw)).toEqual(raws);
  });

  it('keeps bytes that are no UTF-8', () => {
    const event = storedEvent(1, { raw: '', rawBase64: Buffer.from([0, 255, 254, 128]).toString('base64') });
    expect(roundTrip(event)).toEqual(event);
  });

  it('keeps the arguments of its summary whatever they look like', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('{0} {1}', '{1}: {0}', '{0}{1}', 'no place', '{0} and {0}', '(.*) {0} $&'),
        fc.array(fc.oneof(fc.string(), fc.integer(), fc.constantFrom(' ', '{1}', ': '))),
        (template, args) => {
          const event = storedEvent(1, { summary: { template, args } });
          expect(roundTrip(event)).toEqual(event);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a batch', () => {
  it('gets seqs without a gap, never given again, though its newest rows were deleted', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const db = openJournal(path);
    const first = new Writer(db).append(encode({ events: [0, 1, 2].map((n) => storedEvent(n)) }));
    db.exec('DELETE FROM events WHERE seq > 1');
    db.close();
    const second = new Writer(openJournal(path)).append(encode({ events: [storedEvent(3)] }));
    expect([first, second]).toEqual([
      { from: 1, to: 3 },
      { from: 4, to: 4 },
    ]);
  });

  it('is there as a whole or not at all, and the next one is not harmed', () => {
    const db = openJournal(':memory:');
    const writer = new Writer(db);
    db.exec("CREATE TEMP TRIGGER fails BEFORE INSERT ON cursors BEGIN SELECT RAISE(ABORT, 'no'); END");
    const batch = {
      events: [storedEvent(1, { type: 'new_type' })],
      changes: [{ address: home, what: 'instance', key: 'a', state: '{}' }] as const,
      contexts: [{ address: home, version: '1', context: '{}' }],
      cursors: [{ address: home, cursor: '7' }],
    };
    expect(() => writer.append(encode(batch))).toThrow('no');
    const tables = [
      'events',
      'payloads',
      'names',
      'changes',
      'current',
      'contexts',
      'counts',
      'minutes',
      'totals',
    ];
    expect(tables.map((table) => db.number(`SELECT count(*) FROM ${table}`))).toEqual(tables.map(() => 0));
    db.exec('DROP TRIGGER fails');
    writer.append(encode(batch));
    expect(readEvents(db, [lastSeq(db)])[0]?.type).toBe('new_type');
    expect(readState(db)).toMatchObject({
      seq: 1,
      changes: [{ key: 'a', state: '{}', address: home }],
      contexts: [{ context: '{}', address: home }],
      cursors: [{ cursor: '7', address: home }],
    });
  });

  it('writes one row for a thing that it changed often, and forgets what is gone', () => {
    const db = openJournal(':memory:');
    const writer = new Writer(db);
    const change = (key: string, state: string | null) =>
      ({ address: home, what: 'instance', key, state }) as const;
    writer.append(
      encode(
        { events: [storedEvent(1)], changes: [change('a', '1'), change('b', '1')] },
        { events: [storedEvent(2)], changes: [change('a', '2')] },
      ),
    );
    writer.append(encode({ events: [], changes: [change('b', null)] }));
    expect(readChanges(db, { connection: 'home', what: 'instance', key: 'a' })).toMatchObject([
      { seq: 2, state: '2' },
    ]);
    expect(readState(db).changes).toMatchObject([{ key: 'a', state: '2' }]);
    expect(readChanges(db, { connection: 'home', what: 'instance', key: 'b' })).toMatchObject([
      { seq: 1, state: '1' },
      { seq: 2, state: null },
    ]);
  });

  it('keeps counts per value, class and minute', () => {
    const db = openJournal(':memory:');
    const events = Array.from({ length: 130 }, (_, n) => storedEvent(n, n === 5 ? { retention: 'log' } : {}));
    new Writer(db).append(encode({ events }));
    const counted = db.prepare(
      'SELECT v.value, count FROM counts c JOIN names v ON v.id = c.value WHERE field = 0',
    );
    expect(counted.all().map(({ count }) => count)).toEqual([65, 65]);
    expect(db.prepare('SELECT class, count FROM totals').all()).toMatchObject([
      { class: 0, count: 129 },
      { class: 3, count: 1 },
    ]);
    expect(db.prepare('SELECT received, sent, firstSeq, lastSeq FROM minutes').all()).toMatchObject([
      { received: 60, sent: 60, firstSeq: 1, lastSeq: 60 },
      { received: 60, sent: 60, firstSeq: 61, lastSeq: 120 },
      { received: 10, sent: 10, firstSeq: 121, lastSeq: 130 },
    ]);
    expect(db.number('SELECT count(*) FROM payloads_log')).toBe(1);
  });

  it('rolls what its events measured up by the minute and the hour', () => {
    const db = openJournal(':memory:');
    const at = Date.UTC(2026, 10, 1, 12);
    const events = [1, 5, 3, NaN].map((value, n) =>
      storedEvent(n, { receivedAt: at + n * 40_000, metrics: [{ key: 'a', name: 'cpu', value }] }),
    );
    new Writer(db).append(encode({ events }));
    expect(db.prepare('SELECT bucket, start, count, min, max, sum FROM rollups').all()).toMatchObject([
      { bucket: 60_000, start: at, count: 2, min: 1, max: 5, sum: 6 },
      { bucket: 60_000, start: at + 60_000, count: 1, sum: 3 },
      { bucket: 3_600_000, start: at, count: 3, min: 1, max: 5, sum: 9 },
    ]);
  });
});
