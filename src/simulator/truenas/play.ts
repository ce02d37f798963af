import {
  demoPassword,
  playUntilAborted,
  servingOf,
  wave,
  type Pause,
  type SignedInPlayOptions,
} from '../host.ts';
import { Refused } from './errors.ts';
import type { AppUsage, GivenApp, Timing } from './options.ts';
import type { Profile } from './profiles.ts';
import { TrueNasServer } from './server.ts';

export interface PlayTrueNasOptions extends SignedInPlayOptions<'truenas'> {
  readonly profile?: Profile;
}

const username = 'root';
const gib = 2 ** 30;

/**
 * Runs a TrueNAS with five games as apps, or two in jails, a virtual machine and a container, to which somebody does this and that.
 * Resolves when the signal aborts; rejects where the port is taken.
 */
export async function playTrueNas(options: PlayTrueNasOptions): Promise<void> {
  const { port = 11_326, profile = '25.10', speed = 1, password = demoPassword, wait, onListening } = options;
  const server = await TrueNasServer.listen({
    profile,
    port,
    ...servingOf(options),
    users: [
      { name: username, password },
      { name: 'viewer', password, roles: ['APPS_READ', 'VM_READ', 'VIRT_INSTANCE_READ', 'REPORTING_READ'] },
    ],
    apps: demoApps(),
    vms: [{ name: 'ark', state: 'RUNNING', memoryMb: 16_384 }, { name: 'windows' }],
    virtInstances: [{ name: 'rust', status: 'RUNNING' }],
    jails: [{ name: 'quake', state: 'up', plugin: 'ioquake3' }, { name: 'factorio' }],
    timing: faster(speed),
    ...(wait ? { wait } : {}),
  });
  onListening?.({ kind: 'truenas', url: server.url, username }, password);
  await playUntilAborted(server, options, async (pause) => {
    for (;;) {
      if (profile !== 'core-13') await playWithApps(server, pause);
      if (profile === '25.10') await playRound(server, pause, containerRound);
      if (profile === 'core-13') await playRound(server, pause, jailRound);
      await playRound(server, pause, machineRound);
    }
  });
}

/** Slower than on the real one where nothing is to be pulled, so that one can watch; what a password costs stays. */
function faster(speed: number): Partial<Timing> {
  return { jobStepMs: Math.max(1, 2500 / speed), sourceSecondMs: Math.max(1, 1000 / speed) };
}

function demoApps(): GivenApp[] {
  return [
    { name: 'minecraft', image: 'itzg/minecraft-server:latest', port: 25_565, usage: usage(45, 25, 3.2) },
    {
      name: 'factorio',
      version: '1.0.8',
      appVersion: '2.0.28',
      latestVersion: '1.0.9',
      latestAppVersion: '2.0.32',
      image: 'factoriotools/factorio:stable',
      port: 34_197,
      usage: usage(12, 6, 1.1),
    },
    {
      name: 'valheim',
      state: 'STOPPED',
      image: 'lloesche/valheim-server:latest',
      port: 2456,
      usage: usage(30, 15, 2.4),
    },
    {
      name: 'terraria',
      state: 'CRASHED',
      image: 'ryshe/terraria:latest',
      port: 7777,
      usage: usage(8, 5, 0.7),
    },
    {
      name: 'palworld',
      image: 'thijsvanloef/palworld-server-docker:latest',
      port: 8211,
      imageUpdates: true,
      custom: true,
      usage: usage(60, 30, 9.5),
    },
  ];
}

function usage(middle: number, swing: number, memoryGib: number): () => AppUsage {
  return wave((height) => ({
    cpuPercent: Math.max(0, middle + swing * height),
    memory: Math.round(gib * memoryGib * (1 + height / 20)),
    received: Math.round(40_000 + 20_000 * height),
    sent: Math.round(90_000 + 50_000 * height),
  }));
}

/** A refused call does nothing: the user may have changed the state before. */
async function attempt(server: TrueNasServer, method: string, ...args: readonly unknown[]): Promise<void> {
  try {
    await server.act(method, ...args);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

async function playWithApps(server: TrueNasServer, pause: Pause): Promise<void> {
  server.apps.writeLog('minecraft', '[Server thread/INFO]: Alex joined the game');
  await pause(6);
  await attempt(server, 'app.start', 'valheim');
  await pause(14);
  server.failNext('app.start');
  await attempt(server, 'app.start', 'terraria');
  await pause(12);
  await attempt(server, 'app.upgrade', 'factorio');
  await pause(16);
  await attempt(server, 'app.start', 'terraria');
  await pause(12);
  // The app breaks by itself because its world is corrupt.
  server.apps.writeLog('terraria', 'Error: unable to read the world file');
  server.apps.setState('terraria', 'CRASHED');
  await pause(8);
  await attempt(server, 'app.pull_images', 'palworld', { redeploy: true });
  await pause(16);
  server.failNext('app.stop');
  await attempt(server, 'app.stop', 'minecraft');
  await pause(10);
  await attempt(server, 'app.redeploy', 'minecraft');
  await pause(12);
  await attempt(server, 'app.stop', 'valheim');
  await pause(8);
  // The next day there is an upgrade again.
  await attempt(server, 'app.rollback', 'factorio', { app_version: '1.0.8' });
  await pause(12);
}

type Round = readonly (readonly [seconds: number, method: string, ...args: readonly unknown[]])[];

/** Calls, each with the seconds that are waited after it. */
async function playRound(server: TrueNasServer, pause: Pause, round: Round): Promise<void> {
  for (const [seconds, method, ...args] of round) {
    await attempt(server, method, ...args);
    await pause(seconds);
  }
}

const containerRound: Round = [
  [10, 'virt.instance.stop', 'rust', { timeout: 30 }],
  [8, 'virt.instance.start', 'rust'],
];

const jailRound: Round = [
  // The jail runs already, so that this fails.
  [8, 'jail.start', 'quake'],
  [10, 'jail.start', 'factorio'],
  [14, 'jail.restart', 'quake'],
  [10, 'jail.stop', 'factorio', false],
];

const machineRound: Round = [
  [6, 'vm.suspend', 1],
  [0, 'vm.resume', 1],
  [10, 'vm.start', 2],
  [12, 'vm.restart', 1],
  [10, 'vm.stop', 2],
];
