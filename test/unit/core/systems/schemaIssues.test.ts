import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { issuesBy } from '../../../../src/core/systems/schemaIssues.ts';

const leaf = fc.constantFrom<z.ZodMiniType>(
  z.string(),
  z.string().check(z.minLength(2)),
  z.string().check(z.maxLength(2)),
  z.number(),
  z.int(),
  z.number().check(z.gt(3)),
  z.boolean(),
  z.unknown(),
  z.enum(['a', 'bc']),
  z.union([z.string(), z.number()]),
  z.record(z.string(), z.unknown()),
  z.record(z.string(), z.number()),
  z.record(z.string().check(z.minLength(1)), z.unknown()),
);
const { schema } = fc.letrec<{ schema: z.ZodMiniType }>((tie) => {
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('schema'));
  return {
    schema: fc.oneof(
      { depthSize: 'small' },
      leaf,
      tie('schema').map((inner) => z.optional(inner)),
      tie('schema').map((inner) => z.nullable(inner)),
      tie('schema').map((element) => z.array(element)),
      tie('schema').map((element) => z.array(element).check(z.minLength(1))),
      fields.map((shape) => z.looseObject(shape)),
      fields.map((shape) => z.strictObject(shape)),
      fields.map((shape) => z.object(shape)),
    ),
  };
});
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>('', 'a', 'bc', 'def', 0, 4, 1.5, Infinity, true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '', 'constructor', '__proto__'), tie('value')),
  ),
}));

describe('issues of a schema', () => {
  it('are those that the schema itself finds, whatever it is and whatever comes', () => {
    fc.assert(
      fc.property(schema, fc.array(value, { maxLength: 10 }), (given, values) => {
        const issuesIn = issuesBy(given);
        for (const each of values) expect(issuesIn(each)).toEqual(given.safeParse(each).error?.issues ?? []);
      }),
      { numRuns: 1000 },
    );
  });

  it('are looked for in what is right without the schema', () => {
    const given = z.looseObject({
      name: z.string().check(z.minLength(1)),
      at: z.optional(z.nullable(z.number())),
    });
    const issuesIn = issuesBy(given);
    const parse = vi.spyOn(given, 'safeParse');
    expect(issuesIn({ name: 'a', at: null, more: 1 })).toEqual([]);
    expect(parse).not.toHaveBeenCalled();
    expect(issuesIn({ name: '' })).toHaveLength(1);
    expect(parse).toHaveBeenCalledOnce();
  });
});
