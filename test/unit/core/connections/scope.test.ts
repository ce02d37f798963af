import { describe, expect, it } from 'vitest';
import { Scope } from '../../../../src/core/connections/scope.ts';

describe('a scope', () => {
  it('ends what it owns in reverse order, one after the other', async () => {
    const ended: string[] = [];
    const scope = new Scope();
    scope.defer(() => ended.push('first'));
    scope.defer(async () => {
      await new Promise(setImmediate);
      ended.push('second');
    });
    scope.defer(() => ended.push('third'));
    await scope.dispose();
    expect(ended).toEqual(['third', 'second', 'first']);
  });

  it('ends everything behind what throws or rejects, and tells all errors together', async () => {
    const ended: string[] = [];
    const scope = new Scope();
    scope.defer(() => ended.push('first'));
    scope.defer(() => {
      throw new Error('thrown');
    });
    scope.defer(() => Promise.reject(new Error('rejected')));
    scope.defer(() => ended.push('last'));
    const failure: unknown = await scope.dispose().catch((error: unknown) => error);
    expect(ended).toEqual(['last', 'first']);
    expect((failure as AggregateError).errors.map(String)).toEqual(['Error: rejected', 'Error: thrown']);
  });

  it('ends at once what is added after its end', async () => {
    const scope = new Scope();
    await scope.dispose();
    let ended = false;
    scope.defer(() => (ended = true));
    expect(ended).toBe(true);
  });
});
