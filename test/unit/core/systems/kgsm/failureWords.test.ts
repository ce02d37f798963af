import { expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { failureOf, problemOf } from '../../../../../src/core/systems/kgsm/program/runKgsm.ts';

const ended = (code: number, output: string) => ({ code, output, stdout: '' });

it.each([
  [
    'KGSM 3',
    'ERROR: Input command contains potentially dangerous characters\nRejected characters: ;\nCommand: say a; b\n',
    'Input command contains potentially dangerous characters. Rejected characters: ;',
  ],
  [
    'KGSM 2.2',
    "[ERROR] blueprints.sh:97 Blueprint 'nosuch' not found\nError 1: General error\nOccurred in script: ./kgsm.sh, function: main, line: 602\n",
    "Blueprint 'nosuch' not found",
  ],
  [
    'KGSM 2.0',
    'Version file is missing\nError 1: General error\nOccurred in script: ./kgsm.sh, function: main, line: 602\n',
    'Version file is missing',
  ],
  [
    'KGSM 1.7',
    '[2026-11-26 12:29:07] [ERROR] kgsm.sh:563 Invalid argument --create\n',
    'Invalid argument --create',
  ],
  [
    'a script without words of its own',
    'Error 2: KGSM_ROOT not set\nOccurred in script: ./kgsm.sh, function: main, line: 580\n',
    'KGSM_ROOT not set',
  ],
])(
  'the reason of a failure is the one that %s gives first, not the place in its script',
  (_, output, words) => {
    expect(english(failureOf(ended(1, output)))).toBe(`KGSM reported an error: ${words}`);
  },
);

it('an error line is a failure of KGSM 1 whatever the exit code, and of no later one', () => {
  const quiet = ended(
    0,
    '[2026-11-26 12:29:07] [ERROR] one.manage.sh:310 Instance one is currently running\n',
  );
  expect(problemOf(quiet, 1)).toBeDefined();
  expect(problemOf(quiet, 2)).toBeUndefined();
  expect(problemOf(ended(0, 'one.manage.sh INFO: Inactive\n'), 1)).toBeUndefined();
});
