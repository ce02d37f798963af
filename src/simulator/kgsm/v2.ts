import { configValues, setConfig } from './config.ts';
import { create, remove } from './installation.ts';
import { instanceCommand } from './instanceCommands.ts';
import type { Kgsm } from './kgsm.ts';
import { listInstances } from './reports.ts';
import { v2Events } from './v2Events.ts';

/** Answers one command line, without the word that chose it; resolves with the exit code. */
export type Command = (kgsm: Kgsm, args: readonly string[]) => Promise<number> | number;

const usage = 'Usage: kgsm.sh [--create | --remove | --instances | --instance NAME | --events | --version]\n';

const commands: Readonly<Record<string, Command>> = {
  '-h': print(usage),
  '--help': print(usage),
  '-v': print('KGSM, version 2.2.0\n'),
  '--version': print('KGSM, version 2.2.0\n'),
  '--blueprints': listBlueprints,
  '--create': create,
  '--remove': (kgsm, [name]) => remove(kgsm, name),
  '--uninstall': (kgsm, [name]) => remove(kgsm, name),
  '--instances': listInstances,
  '-i': instanceCommand,
  '--instance': instanceCommand,
  '--events': v2Events,
  '--config': config,
};

/** Answers one command line of KGSM 2.2 and resolves with its exit code. */
export async function v2Command(kgsm: Kgsm, [command, ...args]: readonly string[]): Promise<number> {
  if (command === undefined) return kgsm.error(7, 'kgsm.sh:180 Missing arguments');
  return commands[command]?.(kgsm, args) ?? kgsm.error(8, `kgsm.sh:520 Invalid argument ${command}`);
}

export function print(text: string): Command {
  return (kgsm) => {
    kgsm.write(text);
    return 0;
  };
}

export function listBlueprints(kgsm: Kgsm, args: readonly string[]): number {
  const names = Object.keys(kgsm.behaviour.blueprints);
  if (!args.includes('--json')) kgsm.write(`${names.join('\n')}\n`);
  else if (args.includes('--detailed'))
    kgsm.json(Object.fromEntries(names.map((name) => [name, blueprintOf(name)])));
  else kgsm.json(names);
  return 0;
}

/** All values are texts. */
export function blueprintOf(name: string): Readonly<Record<string, string>> {
  return {
    Name: name,
    Ports: '',
    BlueprintType: 'Native',
    SteamAppId: '0',
    IsSteamAccountRequired: 'false',
    ExecutableFile: `${name}_server`,
    LevelName: 'default',
  };
}

/** `--config --list --json`, `--config --get K`, `--config --set K=V` */
function config(kgsm: Kgsm, [action, word = '', ...rest]: readonly string[]): number {
  if (action === '--list') return listConfig(kgsm, [word, ...rest].includes('--json'));
  if (action === '--get') return getConfig(kgsm, word);
  if (action === '--set') return putConfig(kgsm, word);
  return kgsm.error(8, 'config.sh:60 There is no editor here');
}

export function listConfig(kgsm: Kgsm, json: boolean): number {
  const values = configValues(kgsm.root);
  // KGSM prints an empty setting as null.
  const nullable = Object.entries(values).map(([key, value]) => [key, value === '' ? null : value] as const);
  if (json) kgsm.json(Object.fromEntries(nullable));
  else kgsm.lines(values, (key, value) => `${key}=${String(value)}`);
  return 0;
}

export function getConfig(kgsm: Kgsm, key: string): number {
  const value = configValues(kgsm.root)[key];
  if (value === undefined) return kgsm.error(24, `config.sh:88 Unknown key ${key}`);
  kgsm.write(`${value}\n`);
  return 0;
}

/** `KEY=VALUE`; the value may have more of these signs. */
export function putConfig(kgsm: Kgsm, assignment: string): number {
  const at = assignment.indexOf('=');
  if (at === -1) return kgsm.error(8, `config.sh:101 ${assignment} is no assignment`);
  const key = assignment.slice(0, at);
  switch (setConfig(kgsm.root, key, assignment.slice(at + 1))) {
    case 'unknown':
      return kgsm.error(24, `config.sh:108 Unknown key ${key}`);
    case 'refused':
      return kgsm.error(8, `config.sh:112 This is no value for ${key}`);
    case 'done':
      kgsm.info(`config.sh:120 ${key} is set`);
      return 0;
  }
}
