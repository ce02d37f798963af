import { describe, expect, it } from 'vitest';
import { heardUntil } from '../../../../src/core/model/heardUntil.ts';

const status = { since: 100 } as const;

describe('until when a connection was heard', () => {
  it('is now while it is connected, here or in another window', () => {
    expect(heardUntil({ ...status, state: 'ready' }, 900)).toBe(900);
    expect(heardUntil({ ...status, state: 'elsewhere', holder: { state: 'ready' } }, 900)).toBe(900);
    expect(heardUntil(undefined, 900)).toBe(900);
  });

  it('is its last sign of life while it is not, and never later than the time that is shown', () => {
    expect(heardUntil({ ...status, state: 'waiting', heardAt: 500, lastEventAt: 300 }, 900)).toBe(500);
    expect(heardUntil({ ...status, state: 'closed', lastEventAt: 300 }, 900)).toBe(300);
    expect(heardUntil({ ...status, state: 'failed' }, 900)).toBe(100);
    expect(heardUntil({ ...status, state: 'waiting', heardAt: 500 }, 400)).toBe(400);
  });
});
