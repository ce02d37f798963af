import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/core/journal/store/records.ts';
import { pathIn, valueIn } from '../../../src/ui/inspector/payloadValue.ts';

const event = { raw: '{"Data":{"odd name":["first","second"],"n":1}}' } as JournalEvent;

describe('the value that a menu is about', () => {
  it('is the one in the context, exactly', () => {
    expect(valueIn({ path: '$.id', value: '12345678901234567890' }, event)).toBe('12345678901234567890');
  });

  it('is read from the event where it is long or has parts', () => {
    expect(valueIn({ path: '$.Data["odd name"][1]' }, event)).toBe('second');
    expect(valueIn({ path: '$.Data["odd name"]' }, event)).toBe('[\n  "first",\n  "second"\n]');
    expect(valueIn({ path: '$' }, event)).toBe(event.raw);
  });

  it('is none where the path leads nowhere', () => {
    expect(valueIn({ path: '$.Data.none' }, event)).toBeUndefined();
    expect(valueIn({ path: 'type:x' }, event)).toBeUndefined();
    expect([valueIn(undefined, event), pathIn({ path: 1 }), pathIn({ path: '$.a' })]).toEqual([
      undefined,
      undefined,
      '$.a',
    ]);
  });
});
