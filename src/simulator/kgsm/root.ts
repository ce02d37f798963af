import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBehaviour, writeBehaviour, type Behaviour, type RootGeneration } from './behaviour.ts';
import { setConfig, writeDefaults, writeMissingConfig, type ConfigValue } from './config.ts';
import { newestVersion } from './envelope.ts';
import { beginLog, logLine } from './logs.ts';
import { InstanceStore, type InstanceState } from './state.ts';

/** How to start the simulator again: the program of Node and the file of `main`. */
export interface Launch {
  readonly node: string;
  readonly entry: string;
}

export interface RootOptions {
  readonly launch: Launch;
  /** 2.2 unless told otherwise. */
  readonly protocolVersion?: RootGeneration;
  readonly behaviour?: Partial<Omit<Behaviour, 'protocolVersion'>>;
  /** KGSM's own settings, by their names in its `config.ini`. */
  readonly settings?: Readonly<Record<string, ConfigValue>>;
  /** How long `--save` blocks, in seconds; KGSM's default is 5. */
  readonly saveSeconds?: number;
  readonly now?: () => number;
  readonly instances?: readonly (Pick<InstanceState, 'name' | 'blueprint'> & Partial<InstanceState>)[];
}

/** Makes a folder into a KGSM root whose `kgsm.sh` is the stand-in. What is there already stays, but for the script. */
export function makeRoot(root: string, options: RootOptions): void {
  const { protocolVersion = '2.2', now = Date.now } = options;
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'kgsm.sh'), launcher(realpathSync(root), options.launch), { mode: 0o755 });
  writeFileSync(join(root, 'game.sh'), gameScript, { mode: 0o755 });
  writeFileSync(join(root, '.kgsm.version'), `${versions[protocolVersion]}\n`);
  writeParts(root, protocolVersion);
  writeBehaviour(root, { ...options.behaviour, protocolVersion });
  writeDefaults(root);
  writeMissingConfig(root, {
    ...(options.saveSeconds === undefined ? {} : { save_command_timeout_seconds: options.saveSeconds }),
  });
  for (const [key, value] of Object.entries(options.settings ?? {})) setConfig(root, key, String(value));
  const store = new InstanceStore(root);
  for (const { name, blueprint, ...rest } of options.instances ?? []) {
    const instance = { ...newInstance(root, name, blueprint), installed: true, ...rest };
    store.put(instance);
    if (!instance.active) continue;
    beginLog(instance, now());
    logLine(instance, now(), 'Done');
  }
}

export function newInstance(root: string, name: string, blueprint: string): InstanceState {
  const version = readBehaviour(root).blueprints[blueprint] ?? '1.0.0';
  return { name, blueprint, version, installDir: join(root, 'servers'), active: false, installed: false };
}

const versions: Readonly<Record<RootGeneration, string>> = {
  '1.7': '1.7.3',
  '2.2': '2.2.0',
  '3.16': newestVersion,
};

/** The scripts by whose names one tells the generation; here all of them do their work in `kgsm.sh`. */
const parts: Readonly<Record<RootGeneration, readonly string[]>> = {
  '1.7': ['modules/include/events.sh'],
  '2.2': ['modules/events.socket.sh', 'modules/events.webhook.sh'],
  '3.16': ['commands/events.journal.sh', 'commands/events.webhook.sh'],
};

function writeParts(root: string, protocolVersion: RootGeneration): void {
  for (const file of Object.values(parts).flat()) rmSync(join(root, file), { force: true });
  for (const file of parts[protocolVersion]) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(
      join(root, file),
      `#!/bin/sh\n# kgsm.sh does it.${protocolVersion === '1.7' ? ' InstanceId' : ''}\n`,
      { mode: 0o755 },
    );
  }
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
