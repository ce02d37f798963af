import { describe, expect, it } from 'vitest';
import { rareTail } from '../../../../../src/core/journal/query/rareTail.ts';

describe('The rare tail of a LIKE pattern', () => {
  it('begins where a payload is excluded soonest', () => {
    expect(rareTail('%needle%')).toBe('%dle%');
    expect(rareTail('%"NewVersion"%1.7%')).toBe('%wVersion"%1.7%');
  });

  it('is absent where the pattern begins with a rare character or has no more to gain', () => {
    for (const pattern of ['%world%', '%en%', '%%', '%e%']) expect(rareTail(pattern)).toBeUndefined();
  });

  it('never begins between a backslash and what it escapes, or with a wildcard', () => {
    expect(rareTail('%ea\\%te%')).toBe('%\\%te%');
    expect(rareTail('%ea%xte%')).toBe('%xte%');
  });
});
