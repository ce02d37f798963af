import { configValues, setConfig } from './config.ts';
import { create, remove } from './installation.ts';
import { instanceCommand } from './instanceCommands.ts';
import type { Kgsm } from './kgsm.ts';
import { detailsOf, statusOf } from './reports.ts';
import { v2Events } from './v2Events.ts';

/** Answers one command line of KGSM 2.2 and resolves with its exit code. */
export async function v2Command(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case '-h':
    case '--help':
      kgsm.write(
        'Usage: kgsm.sh [--create | --remove | --instances | --instance NAME | --events | --version]\n',
      );
      return 0;
    case '-v':
    case '--version':
      kgsm.write('KGSM, version 2.2.0\n');
      return 0;
    case '--blueprints':
      return blueprints(kgsm, rest);
    case '--create':
      return create(kgsm, rest);
    case '--remove':
      return remove(kgsm, rest[0]);
    case '--instances':
      return instances(kgsm, rest);
    case '-i':
    case '--instance':
      return instanceCommand(kgsm, rest);
    case '--events':
      return v2Events(kgsm, rest);
    case '--config':
      return config(kgsm, rest);
    case undefined:
      return kgsm.error(7, 'kgsm.sh:180 Missing arguments');
    default:
      return kgsm.error(8, `kgsm.sh:520 Invalid argument ${command}`);
  }
}

function blueprints(kgsm: Kgsm, args: readonly string[]): number {
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

function instances(kgsm: Kgsm, args: readonly string[]): number {
  const blueprint = args.find((argument) => !argument.startsWith('-'));
  const found = kgsm.store.list().filter((one) => blueprint === undefined || one.blueprint === blueprint);
  const names = found.map(({ name }) => name);
  if (!args.includes('--json')) kgsm.write(`${names.join('\n')}\n`);
  else if (args.includes('--status'))
    kgsm.json(
      Object.fromEntries(
        found.map((one) => [one.name, statusOf('2.2', one, args.includes('--fast'), kgsm.now())]),
      ),
    );
  else if (args.includes('--detailed'))
    kgsm.json(Object.fromEntries(found.map((one) => [one.name, detailsOf('2.2', one)])));
  // An empty list has one empty name in it: that is how the real one prints it.
  else kgsm.json(names.length === 0 ? [''] : names);
  return 0;
}

/** `--config --list --json`, `--config --get K`, `--config --set K=V` */
function config(kgsm: Kgsm, args: readonly string[]): number {
  const [action, word = ''] = args;
  switch (action) {
    case '--list':
      return listConfig(kgsm, args.includes('--json'));
    case '--get':
      return getConfig(kgsm, word);
    case '--set':
      return putConfig(kgsm, word);
    default:
      return kgsm.error(8, 'config.sh:60 There is no editor here');
  }
}

export function listConfig(kgsm: Kgsm, json: boolean): number {
  const values = configValues(kgsm.root);
  // What is empty is null.
  const nullable = Object.entries(values).map(([key, value]) => [key, value === '' ? null : value] as const);
  if (json) kgsm.json(Object.fromEntries(nullable));
  else
    kgsm.write(
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
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
