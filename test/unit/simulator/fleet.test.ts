import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { Connection } from '../../../src/core/connections/connection.ts';
import { instanceOffers } from '../../../src/core/connections/offers.ts';
import { readConnection } from '../../../src/core/connections/settings.ts';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import { systemClock } from '../../../src/core/model/clock.ts';
import { core, freeLock, noSecrets, silentLog, systems, testMemory } from '../core/helpers.ts';
import { launch, temporaryFolder } from './kgsmRoot.ts';

it('is without sockets a KGSM that posts its events, and that nobody can operate', async () => {
  using folder = temporaryFolder();
  const root = join(folder.path, 'fleet');
  const fleet = spawn(launch.node, [launch.entry, 'fleet', '--root', root, '--webhook'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const announced = new Map<string, unknown>();
  for await (const line of createInterface({ input: fleet.stdout })) {
    const { settings } = JSON.parse(line) as { readonly settings: { readonly kind: string } };
    announced.set(settings.kind, settings);
    if (announced.size === 4) break;
  }
  const read = await readConnection({ ...(announced.get('kgsm') as object), name: 'KGSM' }, systems);
  if (!read.ok) throw new Error('the settings are right');
  const { system, settings } = read.connection;
  const { pipeline } = core();
  const connection = new Connection({
    ...{ system, settings, pipeline, lock: freeLock, clock: systemClock, random: Math.random },
    ...{ log: silentLog, host: 'here', memory: testMemory, secrets: noSecrets },
  });
  connection.start();
  const survival = () => instancesOf(pipeline.fleet(), settings.id).find(({ key }) => key === 'survival');
  await expect.poll(() => survival()?.state).toBe('ready');
  const instance = survival();
  expect(instance && instanceOffers(system, settings, instance, connection.reach)).toEqual([]);
  await connection.dispose();
  fleet.stdin.end();
  await once(fleet, 'close');
  expect(existsSync(root)).toBe(false);
});
