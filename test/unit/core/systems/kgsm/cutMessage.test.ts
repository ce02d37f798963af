import { expect, it } from 'vitest';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { parsedBeginning } from '../../../../../src/core/systems/reading.ts';
import { core, draft, kgsmEvent } from '../../helpers.ts';

it('the beginning of a JSON text has what is whole there, wherever it was cut', () => {
  const whole = { a: 'x,"}\\', b: [1, { c: null, d: '☃' }, [], {}], e: { f: -12.5 }, g: true };
  for (const indent of [0, 2]) {
    const json = JSON.stringify(whole, undefined, indent);
    for (let length = 1; length <= json.length; length++)
      expect(isBeginningOf(whole, parsedBeginning(json.slice(0, length)))).toBe(true);
    expect(parsedBeginning(json)).toEqual(whole);
  }
  expect(parsedBeginning('')).toBeUndefined();
  expect(parsedBeginning('no JSON, at all')).toBeUndefined();
});

function isBeginningOf(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  return Object.entries(part).every(([key, value]) =>
    isBeginningOf((whole as Record<string, unknown>)[key], value),
  );
}

it('an event over the cap keeps type and instance, says that it was cut, and counts', () => {
  const { pipeline } = core();
  const whole = kgsmEvent('instance_version_updated', 'a', { NewVersion: '1.2', Notes: 'n'.repeat(1000) });
  const event = pipeline.ingest(draft(whole.slice(0, 500), { size: whole.length, truncated: true }));
  expect(event).toMatchObject({
    type: 'instance_version_updated',
    subject: { kind: 'instance', key: 'a' },
    truncated: true,
    size: whole.length,
  });
  expect(event.problems.map(({ message }) => english(message))).toEqual([
    'cut off: only the beginning was kept',
  ]);
  expect(instancesOf(pipeline.fleet(), 'home')).toMatchObject([{ key: 'a', version: '1.2' }]);
});

it('a value that the cut fell into is none', () => {
  const { pipeline } = core();
  const whole = kgsmEvent('instance_version_updated', 'a', { NewVersion: '1.2.3.4' });
  const event = pipeline.ingest(draft(whole.slice(0, whole.indexOf('.3')), { truncated: true }));
  expect(english(event.summary)).toBe('Version changed');
  expect(instancesOf(pipeline.fleet(), 'home')[0]?.version).toBeUndefined();
});
