import * as z from 'zod/mini';
import { text, type Text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { jsonIn } from './jsonIn.ts';
import { plainNames, plainStatus } from './plainText.ts';
import { problemOf, runKgsm } from './runKgsm.ts';
import { cliSyntaxOf, unknownProgram, type CliSyntax } from './cliSyntax.ts';
import { parsedJson } from '../../reading.ts';
import { gameOf } from '../decode/instanceUpdate.ts';

const askTimeoutMs = 20_000;
const unreadableAnswer = text('KGSM gave an answer that cannot be read');

/** The status is the one place that names them one by one in version 2 (its own list puts all on one line) and in 3. */
const backupsSchema = z.looseObject({ backups: z.array(z.string()) });
const activeSchema = z.looseObject({ status: z.boolean() });
const infoSchema = z.looseObject({ log_file: z.string() });
/** Names alone, objects with a name, or an object by name: the generations and their options differ. */
const blueprintsSchema = z.union([
  z.array(z.string()),
  z.array(z.looseObject({ name: z.string() })),
  z.record(z.string(), z.unknown()),
]);

/** Names of the backups of an instance, the newest first: a name ends with the time it was made. Rejects where KGSM gives no list. */
export async function backupsOf(root: string, instance: string, signal: AbortSignal): Promise<string[]> {
  const answer = await ask(root, (syntax) => (syntax.backups ?? syntax.status)(instance), signal);
  const status = backupsSchema.safeParse(
    answer?.generation === 1 ? { backups: plainList(answer, ' ') } : jsonIn(answer?.stdout ?? ''),
  );
  if (!status.success) throw noList(answer);
  return timeOrdered(status.data.backups);
}

/** Blueprints that can be installed. Rejects where KGSM gives no list. */
export async function blueprintsOf(root: string, signal: AbortSignal): Promise<string[]> {
  const asked = await ask(root, ({ blueprints }) => blueprints, signal);
  const answer = blueprintsSchema.safeParse(
    asked?.generation === 1 ? plainList(asked) : parsedJson(asked?.stdout ?? ''),
  );
  if (!answer.success) throw noList(asked);
  const { data } = answer;
  const names = Array.isArray(data)
    ? data.map((one) => (typeof one === 'string' ? one : one.name))
    : Object.keys(data);
  return names
    .map(gameOf)
    .filter((name) => name !== '')
    .sort();
}

/** Names of all instances; nothing where KGSM does not tell them. */
export async function instancesOf(root: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const answer = await ask(root, ({ list }) => list, signal);
  return answer?.problem ? undefined : answer && namesIn(answer.stdout, answer.generation);
}

/** The names in an answer to the question for the list; an empty one has one empty name. */
export function namesIn(output: string, generation: 1 | 2 | 3): readonly string[] | undefined {
  if (generation === 1) return plainNames(output);
  const names = z.array(z.string()).safeParse(parsedJson(output));
  return names.success ? names.data.filter((name) => name !== '') : undefined;
}

/** Whether the server of an instance runs at this moment; nothing where KGSM does not tell. */
export async function isActive(
  root: string,
  instance: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const answer = await ask(root, (syntax) => syntax.status(instance), signal);
  if (answer?.generation === 1) return plainStatus(answer.stdout)?.active;
  const status = activeSchema.safeParse(jsonIn(answer?.stdout ?? ''));
  return status.success ? status.data.status : undefined;
}

/** The file that the console of an instance is written to. */
export async function logFileOf(
  root: string,
  instance: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await ask(root, (syntax) => syntax.info(instance), signal);
  const info = infoSchema.safeParse(parsedJson(answer?.stdout ?? ''));
  return info.success && info.data.log_file.startsWith('/') ? info.data.log_file : undefined;
}

/** The folder that KGSM installs into unless told otherwise. */
export async function installFolderOf(root: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await ask(root, (syntax) => syntax.setting?.('default_install_directory'), signal);
  const folder = answer?.stdout.trim() ?? '';
  return answer && !answer.problem && folder.startsWith('/') ? folder : undefined;
}

/** The names that a KGSM of version 1 prints: among complaints about some of them, which are no reason to hide the others. */
function plainList({ stdout, problem }: Answer, separator = '\n'): readonly string[] | undefined {
  const names = plainNames(stdout.replaceAll(separator, '\n'));
  return names.length > 0 || !problem ? names : undefined;
}

function noList(answer: Answer | undefined): ConversationError {
  if (!answer) return new ConversationError('noAnswer', unknownProgram);
  return new ConversationError('refused', answer.problem ?? unreadableAnswer);
}

interface Answer {
  readonly generation: 1 | 2 | 3;
  readonly stdout: string;
  readonly problem: Text | undefined;
}

/** One question to the program; nothing where it cannot be asked. */
async function ask(
  root: string,
  args: (syntax: CliSyntax) => readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const syntax = await cliSyntaxOf(root, signal);
  const line = syntax && args(syntax);
  if (!line) return undefined;
  const result = await runKgsm({ root, args: line, timeoutMs: askTimeoutMs, signal });
  const { generation } = syntax;
  return { generation, stdout: result.stdout, problem: problemOf(result, generation) };
}

function timeOrdered(names: readonly string[]): string[] {
  // 2026-11-20T18:06:41 in version 2, 20261120T180641Z in 3: the digits alone order both.
  const time = (name: string): string =>
    (/\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d/.exec(name)?.[0] ?? '').replaceAll(/\D/g, '');
  return [...names].sort((a, b) => time(b).localeCompare(time(a)));
}
