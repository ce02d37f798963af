import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, posix } from 'node:path';
import { InstanceStore, type InstanceState } from './state.ts';

/** How to start the simulator again: the program of Node and the file of `main`. */
export interface Launch {
  readonly node: string;
  readonly entry: string;
}

/** What the stand-in needs beyond KGSM's own settings; `simulator.json` in the root. */
export interface Behaviour {
  /** Between two events of an installation or removal; the real one takes about 80 ms. */
  readonly stepMs: number;
  /** From the start of a server to its `instance_ready`; the real watcher looks after 2 s at the earliest. */
  readonly readyMs: number;
  readonly hostname: string;
  /** What can be installed, with its newest version. */
  readonly blueprints: Readonly<Record<string, string>>;
}

export interface RootOptions {
  readonly launch: Launch;
  readonly behaviour?: Partial<Behaviour>;
  /** How long `--save` blocks, in seconds; KGSM's default is 5. */
  readonly saveSeconds?: number;
  readonly instances?: readonly (Pick<InstanceState, 'name' | 'blueprint'> & Partial<InstanceState>)[];
}

const defaultBehaviour: Behaviour = {
  stepMs: 60,
  readyMs: 2000,
  hostname: hostname(),
  blueprints: {
    ark: '361.7',
    factorio: '2.0.28',
    minecraft: '1.21.5',
    palworld: '0.6.4',
    projectzomboid: '41.78.16',
    rust: '2590.1',
    terraria: '1.4.4.9',
    valheim: '0.220.5',
  },
};

/** Makes a folder into a KGSM root whose `kgsm.sh` is the stand-in. What is there already stays, but for the script. */
export function makeRoot(root: string, options: RootOptions): void {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'kgsm.sh'), launcher(realpathSync(root), options.launch), { mode: 0o755 });
  writeFileSync(join(root, 'game.sh'), gameScript, { mode: 0o755 });
  writeFileSync(join(root, '.kgsm.version'), '2.2.0\n');
  if (!existsSync(configPath(root))) writeConfig(root, options.saveSeconds);
  writeFileSync(
    behaviourPath(root),
    JSON.stringify({ ...defaultBehaviour, ...options.behaviour }, undefined, 2),
  );
  const store = new InstanceStore(root);
  for (const { name, blueprint, ...rest } of options.instances ?? []) {
    store.put({ ...newInstance(root, name, blueprint), installed: true, ...rest });
  }
}

export function newInstance(root: string, name: string, blueprint: string): InstanceState {
  const version = readBehaviour(root).blueprints[blueprint] ?? '1.0.0';
  return { name, blueprint, version, installDir: join(root, 'servers'), active: false, installed: false };
}

/** What KGSM does with its first command in a fresh checkout. Answers whether it was one. */
export function writeMissingConfig(root: string): boolean {
  if (existsSync(configPath(root))) return false;
  writeConfig(root);
  return true;
}

export interface RootConfig {
  /** Absolute paths of the sockets, in the order in which they get each event; none where events are switched off. */
  readonly sockets: readonly string[];
  readonly saveSeconds: number;
}

export function readConfig(root: string): RootConfig {
  const values = new Map<string, string>();
  for (const line of readFileSync(configPath(root), 'utf8').split('\n')) {
    const setting = /^\s*([a-z_]+)=(.*)$/.exec(line);
    if (setting) values.set(setting[1] ?? '', setting[2]?.trim() ?? '');
  }
  const names = values.get('event_socket_filenames') ?? values.get('event_socket_filename') ?? 'kgsm.sock';
  return {
    sockets:
      values.get('enable_event_broadcasting') === 'true'
        ? names
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '')
            // Joined, never resolved: an absolute name ends up below the root in this generation.
            .map((name) => posix.join(root, name))
        : [],
    saveSeconds: Number(values.get('save_command_timeout_seconds') ?? '5'),
  };
}

export function readBehaviour(root: string): Behaviour {
  if (!existsSync(behaviourPath(root))) return defaultBehaviour;
  // Written by `makeRoot`.
  return JSON.parse(readFileSync(behaviourPath(root), 'utf8')) as Behaviour;
}

function configPath(root: string): string {
  return join(root, 'config.ini');
}

function behaviourPath(root: string): string {
  return join(root, 'simulator.json');
}

function writeConfig(root: string, saveSeconds = 5): void {
  const lines = [
    '[events]',
    'enable_event_broadcasting=true',
    'event_socket_filenames=kgsm.sock',
    '[instances]',
    `save_command_timeout_seconds=${saveSeconds}`,
  ];
  writeFileSync(configPath(root), `${lines.join('\n')}\n`);
}

/**
 * Independent of PATH, of a debugger that asks every Node to report to it, and of a Node that is VS Code's Electron. Like the
 * real script it lets KGSM_ROOT decide where it works.
 */
function launcher(root: string, { node, entry }: Launch): string {
  return [
    '#!/bin/sh',
    'unset NODE_OPTIONS',
    'ELECTRON_RUN_AS_NODE=1',
    'export ELECTRON_RUN_AS_NODE',
    `[ -n "\${KGSM_ROOT:-}" ] || KGSM_ROOT=${quoted(root)}`,
    `exec ${quoted(node)} ${quoted(entry)} kgsm --root "$KGSM_ROOT" -- "$@"`,
    '',
  ].join('\n');
}

/** Stands for the game: lives as long as its file, so that nothing outlives a root that was removed. */
const gameScript = '#!/bin/sh\nwhile [ -e "$1" ]; do sleep 1; done\n';

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
