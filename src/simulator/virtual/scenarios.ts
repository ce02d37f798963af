import { realpathSync } from 'node:fs';
import { playBedrock } from '../bedrock/play.ts';
import { traitsOf as bedrockReleases, type Release } from '../bedrock/releases.ts';
import type { PlayOptions } from '../host.ts';
import { setConfig } from '../kgsm/config.ts';
import { makeDemoRoot } from '../kgsm/demo.ts';
import { endGames } from '../kgsm/games.ts';
import { play as playKgsm } from '../kgsm/play.ts';
import { playNotifier } from '../notifier/play.ts';
import { playTrueNas } from '../truenas/play.ts';
import { traitsOf as trueNasProfiles, type Profile } from '../truenas/profiles.ts';
import { namedGeneration } from './generations.ts';
import { targetOf } from './kgsm.ts';
import { rootGenerations } from './kgsmGeneration.ts';
import { newPassword } from './newPassword.ts';
import { capacity, revisions } from './notifier.ts';
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
    const protocolVersion = namedGeneration('KGSM', rootGenerations, options.protocolVersion) ?? '2.2';
    const { settings, config, to } = targetOf({ ...(target ? { target } : {}) }, protocolVersion, root);
    makeDemoRoot(root, launch, protocolVersion);
    for (const [key, value] of Object.entries(config)) setConfig(root, key, String(value));
    onListening({ settings });
    const way = to && ('socket' in to ? { socket: to.socket } : { webhook: to.webhook.href });
    try {
      await playKgsm({ ...playing, root, ...way });
    } finally {
      endGames(root);
    }
  },
  bedrock({ onListening, protocolVersion, ...playing }) {
    const release = namedGeneration(
      'Bedrock Server Manager',
      Object.keys(bedrockReleases) as Release[],
      protocolVersion,
    );
    return playBedrock({
      ...{ ...playing, password: newPassword() },
      ...(release ? { protocolVersion: release } : {}),
      onListening: (settings, password) => onListening({ settings: { ...settings }, password }),
    });
  },
  truenas({ onListening, protocolVersion, ...playing }) {
    const profile = namedGeneration('TrueNAS', Object.keys(trueNasProfiles) as Profile[], protocolVersion);
    return playTrueNas({
      ...{ ...playing, password: newPassword() },
      ...(profile ? { profile } : {}),
      onListening: (settings, password) => onListening({ settings: { ...settings }, password }),
    });
  },
  notifier({ onListening, protocolVersion, ...playing }) {
    return playNotifier({
      ...{ ...playing, capacity },
      revision: namedGeneration('A notification server', revisions, protocolVersion) ?? 'strict',
      onListening: (settings) => onListening({ settings: { ...settings } }),
    });
  },
};
