import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRoot } from '../../../src/simulator/kgsm/root.ts';
import type { RootGeneration } from '../../../src/simulator/kgsm/behaviour.ts';
import type { ConfigValue } from '../../../src/simulator/kgsm/config.ts';
import { freePort } from '../freePort.ts';
import { kgsm, launch, temporaryFolder } from './kgsmRoot.ts';
import { connected, fleetOf, pushesOf, recordingOf, serve, type Recording } from './kgsmRoundTrip.ts';

/** Command lines that make, run, back up and remove servers, as each generation takes them. */
const scripts: Readonly<Record<RootGeneration, readonly string[]>> = {
  '1.7': [
    '--install minecraft --install-dir DIR --id new',
    '-i down --start',
    '-i up --stop',
    '-i up --create-backup',
    '-i up --update',
    '--uninstall gone',
  ],
  '2.2': [
    '--create minecraft --install-dir DIR --name new',
    '-i down --start',
    '-i up --stop',
    '-i up --create-backup',
    '--events --emit --instance-version-updated up 1.0 1.0.1',
    '--uninstall gone',
  ],
  '3.16': [
    'install minecraft --install-dir DIR --name new',
    'start down',
    'stop up',
    'instances create-backup up',
    'instances update up',
    'uninstall gone --yes',
    'events emit instance-player-joined down 1 Alex 10.0.0.1 s1',
    'events emit instance-player-joined down 2 Steve 10.0.0.2 s2',
    'events emit instance-player-left down 2 Steve 10.0.0.2 s2 quit',
    'events emit instance-crashed new 139 1',
  ],
};

interface Recorded extends Recording {
  readonly pushes: readonly string[];
  readonly fleet: readonly object[];
}

/** Records a KGSM of a generation while its script runs. */
async function record(protocolVersion: RootGeneration, webhook?: number): Promise<Recorded> {
  using folder = temporaryFolder('r');
  const root = folder.path;
  const posts: Readonly<Record<string, ConfigValue>> =
    webhook === undefined
      ? {}
      : { enable_webhook_events: true, webhook_urls: `http://127.0.0.1:${String(webhook)}/` };
  makeRoot(root, {
    launch,
    protocolVersion,
    saveSeconds: 0,
    behaviour: { stepMs: 0, readyMs: 0, webhookBreaksCreate: false },
    settings: {
      ...posts,
      ...(webhook !== undefined && protocolVersion === '2.2' ? { enable_event_broadcasting: false } : {}),
    },
    instances: [
      { name: 'down', blueprint: 'valheim' },
      { name: 'up', blueprint: 'minecraft', active: true },
      { name: 'gone', blueprint: 'rust' },
    ],
  });
  mkdirSync(join(root, 'events'));
  await using client = await connected(wayOf(root, webhook));
  for (const line of scripts[protocolVersion]) {
    await kgsm(root, ...line.replace('DIR', root).split(' '));
    // The watcher of a start tells of it when it pleases.
    if (/\bstart\b/.test(line) && protocolVersion !== '1.7')
      await client.until(() => client.types().includes('instance_ready'));
  }
  await client.until(() => client.types().includes('instance_uninstalled'));
  if (protocolVersion === '3.16') await client.until(() => client.types().includes('instance_crashed'));
  const recording = await recordingOf(client.events());
  return { ...recording, pushes: pushesOf(client), fleet: fleetOf(client) };
}

function wayOf(root: string, webhook: number | undefined): object {
  const place = { events: 'webhook', webhook: { host: '127.0.0.1', port: webhook } };
  return { kind: 'kgsm', root, ...(webhook === undefined ? {} : place) };
}

describe('a recorded KGSM that is served', () => {
  it.each([
    ['1.7', 'its socket'],
    ['2.2', 'its socket'],
    ['2.2', 'webhooks'],
    ['3.16', 'its event files'],
    ['3.16', 'webhooks'],
  ] as const)('is for our client the %s that was recorded, through %s', async (protocolVersion, way) => {
    const port = way === 'webhooks' ? await freePort() : undefined;
    const recorded = await record(protocolVersion, port);
    using folder = temporaryFolder();
    const target = port === undefined ? {} : { target: { webhook: `http://127.0.0.1:${String(port)}/` } };
    await using served = await serve(folder.path, recorded, target);
    await using client = await connected(served.system.settings);
    await served.play();
    await client.until(() => pushesOf(client).length >= recorded.pushes.length);
    expect(pushesOf(client)).toEqual(recorded.pushes);
    expect(fleetOf(client)).toEqual(recorded.fleet);
    expect(recorded.fleet).toHaveLength(3);
  });
});
