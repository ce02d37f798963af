import { expect, it } from 'vitest';
import { withTerm } from '../../../../../src/core/journal/query/edit.ts';
import { fieldNames } from '../../../../../src/core/journal/query/fields.ts';
import { fieldValue } from '../../../../../src/core/journal/query/fieldValue.ts';
import type { JournalEvent } from '../../../../../src/core/journal/store/records.ts';
import { clock, fixedEvents } from './fixedEvents.ts';
import { QueryDatabase, type TestEvent } from './queryDatabase.ts';

function journalEvent(seq: number, event: TestEvent): JournalEvent {
  const { key, name, class: retention, sentAt, summary, task, correlation, ...rest } = event;
  return {
    ...rest,
    seq,
    source: event.connection,
    retention,
    summary: { template: summary, args: [] },
    raw: '',
    truncated: false,
    redacted: [],
    problems: [],
    ...(sentAt === undefined ? {} : { time: sentAt }),
    ...(task === undefined ? {} : { task }),
    ...(correlation === undefined ? {} : { correlation }),
    ...(key === undefined
      ? {}
      : { subject: { kind: 'instance', key, ...(name === undefined ? {} : { name }) } }),
  };
}

it('the value of a field finds the event that it is of, and its exclusion leaves that out', () => {
  const database = new QueryDatabase(fixedEvents);
  for (const [index, each] of fixedEvents.entries()) {
    const event = journalEvent(index + 1, each);
    for (const field of fieldNames) {
      const value = fieldValue(event, field);
      if (value === undefined) continue;
      const found = (joining: 'and' | 'not'): boolean =>
        database.search(withTerm('', field, value, joining), clock).includes(event.seq);
      expect([field, value, found('and'), found('not')]).toEqual([field, value, true, false]);
    }
  }
  database.close();
});
