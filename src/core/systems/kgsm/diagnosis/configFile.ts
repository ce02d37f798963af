import { constants } from 'node:fs';
import { access, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReasonedError } from '../../../model/reasonedError.ts';
import { oneLine, text } from '../../../model/text.ts';
import { explainSystemError, type SystemErrorTable } from '../../../wire/systemError.ts';
import { temporaryName } from '../../../wire/unixPath.ts';

export type KgsmConfigReason = 'missing' | 'noPermission' | 'changed' | 'refused' | 'unreadable' | 'failed';

/** Why KGSM's configuration was not read or not changed. */
export class KgsmConfigError extends ReasonedError<KgsmConfigReason> {
  override readonly name = 'KgsmConfigError';
}

const missing = ['missing', text('There is no {0}.')] as const;
const noPermission = [
  'noPermission',
  text('There is no permission for {0}; it has to be done as the user that it belongs to.'),
] as const;
const systemErrors: SystemErrorTable<KgsmConfigReason> = {
  ENOENT: missing,
  ENOTDIR: missing,
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: noPermission,
  other: ['failed', text('{0}: {1}')],
};

/** One key of a configuration and what becomes of it. */
export interface ConfigChange {
  readonly file: string;
  readonly key: string;
  /** Absent where the key is not in the file yet. */
  readonly from: string | undefined;
  readonly to: string;
}

/** A configuration is some hundred lines; what is larger is something else. */
const maxFileBytes = 1024 * 1024;

/**
 * The values as KGSM takes them: all that follows the first `=`, as it is, quotes and carriage returns too; of a key that
 * stands there twice the last.
 */
export function valuesIn(config: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of config.split('\n')) {
    const found = setting(line);
    if (found) values.set(found.key, found.value);
  }
  return values;
}

/**
 * The same configuration with one value changed, every other byte as it was. The line that is changed ends without a
 * carriage return also where the others have one: KGSM would take it for a part of the value.
 */
export function withValue(config: string, key: string, value: string): string {
  const lines = config.split('\n');
  const at = lines.findLastIndex((line) => setting(line)?.key === key);
  if (at >= 0) {
    lines[at] = `${key}=${value}`;
    return lines.join('\n');
  }
  const end = config === '' || config.endsWith('\n') ? '' : '\n';
  return `${config}${end}${key}=${value}\n`;
}

/** The text of a configuration file. */
export async function readConfigFile(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) {
      throw new KgsmConfigError('unreadable', text('{0} is too large to be a configuration.', oneLine(file)));
    }
    // As bytes in disguise, so that what is no UTF-8 is written back as it was.
    return await readFile(file, 'latin1');
  } catch (error) {
    throw configError(error, file);
  }
}

/** Text of a value that was read as latin1, which keeps every byte. */
export function asUtf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

/** Throws where a value is not what the user was shown when saying yes. */
export function assertUnchanged(config: string, { file, key, from }: ConfigChange): void {
  const now = valuesIn(config).get(key);
  if ((now === undefined ? undefined : asUtf8(now)) === from) return;
  throw changed(file);
}

function changed(file: string): KgsmConfigError {
  return new KgsmConfigError(
    'changed',
    text('{0} has been changed in the meantime; look again.', oneLine(file)),
  );
}

/**
 * Changes one line of a file: a new file takes the place of the old one in one step, with its mode and owner. Nothing
 * is changed where somebody else has changed the file since.
 */
export async function rewrite(change: ConfigChange): Promise<void> {
  try {
    const file = await realpath(change.file);
    await access(file, constants.W_OK);
    const before = await readConfigFile(file);
    assertUnchanged(before, change);
    const { mode, uid, gid } = await stat(file);
    const temporary = join(dirname(file), temporaryName());
    const value = Buffer.from(change.to).toString('latin1');
    try {
      const handle = await open(temporary, 'wx', mode & 0o7777);
      try {
        await handle.writeFile(withValue(before, change.key, value), 'latin1');
        if (process.geteuid?.() !== uid || process.getegid?.() !== gid) await handle.chown(uid, gid);
        // After the owner, because that clears bits of the mode; and again at all, because of the umask.
        await handle.chmod(mode & 0o7777);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if ((await readConfigFile(file)) !== before) throw changed(file);
      await rename(temporary, file);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw configError(error, change.file);
  }
}

function setting(line: string): { readonly key: string; readonly value: string } | undefined {
  if (line.startsWith('#')) return undefined;
  const equals = line.indexOf('=');
  return equals > 0 ? { key: line.slice(0, equals), value: line.slice(equals + 1) } : undefined;
}

function configError(error: unknown, file: string): KgsmConfigError {
  return explainSystemError(KgsmConfigError, error, oneLine(file), systemErrors);
}
