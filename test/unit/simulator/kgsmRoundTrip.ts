import { setImmediate as nextTurn } from 'node:timers/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import type { Instance } from '../../../src/core/model/instance.ts';
import { kgsm } from '../../../src/core/systems/kgsm/index.ts';
import type { Wait } from '../../../src/simulator/host.ts';
import { Clients, type ClientWatch } from '../../../src/simulator/virtual/clients.ts';
import { openVirtualKgsm } from '../../../src/simulator/virtual/kgsm.ts';
import { serveEvent } from '../../../src/simulator/virtual/virtualPlayer.ts';
import { lookMs } from '../../../src/simulator/virtual/kgsmReceiver.ts';
import type { VirtualOptions, VirtualSystem } from '../../../src/simulator/virtual/virtualSystem.ts';
import { openConnection, ready, settingsOf, type Opened } from '../core/opened.ts';
import { launch } from './kgsmRoot.ts';
import { servedOf, type Served } from './roundTrip.ts';

/** Our own client, once it knows all instances. */
export async function connected(settings: object): Promise<Opened> {
  const opened = openConnection(kgsm, settingsOf(kgsm, { ...settings, id: 'home' }));
  await ready(opened);
  await opened.connection.session?.listed;
  return opened;
}

/** The fields of an instance that are compared. */
export type Seen = Pick<Instance, 'key' | 'name' | 'state'> & {
  readonly [Field in 'version' | 'players' | 'game']: Instance[Field] | undefined;
};

export function fleetOf({ pipeline }: Opened): readonly Seen[] {
  return instancesOf(pipeline.fleet(), 'home')
    .map(({ key, name, state, version, players, game }) => ({ key, name, state, version, players, game }))
    .sort((a, b) => a.key.localeCompare(b.key));
}

/** Type and exact text of all that was pushed. */
export function pushesOf(opened: Opened): readonly string[] {
  return opened.events().flatMap(({ channel, type, raw }) => (channel === 'push' ? [`${type} ${raw}`] : []));
}

/** The events of a client as an exported file that is read again. */
export function recordingOf(events: readonly OpsEvent[]): Promise<Served> {
  return servedOf(events, 'kgsm');
}

/** Looks follow each other at once; patience ends only when a test says so. */
class TestTime {
  readonly #limits = new Set<() => void>();

  readonly wait: Wait = async (ms, signal) => {
    if (ms === lookMs) await nextTurn();
    else
      await new Promise<void>((resolve, reject) => {
        this.#limits.add(resolve);
        signal.addEventListener('abort', () => {
          this.#limits.delete(resolve);
          reject(new Error('over'));
        });
      });
    signal.throwIfAborted();
  };

  get waiting(): number {
    return this.#limits.size;
  }

  endPatience(): void {
    for (const end of this.#limits) end();
  }
}

export interface Serving extends AsyncDisposable {
  readonly system: VirtualSystem;
  readonly root: string;
  readonly time: TestTime;
  /** Comings and goings, in words. */
  readonly seen: string[];
  /** Does what the player does with each event. */
  play(): Promise<void>;
}

export async function serve(
  folder: string,
  { base, events }: Served,
  options: Partial<VirtualOptions> = {},
  watch: ClientWatch = {},
): Promise<Serving> {
  const root = join(folder, 'v');
  mkdirSync(root);
  const time = new TestTime();
  const seen: string[] = [];
  const clients = new Clients({
    came: (client) => {
      seen.push('came');
      watch.came?.(client);
    },
    ready: (client) => {
      seen.push('ready');
      watch.ready?.(client);
    },
    went: (client, why) => {
      seen.push(why === undefined ? 'went' : `went: ${why}`);
      watch.went?.(client, why);
    },
    said: (client, text) => {
      seen.push(text);
      watch.said?.(client, text);
    },
  });
  const system = await openVirtualKgsm({
    ...{ folder: root, launch, clients, first: events.slice(0, 1000), base, wait: time.wait },
    ...options,
  });
  return {
    system,
    root,
    time,
    seen,
    async play() {
      for (const event of events) await serveEvent(system, event);
    },
    [Symbol.asyncDispose]: () => system.stop(),
  };
}
