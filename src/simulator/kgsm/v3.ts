import { join } from 'node:path';
import { configPath, defaultsPath } from './config.ts';
import { newestVersion } from './envelope.ts';
import type { Kgsm } from './kgsm.ts';
import { blueprintOf, getConfig, listBlueprints, listConfig, print, putConfig, type Command } from './v2.ts';
import { v3Events } from './v3Events.ts';
import { install, uninstall } from './v3Installation.ts';
import { v3Instances } from './v3Instances.ts';
import { lifecycleCommands } from './v3Lifecycle.ts';

const usage = 'Usage: kgsm.sh <command> [arguments] [options]\n';

const commands: Readonly<Record<string, Command>> = {
  ...lifecycleCommands,
  '-h': print(usage),
  '--help': print(usage),
  help: print(usage),
  '-v': print(`KGSM, version ${newestVersion}\n`),
  '--version': print(`KGSM, version ${newestVersion}\n`),
  '--paths': paths,
  install,
  create: install,
  uninstall,
  remove: uninstall,
  instances: v3Instances,
  lifecycle: (kgsm, [verb = '', ...args]) =>
    lifecycleCommands[verb]?.(kgsm, args) ?? kgsm.error(8, `Unknown command: ${verb}`),
  blueprints,
  config,
  events: v3Events,
};

/** Answers one command line of KGSM 3.16, whose commands are words, and resolves with its exit code. */
export async function v3Command(kgsm: Kgsm, [command, ...args]: readonly string[]): Promise<number> {
  if (command === undefined) {
    kgsm.write(usage);
    return 1;
  }
  return commands[command]?.(kgsm, args) ?? kgsm.error(8, `Unknown command: ${command}`);
}

/** The paths of KGSM's files: clients recognise version 3 by this answer. The path of the journal is a setting instead. */
function paths(kgsm: Kgsm, args: readonly string[]): number {
  const inRoot = (...parts: readonly string[]): string => join(kgsm.root, ...parts);
  const system = {
    KGSM_ROOT: kgsm.root,
    KGSM_CORE_DIR: inRoot('core'),
    KGSM_COMMANDS_DIR: inRoot('commands'),
    KGSM_HANDLERS_DIR: inRoot('commands', 'handlers'),
    KGSM_TEMPLATES_DIR: inRoot('templates'),
    KGSM_SYSTEM_BLUEPRINTS_DIR: inRoot('blueprints'),
    KGSM_DEFAULT_CONFIG_FILE: defaultsPath(kgsm.root),
  };
  const user = {
    KGSM_CONFIG_DIR: kgsm.root,
    KGSM_CONFIG_FILE: configPath(kgsm.root),
    KGSM_DATA_DIR: kgsm.root,
    KGSM_INSTANCES_DIR: inRoot('instances'),
    KGSM_LOGS_DIR: inRoot('logs'),
  };
  if (args.includes('--json')) kgsm.json({ system, user });
  else kgsm.lines({ ...system, ...user }, (name, path) => `${name}: ${String(path)}`);
  return 0;
}

function blueprints(kgsm: Kgsm, [action, ...args]: readonly string[]): number {
  if (action === 'list') return listBlueprints(kgsm, args);
  if (action !== 'info') return kgsm.error(8, `Unknown command: ${action ?? ''}`);
  const [name = ''] = args;
  if (kgsm.behaviour.blueprints[name] === undefined) return kgsm.error(27, `Blueprint '${name}' not found`);
  kgsm.json(blueprintOf(name));
  return 0;
}

function config(kgsm: Kgsm, [action, word = '', value]: readonly string[]): number {
  if (action === 'list') return listConfig(kgsm, word === '--json');
  if (action === 'get') return getConfig(kgsm, word);
  if (action === 'set') return putConfig(kgsm, value === undefined ? word : `${word}=${value}`);
  return kgsm.error(8, `Unknown command: ${action ?? ''}`);
}
