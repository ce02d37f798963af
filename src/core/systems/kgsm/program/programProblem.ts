import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { errorCode } from '../../../wire/systemError.ts';

/** Why KGSM's program in a folder cannot be run; nothing where it can. */
export async function programProblem(root: string): Promise<Text | undefined> {
  const program = posix.join(root, 'kgsm.sh');
  try {
    await access(program, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? text('There is no kgsm.sh in {0}: "root" must be the folder of KGSM.', oneLine(root, 200))
      : text('{0} may not be executed by this user.', oneLine(program, 200));
  }
}
