import { text, type Text } from '../../../model/text.ts';

/** Problem of a line for the console of a server. */
export function checkCommand(line: string): Text | undefined {
  if (line.trim() === '') return text('A command is needed.');
  if (line.startsWith('--')) return text('KGSM would take {0} for an option of its own.', '--');
  const own = ownWords.find((word) => line.includes(word));
  return own === undefined ? undefined : text('KGSM would take {0} for an option of its own.', own);
}

/** Words that KGSM takes for its own wherever they stand in a command line. */
const ownWords = ['--debug', '--json'];

/** Characters that KGSM 3 calls dangerous in a line for a console, whatever the game makes of it. */
const dangerous = /[;&|`$(){}[\]\\<>*?~!]/g;

/** Problem that KGSM 3 finds in a line which the versions before it pass on. */
export function refusedByThird(line: string): Text | undefined {
  const found = [...new Set(line.match(dangerous))];
  return found.length === 0 ? undefined : text('KGSM 3 refuses a command that contains {0}', found.join(' '));
}
