import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { playBedrock } from '../bedrock/play.ts';
import { traitsOf as bedrockReleases, type Release } from '../bedrock/releases.ts';
import type { PlayOptions } from '../host.ts';
import type { RootGeneration } from '../kgsm/behaviour.ts';
import { setConfig } from '../kgsm/config.ts';
import { makeDemoRoot } from '../kgsm/demo.ts';
import { endGames } from '../kgsm/games.ts';
import { play as playKgsm } from '../kgsm/play.ts';
import type { Revision } from '../notifier/messages.ts';
import { playNotifier } from '../notifier/play.ts';
import { playTrueNas } from '../truenas/play.ts';
import { traitsOf as trueNasProfiles, type Profile } from '../truenas/profiles.ts';
import { targetOf } from './kgsm.ts';
import type { VirtualOptions, VirtualSystem } from './virtualSystem.ts';

export interface ScenarioOptions
  extends PlayOptions, Pick<VirtualOptions, 'folder' | 'launch' | 'target' | 'protocolVersion'> {
  readonly onListening: (system: Pick<VirtualSystem, 'settings' | 'password'>) => void;
}

/** The life of the demo on a server of each system, until the signal aborts. */
export const scenarios: Readonly<Record<string, (options: ScenarioOptions) => Promise<void>>> = {
  async kgsm(options) {
    const { folder, launch, target, onListening, ...playing } = options;
    const root = realpathSync(folder);
    const protocolVersion = oneOf<RootGeneration>(['1.7', '2.2', '3.16'], options.protocolVersion) ?? '2.2';
    const { settings, config, to } = targetOf({ ...(target ? { target } : {}) }, protocolVersion, root);
    makeDemoRoot(root, launch, protocolVersion);
    for (const [key, value] of Object.entries(config)) setConfig(root, key, String(value));
    onListening({ settings });
    const way = to && ('socket' in to ? { socket: to.socket } : { webhook: to.webhook.href });
    await playKgsm({ ...playing, root, ...way });
    endGames(root);
  },
  bedrock({ onListening, protocolVersion, ...playing }) {
    const release = oneOf(Object.keys(bedrockReleases) as Release[], protocolVersion);
    return playBedrock({
      ...{ ...playing, password: newPassword() },
      ...(release ? { protocolVersion: release } : {}),
      onListening: (settings, password) => onListening({ settings: { ...settings }, password }),
    });
  },
  truenas({ onListening, protocolVersion, ...playing }) {
    const profile = oneOf(Object.keys(trueNasProfiles) as Profile[], protocolVersion);
    return playTrueNas({
      ...{ ...playing, password: newPassword() },
      ...(profile ? { profile } : {}),
      onListening: (settings, password) => onListening({ settings: { ...settings }, password }),
    });
  },
  notifier({ onListening, protocolVersion, ...playing }) {
    const revision = oneOf<Revision>(['seed', 'early', 'lax', 'strict'], protocolVersion);
    return playNotifier({
      ...{ ...playing, capacity: 1000 },
      revision: revision ?? 'strict',
      onListening: (settings) => onListening({ settings: { ...settings } }),
    });
  },
};

function newPassword(): string {
  return randomBytes(12).toString('base64url');
}

/** The generation of this name; throws where there is none. */
function oneOf<Name extends string>(names: readonly Name[], wanted: string | undefined): Name | undefined {
  if (wanted === undefined) return undefined;
  const found = names.find((name) => name === wanted);
  if (found === undefined) throw new Error(`${wanted} cannot be served; ${names.join(', ')} can.`);
  return found;
}
