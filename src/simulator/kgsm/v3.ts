import { join } from 'node:path';
import { configPath, defaultsPath } from './config.ts';
import { newestVersion } from './envelope.ts';
import type { Kgsm } from './kgsm.ts';
import { blueprintOf, getConfig, listConfig, putConfig } from './v2.ts';
import { v3Events } from './v3Events.ts';
import { install, uninstall } from './v3Installation.ts';
import { v3Instances } from './v3Instances.ts';
import { isLifecycle, lifecycle } from './v3Lifecycle.ts';

/** Answers one command line of KGSM 3.16, whose commands are words, and resolves with its exit code. */
export async function v3Command(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (isLifecycle(command)) return lifecycle(kgsm, command, rest);
  switch (command) {
    case '-h':
    case '--help':
    case 'help':
      kgsm.write('Usage: kgsm.sh <command> [arguments] [options]\n');
      return 0;
    case '-v':
    case '--version':
      kgsm.write(`KGSM, version ${newestVersion}\n`);
      return 0;
    case '--paths':
      return paths(kgsm, rest);
    case 'install':
    case 'create':
      return install(kgsm, rest);
    case 'uninstall':
    case 'remove':
      return uninstall(kgsm, rest);
    case 'instances':
      return v3Instances(kgsm, rest);
    case 'lifecycle': {
      const [verb, ...words] = rest;
      if (isLifecycle(verb)) return lifecycle(kgsm, verb, words);
      return kgsm.error(8, `Unknown command: ${verb ?? ''}`);
    }
    case 'blueprints':
      return blueprints(kgsm, rest);
    case 'config':
      return config(kgsm, rest);
    case 'events':
      return v3Events(kgsm, rest);
    case undefined:
      kgsm.write('Usage: kgsm.sh <command> [arguments] [options]\n');
      return 1;
    default:
      return kgsm.error(8, `Unknown command: ${command}`);
  }
}

/** Where its files are; by this answer one tells version 3. The journal is not among them: a setting says where that is. */
function paths(kgsm: Kgsm, args: readonly string[]): number {
  const in_ = (...parts: readonly string[]): string => join(kgsm.root, ...parts);
  const system = {
    KGSM_ROOT: kgsm.root,
    KGSM_CORE_DIR: in_('core'),
    KGSM_COMMANDS_DIR: in_('commands'),
    KGSM_HANDLERS_DIR: in_('commands', 'handlers'),
    KGSM_TEMPLATES_DIR: in_('templates'),
    KGSM_SYSTEM_BLUEPRINTS_DIR: in_('blueprints'),
    KGSM_DEFAULT_CONFIG_FILE: defaultsPath(kgsm.root),
  };
  const user = {
    KGSM_CONFIG_DIR: kgsm.root,
    KGSM_CONFIG_FILE: configPath(kgsm.root),
    KGSM_DATA_DIR: kgsm.root,
    KGSM_INSTANCES_DIR: in_('instances'),
    KGSM_LOGS_DIR: in_('logs'),
  };
  if (args.includes('--json')) kgsm.json({ system, user });
  else
    kgsm.write(
      Object.entries({ ...system, ...user })
        .map(([name, path]) => `${name}: ${path}\n`)
        .join(''),
    );
  return 0;
}

function blueprints(kgsm: Kgsm, [action, ...args]: readonly string[]): number {
  const names = Object.keys(kgsm.behaviour.blueprints);
  const [name = ''] = args;
  switch (action) {
    case 'list':
      if (!args.includes('--json')) kgsm.write(`${names.join('\n')}\n`);
      else if (args.includes('--detailed'))
        kgsm.json(Object.fromEntries(names.map((one) => [one, blueprintOf(one)])));
      else kgsm.json(names);
      return 0;
    case 'info':
      if (!names.includes(name)) return kgsm.error(27, `Blueprint '${name}' not found`);
      kgsm.json(blueprintOf(name));
      return 0;
    default:
      return kgsm.error(8, `Unknown command: ${action ?? ''}`);
  }
}

function config(kgsm: Kgsm, [action, word = '', value]: readonly string[]): number {
  switch (action) {
    case 'list':
      return listConfig(kgsm, word === '--json');
    case 'get':
      return getConfig(kgsm, word);
    case 'set':
      return putConfig(kgsm, value === undefined ? word : `${word}=${value}`);
    default:
      return kgsm.error(8, `Unknown command: ${action ?? ''}`);
  }
}
