import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/core/journal/store/records.ts';
import { cellTerm } from '../../../src/ui/inspector/cellTerm.ts';

const event = {
  type: 'instance_ready',
  connection: 'home',
  subject: { kind: 'instance', key: 'k1', name: 'Survival' },
} as JournalEvent;

describe('the term of a cell', () => {
  it('is the value that the event itself has in that field, whatever the page shows', () => {
    expect(cellTerm({ field: 'connection', value: 'My Home' }, event)).toEqual({
      field: 'connection',
      value: 'home',
    });
    expect(cellTerm({ field: 'instance' }, event)).toEqual({ field: 'instance', value: 'Survival' });
    expect(cellTerm({ field: 'connection', value: 'nas' }, undefined)).toEqual({
      field: 'connection',
      value: 'nas',
    });
  });

  it('is a path into the payload with the value there', () => {
    expect(cellTerm({ field: '$.Data["a b"]', value: '1.2' }, event)).toEqual({
      field: '$.Data["a b"]',
      value: '1.2',
    });
  });

  it('is the type of the event where the context names nothing that can be asked for', () => {
    const type = { field: 'type', value: 'instance_ready' };
    for (const context of [
      undefined,
      null,
      'x',
      {},
      { field: 'colour', value: 'red' },
      { field: '__proto__', value: 'x' },
      { field: 'task' },
      { field: '$.a', value: 7 },
      { field: '$.a $.b', value: 'x' },
      { field: '$.a:x OR b', value: 'x' },
      { field: '$', value: 'x' },
    ])
      expect([context, cellTerm(context, event)]).toEqual([context, type]);
    expect(cellTerm({ field: 'nothing' }, undefined)).toBeUndefined();
  });
});
