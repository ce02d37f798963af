import { access, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { text } from '../../../model/text.ts';
import { isFields, parsedJson } from '../../reading.ts';
import { programProblem } from './programProblem.ts';
import { runKgsm } from './runKgsm.ts';

/** The command lines of one generation of KGSM's program; every one ends where the name of an instance is data. */
export interface CliSyntax {
  /** Version 1 answers in plain text and exits with 0 after most failures, version 3 has sub-commands. */
  readonly generation: 1 | 2 | 3;
  readonly list: readonly string[];
  status(name: string): readonly string[];
  /** Command lines of the verbs that take one instance. */
  readonly verbs: Readonly<Record<Verb, (name: string) => readonly string[]>>;
  input(name: string, line: string): readonly string[];
  restore(name: string, backup: string): readonly string[];
  /** Prints the names of the backups of an instance, where its status does not. */
  backups?(name: string): readonly string[];
  /** Prints the paths of an instance as flat JSON; version 1 prints text. */
  info(name: string): readonly string[];
  readonly blueprints: readonly string[];
  install(blueprint: string, name: string, directory: string): readonly string[];
  /** The value of one setting of KGSM, where its program tells it. */
  setting?(key: string): readonly string[];
}

export type Verb = 'start' | 'stop' | 'restart' | 'save' | 'backup' | 'checkUpdate' | 'update' | 'remove';

const first: CliSyntax = {
  generation: 1,
  list: ['--instances'],
  status: (name) => ['--instance', name, '--status'],
  verbs: {
    start: (name) => ['--instance', name, '--start'],
    stop: (name) => ['--instance', name, '--stop'],
    restart: (name) => ['--instance', name, '--restart'],
    save: (name) => ['--instance', name, '--save'],
    backup: (name) => ['--instance', name, '--create-backup'],
    checkUpdate: (name) => ['--instance', name, '--check-update'],
    update: (name) => ['--instance', name, '--update'],
    remove: (name) => ['--uninstall', name],
  },
  input: (name, line) => ['--instance', name, '--input', line],
  restore: (name, backup) => ['--instance', name, '--restore-backup', backup],
  backups: (name) => ['--instance', name, '--backups'],
  info: (name) => ['--instance', name, '--info'],
  blueprints: ['--blueprints'],
  install: (blueprint, name, directory) => ['--install', blueprint, '--install-dir', directory, '--id', name],
};

const second: CliSyntax = {
  generation: 2,
  list: ['--instances', '--json'],
  status: (name) => ['-i', name, '--status', '--json', '--fast'],
  verbs: {
    start: (name) => ['-i', name, '--start'],
    stop: (name) => ['-i', name, '--stop'],
    restart: (name) => ['-i', name, '--restart'],
    save: (name) => ['-i', name, '--save'],
    backup: (name) => ['-i', name, '--create-backup'],
    checkUpdate: (name) => ['-i', name, '--check-update'],
    update: (name) => ['-i', name, '--update'],
    // `--remove` came with 2.1; this is understood by all.
    remove: (name) => ['--uninstall', name],
  },
  input: (name, line) => ['-i', name, '--input', line],
  restore: (name, backup) => ['-i', name, '--restore-backup', backup],
  info: (name) => ['-i', name, '--info', '--json'],
  blueprints: ['--blueprints', '--json'],
  install: (blueprint, name, directory) => [
    '--create',
    blueprint,
    '--install-dir',
    directory,
    '--name',
    name,
  ],
  setting: (key) => ['--config', '--get', key],
};

const third: CliSyntax = {
  generation: 3,
  list: ['instances', 'list', '--json'],
  status: (name) => ['instances', 'status', name, '--json', '--fast'],
  verbs: {
    start: (name) => ['start', name],
    stop: (name) => ['stop', name],
    restart: (name) => ['restart', name],
    save: (name) => ['instances', 'save', name],
    backup: (name) => ['instances', 'create-backup', name],
    checkUpdate: (name) => ['instances', 'check-update', name],
    update: (name) => ['instances', 'update', name],
    // Without this flag KGSM asks on a terminal that nobody answers.
    remove: (name) => ['uninstall', name, '--yes'],
  },
  input: (name, line) => ['instances', 'input', name, line],
  restore: (name, backup) => ['instances', 'restore-backup', name, backup],
  info: (name) => ['instances', 'info', name, '--json'],
  blueprints: ['blueprints', 'list', '--json'],
  install: (blueprint, name, directory) => ['install', blueprint, '--install-dir', directory, '--name', name],
  setting: (key) => ['config', 'get', key],
};

/** KGSM 1 and 2 answer at once that they do not know the option. */
const askTimeoutMs = 10_000;

/** Said where it cannot be found out which command lines the program takes. */
export const unknownProgram = text(
  'it does not tell which version of KGSM it is, so nothing is asked of it and nothing operated; events are received',
);

/**
 * Which command lines the program in a folder takes. Only version 3 can say where its files are; the versions before are
 * told by their files, then by what they say of themselves. Nothing where none of it is known.
 */
export async function cliSyntaxOf(root: string, signal: AbortSignal): Promise<CliSyntax | undefined> {
  // Running it says why it cannot be run.
  if (await programProblem(root)) return second;
  const ask = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout } = await runKgsm({ root, args, timeoutMs: askTimeoutMs, signal });
    return code === 0 ? stdout : '';
  };
  if (isFields(parsedJson(await ask('--paths', '--json')))) return third;
  if (await exists(posix.join(root, 'modules/events.socket.sh'))) return second;
  const emitter = await readFile(posix.join(root, 'modules/include/events.sh'), 'utf8').catch(() => '');
  if (/\bInstance(Id|Name)\b/.test(emitter)) return /\bInstanceId\b/.test(emitter) ? first : second;
  const [, major] = /\bversion v?(\d+)\.\d/.exec(await ask('--version')) ?? [];
  if (major !== undefined) return { 1: first, 2: second, 3: third }[major];
  const help = await ask('--help');
  if (/(^|\s)--install\s+BLUEPRINT/m.test(help)) return first;
  return /(^|\s|\[)--create(\s|$)/m.test(help) ? second : undefined;
}

/** The instance that a journalled status question is about; nothing for the list. */
export function askedInstance(args: readonly string[]): string | undefined {
  if (args[0] === '-i' || args[0] === '--instance') return args[1];
  return args[0] === 'instances' && args[1] === 'status' ? args[2] : undefined;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
