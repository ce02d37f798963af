import { expect, it } from 'vitest';
import { jsonLines, momentText, tabSeparated, testFixture } from '../../../../src/core/journal/copyForms.ts';
import type { JournalEvent } from '../../../../src/core/journal/store/records.ts';
import { storedEvent } from './store/helpers.ts';

const event = (seq: number, given: Partial<JournalEvent> = {}): JournalEvent => ({
  ...storedEvent(seq, { raw: '{"a":1}' }),
  seq,
  ...given,
});

it('rows are lines with tabs, whatever stands in their cells', () => {
  expect(
    tabSeparated([
      ['a\tb', 'c\r\nd'],
      ['', 'e'],
    ]),
  ).toBe('a b\tc d\n\te');
});

it('events as JSON are what the command line prints', () => {
  const lines = jsonLines([event(1, { time: 0, duration: 5 }), event(2)]).split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    seq: 1,
    time: '1970-01-01T00:00:00.000Z',
    subject: 'server-1',
    summary: 'server-1 changed',
    raw: '{"a":1}',
  });
  expect(lines[0]).not.toContain('duration');
  expect(lines).toHaveLength(2);
});

it('a test fixture is one message or a list of them, with bytes where there is no text', () => {
  expect(JSON.parse(testFixture([event(1)]))).toEqual({ system: 'kgsm', channel: 'push', raw: '{"a":1}' });
  expect(JSON.parse(testFixture([event(1), event(2, { raw: '', rawBase64: '/w==' })]))).toEqual([
    { system: 'kgsm', channel: 'push', raw: '{"a":1}' },
    { system: 'kgsm', channel: 'push', rawBase64: '/w==' },
  ]);
});

it('a moment has its date, in the zone that is asked for', () => {
  const at = Date.UTC(2026, 10, 20, 19, 42, 7, 31);
  expect(momentText(at, 'utc')).toBe('2026-11-20T19:42:07.031Z');
  const local = new Date(at);
  expect(new Date(momentText(at, 'local').replace(' ', 'T')).getTime()).toBe(local.getTime());
});
