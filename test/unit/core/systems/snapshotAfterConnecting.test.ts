import { expect, it } from 'vitest';
import { bedrock } from '../../../../src/core/systems/bedrock/index.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { trueNas } from '../../../../src/core/systems/truenas/index.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { makeRoot } from '../../../../src/simulator/kgsm/root.ts';
import { TrueNasServer } from '../../../../src/simulator/truenas/server.ts';
import { launch, temporaryFolder } from '../../simulator/kgsmRoot.ts';
import { openConnection, ready, settingsOf } from '../opened.ts';
import { password, startServer } from './bedrock/rig.ts';

interface Place extends AsyncDisposable {
  readonly system: AnySystem;
  readonly entry: object;
  /** Instances that are there. */
  readonly truth: readonly string[];
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  KGSM: () => {
    const root = temporaryFolder();
    makeRoot(root.path, { launch, instances: [{ name: 'a', blueprint: 'factorio' }] });
    return Promise.resolve({
      system: kgsm,
      entry: { kind: 'kgsm', root: root.path },
      truth: ['instance a stopped'],
      [Symbol.asyncDispose]: () => {
        root[Symbol.dispose]();
        return Promise.resolve();
      },
    });
  },
  'Bedrock Server Manager': async () => {
    const server = await startServer();
    return {
      system: bedrock,
      entry: { kind: 'bedrock', url: server.url, username: 'admin' },
      truth: ['instance alpha stopped', 'instance beta stopped'],
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
  TrueNAS: async () => {
    const server = await TrueNasServer.listen({
      profile: '25.10',
      users: [{ name: 'root', password }],
      apps: [{ name: 'valheim', state: 'STOPPED' }],
    });
    return {
      system: trueNas,
      entry: { kind: 'truenas', url: server.url },
      truth: ['app valheim stopped'],
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
};

// A notification server has no list that could be asked for: its clients are known by what they send.
it.each(Object.keys(places))('%s is asked for all that there is whenever a session opens', async (name) => {
  const open = places[name];
  if (!open) throw new Error(name);
  await using place = await open();
  const { system, entry, truth } = place;
  const settings = settingsOf(system, { id: 'home', ...entry });
  await using opened = openConnection(system, settings, { secrets: { password } });
  const { connection, pipeline } = opened;
  const isTrue = (): boolean => truth.every((line) => opened.instances().includes(line));
  await ready(opened);
  await opened.until(isTrue);
  await connection.stop();
  // As of a decoder that begins anew.
  pipeline.forget('home');
  expect([opened.instances(), pipeline.context('live', 'home')]).toEqual([[], undefined]);
  connection.start();
  await opened.until(isTrue);
});
