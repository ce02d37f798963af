import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch } from '../../../src/core/journal/store/records.ts';
import type { Instance, InstanceKey } from '../../../src/core/model/instance.ts';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import { english } from '../../../src/core/model/text.ts';
import { importRecording } from '../../../src/core/playback/recording/importRecording.ts';
import { recordingLine } from '../../../src/core/playback/recording/recordingLines.ts';
import type {
  ServedChange,
  ServedEvent,
  ServedInstance,
} from '../../../src/core/playback/serving/servedEvents.ts';
import { Clients, type ClientsOptions } from '../../../src/simulator/virtual/clients.ts';
import { openVirtualTrueNas } from '../../../src/simulator/virtual/truenas.ts';
import type { VirtualSystem } from '../../../src/simulator/virtual/virtualSystem.ts';
import { systems } from '../core/helpers.ts';
import type { Opened } from '../core/systems/truenas/rig.ts';
import { Client, type Protocol } from './truenasServer.ts';

/** A recording as a virtual server gets it. */
export interface Served {
  readonly events: readonly ServedEvent[];
  readonly base: readonly ServedInstance[];
}

/** Writes events as a recording, reads that, and folds it. */
export async function served(events: readonly OpsEvent[]): Promise<Served> {
  const lines = events.map(({ timeline, ...event }, seq) =>
    recordingLine({ ...event, seq, source: event.connection }),
  );
  const batches: Batch[] = [];
  await importRecording({
    content: Readable.from([Buffer.from(['{"gameServerOpsRecording":1}', ...lines].join('\n'))]),
    store: {
      waitingBytes: 0,
      append(batch) {
        batches.push(batch);
        return Promise.resolve({ seqs: [], head: 0 } as never);
      },
    },
    plainSystem: 'truenas',
    name: 'file',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const found: (ServedEvent & { readonly changes: ServedChange[] })[] = [];
  for (const { events: part, changes = [] } of batches) {
    const at = found.length;
    for (const { type, channel, direction, receivedAt, raw, truncated } of part)
      found.push({
        type,
        channel,
        direction,
        at: receivedAt,
        bytes: Buffer.from(raw),
        truncated,
        changes: [],
      });
    for (const { what, key, state, after = part.length } of changes) {
      if (what === 'instance') found[at + after - 1]?.changes.push(changeOf(key, state));
    }
  }
  const firstPushed = found.findIndex(({ channel }) => ['push', 'metric', 'log'].includes(channel));
  const known = new Map<string, ServedInstance>();
  for (const change of found.slice(0, firstPushed).flatMap(({ changes }) => changes)) {
    if ('gone' in change) known.delete(idOf(change.gone));
    else known.set(idOf(change.instance), change.instance);
  }
  return { events: found, base: [...known.values()] };
}

function changeOf(id: string, state: string | null): ServedChange {
  if (state === null) {
    const [, kind = '', key = ''] = JSON.parse(id) as readonly string[];
    return { gone: { kind, key } };
  }
  return { instance: servedInstance(JSON.parse(state) as Instance) };
}

function servedInstance(instance: Instance): ServedInstance {
  const { kind, key, name, state, game, version, latestVersion } = instance;
  return {
    ...{ kind, key, name, state },
    ...(game === undefined ? {} : { game }),
    ...(version === undefined ? {} : { version }),
    ...(latestVersion === undefined ? {} : { latestVersion }),
  };
}

function idOf({ kind, key }: InstanceKey): string {
  return JSON.stringify([kind, key]);
}

export interface Virtual extends AsyncDisposable {
  readonly system: VirtualSystem;
  readonly clients: Clients;
  readonly settings: { readonly url: string; readonly username: string } & Readonly<Record<string, unknown>>;
  readonly password: string;
  /** Gives it these events as a player does, without the pauses. */
  play(events: readonly ServedEvent[]): Promise<void>;
}

/** A message of the NAS as it was recorded. */
export function message(text: string, changes: readonly ServedChange[] = []): ServedEvent {
  return { type: '', channel: 'push', direction: 'in', at: 0, bytes: Buffer.from(text), changes };
}

/** Opens a virtual server whose jobs and refusals take no time. */
export async function openVirtual(
  { events, base }: Served,
  options: Partial<Parameters<typeof openVirtualTrueNas>[0]> = {},
  watch: ClientsOptions = {},
): Promise<Virtual> {
  const clients = new Clients(watch);
  const system = await openVirtualTrueNas({
    folder: '',
    launch: { execPath: '', main: '' } as never,
    clients,
    first: events.slice(0, 1000),
    base,
    async wait(_, signal) {
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      signal.throwIfAborted();
    },
    ...options,
  });
  const signal = new AbortController().signal;
  return {
    system,
    clients,
    settings: system.settings as unknown as Virtual['settings'],
    password: system.password ?? '',
    async play(all) {
      for (const event of all) {
        for (const change of event.changes)
          if ('gone' in change) system.remove(change.gone);
          else system.put(change.instance);
        if (system.isPushed(event) && event.truncated !== true) await system.push(event);
        await clients.pace(signal);
      }
    },
    [Symbol.asyncDispose]: () => system.stop(),
  };
}

/** Messages that came unasked: type and exact text. */
export function pushesOf(
  events: readonly Pick<OpsEvent, 'channel' | 'direction' | 'type' | 'raw'>[],
): string[] {
  return events
    .filter(({ channel, direction }) => direction === 'in' && ['push', 'metric', 'log'].includes(channel))
    .map(({ type, raw }) => `${type} ${raw}`);
}

/** All that the tree shows of a connection. */
export function fleetOf(opened: Opened): { readonly instances: unknown[]; readonly tasks: unknown[] } {
  const fleet = opened.pipeline.fleet();
  return {
    instances: instancesOf(fleet, 'nas')
      .map(servedInstance)
      .sort((a, b) => idOf(a).localeCompare(idOf(b))),
    tasks: [...fleet.tasks.values()]
      .map(({ title, state, percent }) => `${english(title)} ${state} ${String(percent)}`)
      .sort(),
  };
}

/** Resolves when all that was said before has come: the answer to a question comes after it. */
export async function caughtUp(opened: Opened): Promise<void> {
  await opened.conversation().call('core.ping', [], new AbortController().signal);
  opened.pipeline.flush();
}

/** A program of others that signs in. */
export async function enter(virtual: Virtual, protocol: Protocol): Promise<Client> {
  const client = await Client.open(virtual.settings, protocol);
  await client.connect();
  const answer = await client.call('auth.login', 'root', virtual.password);
  if (answer !== true) throw new Error(`not signed in: ${JSON.stringify(answer)}`);
  return client;
}

/** A recording without an event. */
export const nothing: Served = { events: [], base: [] };
