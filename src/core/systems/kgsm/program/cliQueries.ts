import * as z from 'zod/mini';
import { runKgsm } from './runKgsm.ts';
import { cliSyntaxOf, type CliSyntax } from './cliSyntax.ts';
import { parsedJson } from '../../reading.ts';
import { gameOf } from '../decode/instanceUpdate.ts';

const askTimeoutMs = 20_000;

/** The status is the one place that names them one by one in version 2 (its own list puts all on one line) and in 3. */
const statusSchema = z.looseObject({ backups: z.array(z.string()) });
const infoSchema = z.looseObject({ log_file: z.string() });
/** Names alone, objects with a name, or an object by name: the generations and their options differ. */
const blueprintsSchema = z.union([
  z.array(z.string()),
  z.array(z.looseObject({ name: z.string() })),
  z.record(z.string(), z.unknown()),
]);

/** Names of the backups of an instance, the newest first: a name ends with the time it was made. */
export async function backupsOf(root: string, instance: string, signal: AbortSignal): Promise<string[]> {
  const status = statusSchema.safeParse(await askJson(root, (dialect) => dialect.status(instance), signal));
  return status.success ? timeOrdered(status.data.backups) : [];
}

/** Blueprints that can be installed. */
export async function blueprintsOf(root: string, signal: AbortSignal): Promise<string[]> {
  const answer = blueprintsSchema.safeParse(await askJson(root, ({ blueprints }) => blueprints, signal));
  if (!answer.success) return [];
  const { data } = answer;
  const names = Array.isArray(data)
    ? data.map((one) => (typeof one === 'string' ? one : one.name))
    : Object.keys(data);
  return names
    .map(gameOf)
    .filter((name) => name !== '')
    .sort();
}

/** The file that the console of an instance is written to. */
export async function logFileOf(
  root: string,
  instance: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const info = infoSchema.safeParse(await askJson(root, (dialect) => dialect.info(instance), signal));
  return info.success && info.data.log_file.startsWith('/') ? info.data.log_file : undefined;
}

/** The folder that KGSM installs into unless told otherwise. */
export async function installFolderOf(root: string, signal: AbortSignal): Promise<string | undefined> {
  const dialect = await cliSyntaxOf(root, signal);
  const args = dialect.setting('default_install_directory');
  const { code, stdout } = await runKgsm({ root, args, timeoutMs: askTimeoutMs, signal });
  const folder = stdout.trim();
  return code === 0 && folder.startsWith('/') ? folder : undefined;
}

/** One question to the program that it answers with JSON; nothing where it does not. */
async function askJson(
  root: string,
  args: (dialect: CliSyntax) => readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const dialect = await cliSyntaxOf(root, signal);
  const { stdout } = await runKgsm({ root, args: args(dialect), timeoutMs: askTimeoutMs, signal });
  return parsedJson(stdout);
}

function timeOrdered(names: readonly string[]): string[] {
  // 2026-11-20T18:06:41 in version 2, 20261120T180641Z in 3: the digits alone order both.
  const time = (name: string): string =>
    (/\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d/.exec(name)?.[0] ?? '').replaceAll(/\D/g, '');
  return [...names].sort((a, b) => time(b).localeCompare(time(a)));
}
