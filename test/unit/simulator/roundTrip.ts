import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { instancesOf, type Fleet } from '../../../src/core/model/fleet.ts';
import { instanceId, type Instance } from '../../../src/core/model/instance.ts';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import { english } from '../../../src/core/model/text.ts';
import { recordingLine } from '../../../src/core/playback/recording/recordingLines.ts';
import {
  isUnasked,
  type ServedChange,
  type ServedEvent,
  type ServedInstance,
} from '../../../src/core/playback/serving/servedEvents.ts';
import { writeServedFiles } from '../../../src/core/playback/serving/writeServedFiles.ts';
import { Clients, type ClientsOptions } from '../../../src/simulator/virtual/clients.ts';
import { ServedFile } from '../../../src/simulator/virtual/servedFile.ts';
import { VirtualPlayer } from '../../../src/simulator/virtual/virtualPlayer.ts';
import type {
  OpenVirtualSystem,
  VirtualOptions,
  VirtualSystem,
} from '../../../src/simulator/virtual/virtualSystem.ts';
import { ManualClock, systems } from '../core/helpers.ts';
import { launch, temporaryFolder } from './kgsmRoot.ts';

/** A recording as the process of a virtual server gets it. */
export interface Recording extends AsyncDisposable {
  readonly file: ServedFile;
  events(): Promise<readonly ServedEvent[]>;
}

/** Writes events as a recording, and reads it as for a virtual server. */
export async function recordingOf(
  events: readonly Omit<OpsEvent, 'timeline'>[],
  system: string,
): Promise<Recording> {
  const folder = temporaryFolder();
  const lines = events.map((event, index) =>
    recordingLine({ ...event, source: event.connection, seq: index + 1 }),
  );
  const { parts } = await writeServedFiles(folder.path, {
    content: Readable.from([Buffer.from(['{"gameServerOpsRecording":1}', ...lines].join('\n'))]),
    plainSystem: system,
    name: 'night',
    loadSystem: (id) => systems.load(id),
    decoderOf: (id) => systems.get(id)?.decoder,
    signal: new AbortController().signal,
  });
  const [part, ...more] = parts;
  if (!part || more.length > 0) throw new Error(`The recording has ${parts.length} connections.`);
  return opened(part.file, folder);
}

/** Events and instances of a recording, as a virtual server gets them. */
export interface Served {
  readonly events: readonly ServedEvent[];
  readonly base: readonly ServedInstance[];
}

/** Writes events as a recording, and reads all of it as for a virtual server. */
export async function servedOf(
  events: readonly Omit<OpsEvent, 'timeline'>[],
  system: string,
): Promise<Served> {
  await using recording = await recordingOf(events, system);
  return { events: await recording.events(), base: recording.file.base };
}

/** The same of a recording without an event. */
export const noEvents: Served = { events: [], base: [] };

/** A message that was pushed. */
export function pushed(text: string, changes: readonly ServedChange[] = []): ServedEvent {
  return { type: '', channel: 'push', direction: 'in', at: 0, bytes: Buffer.from(text), changes };
}

/** Clients of which one that does not read is dropped after a number of turns, not of seconds. */
export function impatient(went: NonNullable<ClientsOptions['went']>): ClientsOptions {
  return {
    heldAboveBytes: 100_000,
    patienceMs: 20_000,
    wait: () => new Promise((resolve) => setImmediate(resolve)),
    went,
  };
}

/** A recording without an event. */
export async function nothing(): Promise<Recording> {
  const folder = temporaryFolder();
  const path = join(folder.path, 'nothing.ndjson');
  writeFileSync(path, '');
  return opened(path, folder);
}

async function opened(path: string, folder: Disposable): Promise<Recording> {
  const file = await ServedFile.open(path);
  return {
    file,
    async events() {
      const all: ServedEvent[] = [];
      while (all.length < file.length) all.push(...(await file.page(all.length, 500)));
      return all;
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      folder[Symbol.dispose]();
    },
  };
}

export interface Virtual extends AsyncDisposable {
  readonly system: VirtualSystem;
  readonly clients: Clients;
  /** Plays the recording as fast as clients read it. Resolves at its end. */
  play(): Promise<void>;
}

/** Serves a recording in this process. */
export async function serve(
  open: OpenVirtualSystem,
  { file }: Recording,
  options: Partial<VirtualOptions> = {},
  watch: ClientsOptions = {},
): Promise<Virtual> {
  const base = temporaryFolder();
  const folder = join(base.path, 'server');
  mkdirSync(folder);
  const clients = new Clients(watch);
  const { first, base: instances } = file;
  const system = await open({ folder, launch, clients, first, base: instances, ...options });
  const over = new AbortController();
  const player = new VirtualPlayer({
    ...{ file, system, clients, clock: new ManualClock(), signal: over.signal, speed: 'max', rounds: 1 },
  });
  return {
    system,
    clients,
    async play() {
      player.play();
      await player.settled();
      const { state, failed } = player.place;
      if (state !== 'done' || failed > 0) throw new Error(`${state}, ${failed} events failed`);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await system.stop();
      await player.settled();
      base[Symbol.dispose]();
    },
  };
}

/** Messages that came unasked: type and exact text. */
export function pushesOf(
  events: readonly Pick<OpsEvent, 'channel' | 'direction' | 'type' | 'raw'>[],
): string[] {
  return events.filter(isUnasked).map(({ type, raw }) => `${type} ${raw}`);
}

export interface Shown {
  readonly instances: readonly (Omit<Instance, 'lastEventAt' | 'since' | 'detail'> & {
    readonly id: string;
  })[];
  /** Title, state and percent of each. */
  readonly tasks: readonly string[];
}

/** Instances and tasks as the tree shows them of a connection, without the times. */
export function fleetOf(fleet: Fleet, connection: string): Shown {
  return {
    instances: instancesOf(fleet, connection)
      .map(({ lastEventAt, since, detail, ...instance }) => ({ ...instance, id: instanceId(instance) }))
      .sort((a, b) => a.id.localeCompare(b.id)),
    tasks: [...fleet.tasks.values()]
      .map(({ title, state, percent }) => `${english(title)} ${state} ${String(percent)}`)
      .sort(),
  };
}
