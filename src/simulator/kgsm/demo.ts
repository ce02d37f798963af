import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Generation } from './envelope.ts';
import type { RootGeneration } from './behaviour.ts';
import { makeRoot, type Launch } from './root.ts';
import type { InstanceState } from './state.ts';

/** State of an instance when a listener comes. */
type Opening = 'ready' | 'running' | 'stopped' | 'failed' | 'unknown' | 'absent';

export interface DemoInstance {
  readonly name: string;
  readonly blueprint: string;
  /** In which form its events come: one look at the demo shows all that ever were on the socket. */
  readonly protocolVersion: Generation;
  readonly opening: Opening;
  readonly actor?: string;
  readonly players?: readonly string[];
}

export const demoInstances = {
  survival: {
    name: 'survival',
    blueprint: 'minecraft',
    protocolVersion: '3.6',
    opening: 'ready',
    actor: 'discord:mara',
    players: ['Alex', 'Steve'],
  },
  creative: {
    name: 'creative',
    blueprint: 'minecraft',
    protocolVersion: '3.6',
    opening: 'ready',
    actor: 'root',
  },
  valheim: { name: 'valheim', blueprint: 'valheim', protocolVersion: '2.2', opening: 'running' },
  terraria: { name: 'terraria', blueprint: 'terraria', protocolVersion: '2.2', opening: 'stopped' },
  factorio: {
    name: 'factorio',
    blueprint: 'factorio',
    protocolVersion: '3.6',
    opening: 'stopped',
    actor: 'kgsm',
  },
  // This generation knew no `instance_ready`, so this one never gets beyond running.
  palworld: { name: 'palworld', blueprint: 'palworld', protocolVersion: '2.0', opening: 'running' },
  ark: { name: 'ark-island', blueprint: 'ark', protocolVersion: '3.0', opening: 'failed', actor: 'root' },
  // Of this one nothing is heard but that an update exists.
  rust: { name: 'rust-eu', blueprint: 'rust', protocolVersion: '3.6', opening: 'unknown', actor: 'kgsm' },
  zomboid: {
    name: 'zomboid-weekend',
    blueprint: 'projectzomboid',
    protocolVersion: '2.2',
    opening: 'absent',
  },
} as const satisfies Record<string, DemoInstance>;

/** Makes a KGSM root with the games of the demo, unless it has been made before. */
export function makeDemoRoot(root: string, launch: Launch, protocolVersion: RootGeneration = '2.2'): void {
  const fresh = !existsSync(join(root, 'instances'));
  const present = Object.values<DemoInstance>(demoInstances).filter(({ opening }) => opening !== 'absent');
  makeRoot(root, {
    launch,
    protocolVersion,
    // Real enough to be seen, short enough to be waited for.
    saveSeconds: 1,
    behaviour: { hostname: 'gamehost' },
    settings: { default_install_directory: join(root, 'servers') },
    instances: fresh ? present.map(stateAtFirst) : [],
  });
}

function stateAtFirst({
  name,
  blueprint,
  opening,
  players = [],
}: DemoInstance): Pick<InstanceState, 'name' | 'blueprint'> {
  const active = opening === 'ready' || opening === 'running' || opening === 'unknown';
  const state: Omit<InstanceState, 'version' | 'installDir' | 'installed'> = {
    name,
    blueprint,
    active,
    ready: opening === 'ready',
    malformed: opening === 'unknown',
    players,
  };
  return state;
}
