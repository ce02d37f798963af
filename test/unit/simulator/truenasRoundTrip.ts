import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import type { ServedEvent } from '../../../src/core/playback/serving/servedEvents.ts';
import { Clients, type ClientsOptions } from '../../../src/simulator/virtual/clients.ts';
import { openVirtualTrueNas } from '../../../src/simulator/virtual/truenas.ts';
import { serveEvent } from '../../../src/simulator/virtual/virtualPlayer.ts';
import type { VirtualSystem } from '../../../src/simulator/virtual/virtualSystem.ts';
import type { Opened } from '../core/systems/truenas/rig.ts';
import { servedOf, type Served } from './roundTrip.ts';
import { Client, type Protocol } from './truenasServer.ts';

/** Writes events as a recording, reads that, and folds it. */
export function served(events: readonly OpsEvent[]): Promise<Served> {
  return servedOf(events, 'truenas');
}

export interface Virtual extends AsyncDisposable {
  readonly system: VirtualSystem;
  readonly clients: Clients;
  readonly settings: { readonly url: string; readonly username: string } & Readonly<Record<string, unknown>>;
  readonly password: string;
  /** Gives it these events as a player does, without the pauses. */
  readonly play: (events: readonly ServedEvent[]) => Promise<void>;
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
      for (const event of all) if (await serveEvent(system, event)) await clients.pace(signal);
    },
    [Symbol.asyncDispose]: () => system.stop(),
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
