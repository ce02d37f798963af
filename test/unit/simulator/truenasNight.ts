import type { OpsEvent } from '../../../src/core/model/event.ts';
import type { Profile } from '../../../src/simulator/truenas/profiles.ts';
import { open, ready } from '../core/systems/truenas/rig.ts';
import { fleetOf, type Shown } from './roundTrip.ts';
import { caughtUp } from './truenasRoundTrip.ts';
import { startTrueNas, type Protocol, type Rig } from './truenasServer.ts';

export const realtime = 'reporting.realtime:{"interval": 2}';

/** Options of a NAS with one of each, and an app that can be upgraded. */
const things = {
  apps: [
    { name: 'minecraft', title: 'Minecraft Server' },
    { name: 'factorio', version: '1.0.8', appVersion: '2.0.28', latestVersion: '1.0.9' },
    { name: 'valheim', state: 'STOPPED' },
  ],
  vms: [{ name: 'ark', state: 'RUNNING' }, { name: 'windows' }],
  virtInstances: [{ name: 'rust', status: 'RUNNING' }],
  containers: [{ name: 'ark', state: 'RUNNING' }, { name: 'rust' }],
  jails: [{ name: 'quake', state: 'up', plugin: 'ioquake3' }, { name: 'factorio' }],
} as const;

type Call = readonly [method: string, ...args: readonly unknown[]];

const machines: readonly Call[] = [
  ['vm.suspend', 1],
  ['vm.resume', 1],
  ['vm.start', 2],
  ['vm.restart', 1],
];
const withApps: readonly Call[] = [
  ['app.stop', 'minecraft'],
  ['app.start', 'minecraft'],
  ['app.upgrade', 'factorio'],
  ...machines,
];
const calls: Readonly<Record<Profile, readonly Call[]>> = {
  'core-13': [['jail.start', 'quake'], ['jail.start', 'factorio'], ['jail.stop', 'quake'], ...machines],
  '24.10': withApps,
  '25.10': [...withApps, ['virt.instance.restart', 'rust', { timeout: 5 }]],
  '26.0': [...withApps, ['container.start', 2], ['container.stop', 1]],
};

/** A night at a NAS as our own connection heard it: things start, stop, fail and crash, and a job goes on at its end. */
export async function recordNight(
  profile: Profile,
  protocol: Protocol,
): Promise<{ readonly events: readonly OpsEvent[]; readonly fleet: Shown }> {
  await using rig = await startTrueNas({ profile, ...things });
  await using opened = open(rig.server.url, {
    settings: { protocol, subscriptions: [realtime, ...(profile === 'core-13' ? [] : ['app.stats'])] },
    secrets: { password: 'secret' },
  });
  await ready(opened);
  await play(rig, profile);
  await caughtUp(opened);
  return { events: [...opened.events()], fleet: fleetOf(opened.pipeline.fleet(), 'nas') };
}

async function play({ server, clock }: Rig, profile: Profile): Promise<void> {
  for (const [method, ...args] of calls[profile]) {
    await server.act(method, ...args);
    await clock.advance(4000);
  }
  server.raiseAlert({ klass: 'PoolCapacity', level: 'CRITICAL', formatted: 'Pool tank is full.' });
  if (profile === 'core-13') {
    await server.act('jail.start', 'quake');
    await clock.advance(100);
    return;
  }
  server.failNext('app.start');
  await server.act('app.start', 'valheim');
  await clock.advance(4000);
  server.apps.setState('minecraft', 'CRASHED');
  server.apps.add({ name: 'terraria' });
  server.apps.remove('valheim');
  await server.act('app.redeploy', 'factorio');
  await clock.advance(100);
}
