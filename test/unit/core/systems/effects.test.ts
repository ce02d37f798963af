import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../../src/core/model/instance.ts';
import { lifecycle, lifecycleStates } from '../../../../src/core/model/lifecycle.ts';
import type { OperationInput } from '../../../../src/core/systems/operation.ts';
import { allSystems } from '../helpers.ts';

const all = allSystems.flatMap(({ id: system, operations }) =>
  operations.map((operation) => ({ name: `${system} ${operation.id}`, operation })),
);

const instances = lifecycleStates.map((state): Instance => ({
  connection: 'home',
  kind: 'instance',
  key: 'mc-1',
  name: 'mc-1',
  state,
  since: 0,
  lastEventAt: 0,
}));

/** Operations on a connection whose question depends on the input: one that needs a question, and one that only reads. */
const asked: Readonly<Record<string, readonly [OperationInput, OperationInput?]>> = {
  'truenas abortJob': [{ job: '7' }],
  'truenas request': [{ method: 'app.delete', params: '["mc"]' }, { method: 'app.query' }],
  'bedrock request': [
    { method: 'DELETE', path: '/api/server/mc/delete' },
    { method: 'GET', path: '/api/servers' },
  ],
};

describe('an operation says the worst that it may do', () => {
  it.each(all.filter(({ operation }) => operation.effect === 'reads'))(
    'and $name, which only reads, asks nothing',
    ({ operation }) => {
      expect('confirm' in operation).toBe(false);
    },
  );

  it.each(all.filter(({ operation }) => ['interrupts', 'destroys'].includes(operation.effect)))(
    'and $name asks before it',
    ({ name, operation }) => {
      if (operation.target === 'connection') {
        const [worst, reading] = asked[name] ?? [{}];
        expect(operation.confirm?.(worst, 'Home', undefined)).toBeDefined();
        if (reading) expect(operation.confirm?.(reading, 'Home', undefined)).toBeUndefined();
        return;
      }
      const asking = instances.filter(({ state }) => operation.effect === 'destroys' || lifecycle[state].up);
      expect(asking).not.toEqual([]);
      for (const instance of asking) {
        const { transitional } = lifecycle[instance.state];
        // Nothing is offered while an instance is on its way from one state to another.
        if (!transitional) expect(operation.confirm?.(instance, 'Home'), instance.state).toBeDefined();
      }
    },
  );

  it('and what deletes a server or its world wants the name typed', () => {
    const typed = all.filter(
      ({ operation }) =>
        operation.target === 'instance' &&
        instances.some((instance) => operation.confirm?.(instance, 'Home')?.typed === instance.name),
    );
    expect(typed.map(({ name }) => name)).toEqual(['kgsm remove', 'bedrock remove', 'bedrock worldReset']);
    expect(typed.filter(({ operation }) => operation.effect !== 'destroys')).toEqual([]);
  });
});
