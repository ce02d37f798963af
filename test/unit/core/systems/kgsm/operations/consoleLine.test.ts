import { expect, it } from 'vitest';
import { english } from '../../../../../../src/core/model/text.ts';
import { kgsmOperations } from '../../../../../../src/core/systems/kgsm/operations/operations.ts';
import type { KgsmSession } from '../../../../../../src/core/systems/kgsm/session/kgsmSession.ts';

const [input] = kgsmOperations.find(({ id }) => id === 'command')?.inputs ?? [];

/** Words about a line while it is typed, to a KGSM of a generation or to one that is not known yet. */
function said(line: string, generation?: 1 | 2 | 3): string | undefined {
  if (!input || !('check' in input)) throw new Error('the command is no line');
  const session: KgsmSession = {
    closed: new Promise(() => undefined),
    generation: () => generation,
    dispose: () => Promise.resolve(),
  };
  const problem = input.check(line, session);
  return problem && english(problem);
}

it.each(';&|`$(){}[]\\<>*?~!'.split(''))(
  'a command with %s is refused while it is typed by KGSM 3 alone',
  (character) => {
    const line = `say a${character}b`;
    expect(said(line, 3)).toBe(`KGSM 3 refuses a command that contains ${character}`);
    for (const generation of [1, 2, undefined] as const) expect(said(line, generation)).toBeUndefined();
  },
);

it('every character that is refused is named once', () => {
  expect(said('say (hello) & (bye)!', 3)).toBe('KGSM 3 refuses a command that contains ( ) & !');
});

it('other characters are let through', () => {
  for (const generation of [1, 2, 3] as const)
    expect(said(`give @a[x "1" 'b' #7, 100% ^+=/:.-_ ünïcödé`.replace('[', ' '), generation)).toBeUndefined();
});
