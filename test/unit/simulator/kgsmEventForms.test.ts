import { expect, it } from 'vitest';
import { kgsmEntries } from '../../../src/core/systems/kgsm/catalog.ts';
import { third } from '../../../src/simulator/kgsm/eventForms.ts';

it('KGSM 3.16 emits every type of the catalog but the tests of its transports', () => {
  const types = kgsmEntries.map(({ type }) => type).filter((type) => !type.endsWith('_test'));
  expect([...third].sort()).toEqual(types.sort());
});
