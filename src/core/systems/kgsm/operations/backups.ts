import { oneLine, text } from '../../../model/text.ts';
import { backupListText } from '../../backupListText.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { failed, refused, succeeded, type OperationResult, type OperationRun } from '../../operation.ts';
import { backupsOf } from '../program/cliQueries.ts';
import type { KgsmSession } from '../session/kgsmSession.ts';
import type { KgsmSettings } from '../settings.ts';
import { longTimeoutMs, noRoot, runCommand } from './runCommand.ts';

type Run = OperationRun<KgsmSettings, KgsmSession>;

/** KGSM ends with 0 where it skips an empty server folder: a backup is made when the list has one more. */
export async function backUp(run: Run): Promise<OperationResult> {
  const instance = run.instance.key;
  const before = await knownBackups(run);
  return runCommand(run, {
    args: (syntax) => syntax.verbs.backup(instance),
    async missed() {
      const after = before && (await knownBackups(run));
      return after?.every((backup) => before?.includes(backup))
        ? text('KGSM made no backup of {0}.', nameOf(run))
        : undefined;
    },
    done: text('{0} is backed up', nameOf(run)),
    timeoutMs: longTimeoutMs,
    work: { work: 'backup', instance },
  });
}

/** Names the backups; the log has all of them. */
export async function listBackups(run: Run): Promise<OperationResult> {
  const { root } = run.settings;
  if (root === undefined) return refused(noRoot);
  let backups: readonly string[];
  try {
    backups = await backupsOf(root, run.instance.key, run.signal);
  } catch (error) {
    if (error instanceof ConversationError) return failed(error.text);
    throw error;
  }
  if (backups.length > 0) run.output(`${backups.join('\n')}\n`);
  return succeeded(backupListText(nameOf(run), backups));
}

/** The backups of the instance; nothing where KGSM does not list them. */
async function knownBackups(run: Run): Promise<readonly string[] | undefined> {
  const { root } = run.settings;
  if (root === undefined) return undefined;
  try {
    return await backupsOf(root, run.instance.key, run.signal);
  } catch (error) {
    if (error instanceof ConversationError) return undefined;
    throw error;
  }
}

function nameOf({ instance }: Run): string {
  return oneLine(instance.name, 60);
}
