import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import { isFields, parsedJson } from '../../reading.ts';
import { runKgsm } from './runKgsm.ts';

/** The command lines of one generation of KGSM's program; every one ends where the name of an instance is data. */
export interface CliSyntax {
  readonly list: readonly string[];
  status(name: string): readonly string[];
  /** Command lines of the verbs that take one instance. */
  readonly verbs: Readonly<Record<Verb, (name: string) => readonly string[]>>;
  input(name: string, line: string): readonly string[];
  restore(name: string, backup: string): readonly string[];
  /** Prints the paths of an instance as flat JSON. */
  info(name: string): readonly string[];
  readonly blueprints: readonly string[];
  install(blueprint: string, name: string, directory: string): readonly string[];
  /** The value of one setting of KGSM. */
  setting(key: string): readonly string[];
}

export type Verb = 'start' | 'stop' | 'restart' | 'save' | 'backup' | 'checkUpdate' | 'update' | 'remove';

const second: CliSyntax = {
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
    remove: (name) => ['--remove', name],
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

/** KGSM 2 answers at once that it does not know the option. */
const askTimeoutMs = 10_000;

/** Which command lines the program in a folder takes: only version 3 can say where its files are. */
export async function cliSyntaxOf(root: string, signal: AbortSignal): Promise<CliSyntax> {
  const there = await access(posix.join(root, 'kgsm.sh')).then(
    () => true,
    () => false,
  );
  if (!there) return second;
  const { code, stdout } = await runKgsm({
    root,
    args: ['--paths', '--json'],
    timeoutMs: askTimeoutMs,
    signal,
  });
  return code === 0 && isFields(parsedJson(stdout)) ? third : second;
}

/** The instance that a journalled status question is about; nothing for the list. */
export function askedInstance(args: readonly string[]): string | undefined {
  if (args[0] === '-i') return args[1];
  return args[0] === 'instances' && args[1] === 'status' ? args[2] : undefined;
}
