import { describe, expect, it } from 'vitest';
import { systems as loaders } from '../../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../../src/core/systems/registry.ts';

const systems = await new SystemRegistry(loaders).loadAll();

/** Whether a way through the pattern fits, a star any step. */
function isDescribed(path: readonly string[], patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const steps = pattern.split('.');
    return steps.length === path.length && steps.every((step, i) => step === '*' || step === path[i]);
  });
}

function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
}

describe('the descriptions of fields', () => {
  it.each(systems.map((system) => [system.id, system] as const))(
    'know every field of the events of %s, or what holds it',
    async (_, { catalog, fieldTexts }) => {
      const patterns = Object.keys((await fieldTexts?.()) ?? {});
      const missing = catalog.flatMap(({ example }) =>
        leaves(example)
          .filter((path) => !path.some((_step, i) => i > 0 && isDescribed(path.slice(0, i + 1), patterns)))
          .filter((path) => !isDescribed(path, patterns))
          .map((path) => path.join('.')),
      );
      expect([...new Set(missing)]).toEqual([]);
    },
  );

  it('are sentences', async () => {
    for (const { fieldTexts } of systems)
      for (const { template } of Object.values((await fieldTexts?.()) ?? {}))
        expect(template).toMatch(/^["A-Z].*\.$/);
  });
});
