import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** The generations of KGSM that a root can be: the first, the last with a socket, and the newest, which writes a journal. */
export type RootGeneration = '1.7' | '2.2' | '3.16';

/** Settings of the simulator beyond KGSM's own; `simulator.json` in the root. */
export interface Behaviour {
  readonly protocolVersion: RootGeneration;
  /** Between two events of an installation or removal; the real one takes about 80 ms. */
  readonly stepMs: number;
  /** From the start of a server to its `instance_ready`; the real watcher looks after 2 s at the earliest. */
  readonly readyMs: number;
  /** The pause before the second try of a webhook; each further one is twice as long. The real one waits 1 s. */
  readonly retryMs: number;
  /** How long the socket test waits for its listeners and for its event; from the deletion to the listening takes a tenth of it. */
  readonly socketTestMs: number;
  readonly hostname: string;
  /** Installable blueprints with their newest version. */
  readonly blueprints: Readonly<Record<string, string>>;
  /** Blueprints whose download fails. */
  readonly brokenDownloads: readonly string[];
  /** Blueprints whose update by version 1 misses KGSM's root: said on standard error, by a program that ends with 0. */
  readonly brokenUpdates: readonly string[];
  /**
   * KGSM 2.2 takes whatever its first event prints for the name of the new instance: with webhooks on, no installation
   * succeeds. False gives a KGSM in which that is mended.
   */
  readonly webhookBreaksCreate: boolean;
}

const defaults: Behaviour = {
  protocolVersion: '2.2',
  stepMs: 60,
  readyMs: 2000,
  retryMs: 1000,
  socketTestMs: 1000,
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
  brokenDownloads: [],
  brokenUpdates: [],
  webhookBreaksCreate: true,
};

export function readBehaviour(root: string): Behaviour {
  if (!existsSync(pathIn(root))) return defaults;
  // Written by `writeBehaviour`.
  return JSON.parse(readFileSync(pathIn(root), 'utf8')) as Behaviour;
}

export function writeBehaviour(root: string, behaviour: Partial<Behaviour>): void {
  writeFileSync(pathIn(root), JSON.stringify({ ...defaults, ...behaviour }, undefined, 2));
}

function pathIn(root: string): string {
  return join(root, 'simulator.json');
}
