import { setImmediate as nextTurn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '../../../src/core/journal/store/records.ts';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import type { Instance } from '../../../src/core/model/instance.ts';
import { importRecording } from '../../../src/core/playback/recording/importRecording.ts';
import { recordingLine } from '../../../src/core/playback/recording/recordingLines.ts';
import type {
  ServedChange,
  ServedEvent,
  ServedInstance,
} from '../../../src/core/playback/serving/servedEvents.ts';
import { kgsm } from '../../../src/core/systems/kgsm/index.ts';
import type { Wait } from '../../../src/simulator/host.ts';
import { Clients, type ClientWatch } from '../../../src/simulator/virtual/clients.ts';
import { openVirtualKgsm } from '../../../src/simulator/virtual/kgsm.ts';
import { lookMs } from '../../../src/simulator/virtual/kgsmReceiver.ts';
import type { VirtualOptions, VirtualSystem } from '../../../src/simulator/virtual/virtualSystem.ts';
import { systems } from '../core/helpers.ts';
import { openConnection, ready, settingsOf, type Opened } from '../core/opened.ts';
import { launch } from './kgsmRoot.ts';

export interface Recording {
  readonly base: readonly ServedInstance[];
  readonly events: readonly ServedEvent[];
}

/** Our own client, once it knows all instances. */
export async function connected(settings: object): Promise<Opened> {
  const opened = openConnection(kgsm, settingsOf(kgsm, { ...settings, id: 'home' }));
  await ready(opened);
  await opened.connection.session?.listed;
  return opened;
}

/** What a client sees of an instance. */
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

/** An event that was pushed and changed nothing. */
export function pushed(text: string): ServedEvent {
  const bytes = Buffer.from(text);
  return { type: '', channel: 'push', direction: 'in', at: 0, bytes, changes: [] };
}

/** All that a client heard, as an exported file that is read again. */
export async function recordingOf(events: readonly OpsEvent[]): Promise<Recording> {
  const lines = events.map(({ timeline: _, ...event }, index) =>
    recordingLine({ ...event, source: event.connection, seq: index + 1 }),
  );
  const served: ServedEvent[] = [];
  const append = ({ events: stored, changes = [] }: Batch): Promise<void> => {
    for (const [index, { type, channel, direction, receivedAt, raw, truncated }] of stored.entries())
      served.push({
        ...{ type, channel, direction, truncated, at: receivedAt, bytes: Buffer.from(raw) },
        changes: changes.flatMap((change) => (change.after === index + 1 ? servedChange(change) : [])),
      });
    return Promise.resolve();
  };
  await importRecording({
    content: Readable.from([Buffer.from(['{"gameServerOpsRecording":1}', ...lines].join('\n'))]),
    store: { append: append, waitingBytes: 0 },
    plainSystem: 'kgsm',
    name: 'file',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const firstPush = served.findIndex(({ channel }) => channel === 'push');
  const base = new Map<string, ServedInstance>();
  for (const change of served.slice(0, firstPush).flatMap(({ changes }) => changes)) {
    if ('gone' in change) base.delete(change.gone.key);
    else base.set(change.instance.key, change.instance);
  }
  return { base: [...base.values()], events: served };
}

function servedChange({ what, key, state }: NonNullable<Batch['changes']>[number]): ServedChange[] {
  if (what !== 'instance') return [];
  if (state !== null) return [{ instance: JSON.parse(state) as Instance }];
  const [, kind, name] = JSON.parse(key) as [string, string, string];
  return [{ gone: { kind, key: name } }];
}

/** Looks follow each other at once; patience ends only when a test says so. */
export class TestTime {
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

export interface Served extends AsyncDisposable {
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
  { base, events }: Recording,
  options: Partial<VirtualOptions> = {},
  watch: ClientWatch = {},
): Promise<Served> {
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
      for (const event of events) {
        for (const change of event.changes) {
          if ('gone' in change) system.remove(change.gone);
          else system.put(change.instance);
        }
        if (system.isPushed(event) && event.truncated !== true) await system.push(event);
      }
    },
    [Symbol.asyncDispose]: () => system.stop(),
  };
}
