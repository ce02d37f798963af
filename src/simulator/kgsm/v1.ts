import { addBackup, putBack } from './backups.ts';
import { endGame, launchGame } from './games.ts';
import { installSteps } from './installation.ts';
import { option, type Kgsm } from './kgsm.ts';
import { answerConsole, directoryOf, lastLines, removeLogs } from './logs.ts';
import { latestOf } from './reports.ts';
import { newInstance } from './root.ts';
import type { InstanceState } from './state.ts';
import type { Command } from './v2.ts';

const version = `KGSM, version 1.7.3
Copyright (C) 2024 TheKrystalShip
License GPL-3.0: GNU GPL version 3 <https://www.gnu.org/licenses/gpl-3.0.en.html>

This is free software; you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;

const help = `Krystal Game Server Manager - 1.7.3

Usage:
  kgsm.sh OPTION

Options:
  --create-blueprint          Create a new blueprints file.
  --install BLUEPRINT         Run the installation process for an existing
                              blueprint.
    [--id <id>]               Identifier for the instance as an alternative
                              from letting KGSM generate one.
  --uninstall <instance>      Run the uninstall process for an instance.
  --instances [blueprint]     List all installed instances.
`;

const commands: Readonly<Record<string, Command>> = {
  '-h': print(help),
  '--help': print(help),
  '-v': print(version),
  '--version': print(version),
  '--blueprints': listBlueprints,
  '--instances': listInstances,
  '--install': install,
  '--uninstall': uninstall,
  '-i': instanceCommand,
  '--instance': instanceCommand,
};

/** Answers one command line of KGSM 1.7.3. Most failures exit with 0: only the lines on standard error tell. */
export async function v1Command(kgsm: Kgsm, [command = '', ...args]: readonly string[]): Promise<number> {
  return commands[command]?.(kgsm, args) ?? complain(kgsm, 8, `kgsm.sh:563 Invalid argument ${command}`);
}

function print(text: string): Command {
  return (kgsm) => {
    kgsm.write(text);
    return 0;
  };
}

function complain(kgsm: Kgsm, code: number, words: string): number {
  const time = new Date(kgsm.now()).toISOString().slice(0, 19).replace('T', ' ');
  kgsm.environment.complain(`[${time}] [ERROR] ${words}\n`);
  return code;
}

/** The form in which a module that crashed is reported, by a program that ends with 0 all the same. */
function crash(kgsm: Kgsm, words: string): number {
  kgsm.environment.complain(`${words}\nOccurred in script: ./kgsm.sh, function: main, line: 580\n`);
  return 0;
}

/** One name per line, whether JSON is asked for or not, and an error beside it that is none. */
function listBlueprints(kgsm: Kgsm): number {
  kgsm.write(
    Object.keys(kgsm.behaviour.blueprints)
      .map((name) => `${name}.bp\n`)
      .join(''),
  );
  complain(kgsm, 0, 'blueprints.sh:245 Invalid argument ');
  return crash(
    kgsm,
    `${kgsm.root}/modules/blueprints.sh: line 245: exit: : numeric argument required\nError 2: KGSM_ROOT not set`,
  );
}

/** JSON only where details are asked for. */
function listInstances(kgsm: Kgsm): number {
  kgsm.write(
    kgsm.store
      .list()
      .map(({ name }) => `${name}\n`)
      .join(''),
  );
  return 0;
}

/** `--install BLUEPRINT --install-dir DIR --id N` */
async function install(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [blueprint = ''] = args;
  const unknown = args.slice(1).find((word) => word.startsWith('-') && !known.has(word));
  if (unknown !== undefined) return complain(kgsm, 8, `kgsm.sh:563 Invalid argument ${unknown}`);
  if (kgsm.behaviour.blueprints[blueprint] === undefined)
    return crash(kgsm, `Error 1: Could not find blueprint ${blueprint}.bp`);
  const name = option(args, '--id') ?? `${blueprint}-1`;
  const installDir = option(args, '--install-dir') ?? kgsm.root;
  const about = { Blueprint: blueprint };
  kgsm.store.put({ ...newInstance(kgsm.root, name, blueprint), installDir });
  await kgsm.emit('instance_created', name, about);
  await kgsm.emit('instance_installation_started', name, about);
  const broken = kgsm.behaviour.brokenDownloads.includes(blueprint);
  const steps = installSteps.slice(0, broken ? 3 : undefined).map((type) => [type] as const);
  await kgsm.emitAll(name, steps);
  if (broken) return crash(kgsm, `Error 13: Failed to download ${name}`);
  const { version: installed = '0' } = kgsm.store.change(name, { installed: true }) ?? {};
  await kgsm.emitAll(name, [
    ['instance_version_updated', { OldVersion: '0', NewVersion: installed }],
    ['instance_installation_finished', about],
    ['instance_installed', about],
  ]);
  return 0;
}

const known: ReadonlySet<string> = new Set(['--install-dir', '--version', '--id']);

async function uninstall(kgsm: Kgsm, [name = '']: readonly string[]): Promise<number> {
  const instance = kgsm.store.get(name);
  if (!instance) return crash(kgsm, `Error 1: Could not find ${name}.ini`);
  await kgsm.emit('instance_uninstall_started', name);
  removeLogs(instance);
  await kgsm.emitAll(name, [['instance_directories_removed'], ['instance_files_removed']]);
  kgsm.store.remove(name);
  await kgsm.emitAll(name, [['instance_removed'], ['instance_uninstall_finished'], ['instance_uninstalled']]);
  return 0;
}

async function instanceCommand(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [name = '', action = '', ...rest] = args;
  const instance = kgsm.store.get(name);
  if (!instance) return crash(kgsm, `Error 1: Could not find ${name}.ini`);
  const run = actions[action];
  if (!run) return complain(kgsm, 8, `kgsm.sh:563 Invalid argument ${action}`);
  return (await run(kgsm, instance, rest)) ?? 0;
}

type Action = (
  kgsm: Kgsm,
  instance: InstanceState,
  args: readonly string[],
) => Promise<number | undefined> | number | undefined;

const actions: Readonly<Record<string, Action>> = {
  async '--start'(kgsm, instance) {
    launchGame(kgsm, instance);
    await kgsm.emit('instance_started', instance.name);
    return 0;
  },
  async '--stop'(kgsm, instance) {
    endGame(kgsm, instance);
    await kgsm.emit('instance_stopped', instance.name);
    return 0;
  },
  '--restart': (kgsm, { name }) =>
    crash(
      kgsm,
      `${kgsm.root}/modules/lifecycle.sh: line 88: __stop_instance: command not found\nError 127: Failed to restart ${name}`,
    ),
  '--save'(kgsm, instance) {
    if (!instance.active) return crash(kgsm, `Error 1: ${instance.name} is not running`);
    answerConsole(instance, kgsm.now(), 'save-all');
    return 0;
  },
  '--input'(kgsm, instance, [line = '']) {
    if (!instance.active) return crash(kgsm, `Error 1: ${instance.name} is not running`);
    answerConsole(instance, kgsm.now(), line);
    kgsm.write(lastLines(instance, 10));
    return 0;
  },
  async '--create-backup'(kgsm, instance) {
    const { name, active, version: current } = instance;
    if (active) {
      complain(
        kgsm,
        0,
        `${name}.manage.sh:310 Instance ${name} is currently running, shut down before continuing`,
      );
      return 0;
    }
    if (instance.emptied) {
      kgsm.environment.complain(
        `[WARNING] ${name}.manage.sh:318 ${directoryOf(instance)}/install is empty, skipping backup\n`,
      );
      return 0;
    }
    const source = `${directoryOf(instance)}/backups/${addBackup(kgsm, instance)}`;
    await kgsm.emit('instance_backup_created', name, { Source: source, Version: current });
    return 0;
  },
  async '--restore-backup'(kgsm, instance, [backup = '']) {
    const { name, active, version: current, backups = [] } = instance;
    if (active || !backups.includes(backup)) return crash(kgsm, `Error 1: Could not restore ${backup}`);
    const { safety, version: restored } = putBack(kgsm, instance, backup);
    const pathOf = (file: string): string => `${directoryOf(instance)}/backups/${file}`;
    await kgsm.emitAll(name, [
      ['instance_backup_created', { Source: pathOf(safety), Version: current }],
      ['instance_backup_restored', { Source: pathOf(backup), Version: restored }],
    ]);
    return 0;
  },
  '--backups'(kgsm, { backups = [] }) {
    kgsm.write(backups.map((backup) => `${backup}\n`).join(''));
    return 0;
  },
  '--check-update'(kgsm, { version: current }) {
    if (latestOf(current) === current) return 1;
    kgsm.write(`${latestOf(current)}\n`);
    return 0;
  },
  // Without a newer version the begun update has no other end.
  async '--update'(kgsm, { name, blueprint, version: current }) {
    if (kgsm.behaviour.brokenUpdates.includes(blueprint)) return crash(kgsm, 'Error 2: KGSM_ROOT not set');
    await kgsm.emit('instance_update_started', name);
    const newest = latestOf(current);
    if (newest === current) {
      kgsm.environment.complain(`[WARNING] ${name} is already on the latest version\n`);
      return 0;
    }
    kgsm.store.change(name, { version: newest });
    await kgsm.emitAll(name, [
      ['instance_version_updated', { OldVersion: current, NewVersion: newest }],
      ['instance_update_finished'],
      ['instance_updated'],
    ]);
    return 0;
  },
  '--is-active'(kgsm, { name, active }) {
    kgsm.write(`${name}.manage.sh INFO: ${active ? 'Active' : 'Inactive'}\n`);
    return 0;
  },
  '--info': showStatus,
  '--status': showStatus,
};

function showStatus(kgsm: Kgsm, instance: InstanceState): number {
  const directory = directoryOf(instance);
  const rows: readonly (readonly [string, string])[] = [
    ['Name', instance.name],
    ['Lifecycle manager', 'standalone'],
    ['Status', instance.active ? 'active' : 'inactive'],
    ['Logs directory', `${directory}/logs`],
    ['Directory', directory],
    ['Installation date', '2026-11-26T12:05:27'],
    ['Version', instance.version],
    ['Blueprint', `${kgsm.root}/blueprints/default/${instance.blueprint}.bp`],
  ];
  kgsm.write(`${rows.map(([label, value]) => `${label}:`.padEnd(21) + value).join('\n')}\n\n`);
  return 0;
}
