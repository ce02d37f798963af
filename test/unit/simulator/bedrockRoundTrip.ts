import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import type {
  ServedChange,
  ServedEvent,
  ServedInstance,
} from '../../../src/core/playback/serving/servedEvents.ts';
import type { Release } from '../../../src/simulator/bedrock/releases.ts';
import { openVirtualBedrock } from '../../../src/simulator/virtual/bedrock.ts';
import { Clients, type ClientsOptions } from '../../../src/simulator/virtual/clients.ts';
import { serveEvent } from '../../../src/simulator/virtual/virtualPlayer.ts';
import type { VirtualSystem } from '../../../src/simulator/virtual/virtualSystem.ts';
import { ManualClock } from '../core/helpers.ts';
import { open, ready, type Opened } from '../core/systems/bedrock/rig.ts';
import { ask, enter, noTime, startBedrock, type Answer, type Listener, type Rig } from './bedrockServer.ts';
import { fleetOf, pushed, type Served, type Shown } from './roundTrip.ts';

export const releases = ['3.7', '3.8', '3.9', '3.10'] as const;

interface Recorded {
  readonly events: readonly OpsEvent[];
  readonly fleet: Shown;
}

/** An evening of a manager as our own connection heard it: servers start, stop, crash, come and go, and a task goes on at its end. */
export async function recordEvening(protocolVersion: Release): Promise<Recorded> {
  await using rig = await startBedrock({
    protocolVersion,
    servers: [
      { name: 'alpha', running: true, players: [{ name: 'Alex', uuid: '1' }] },
      { name: 'beta', status: 'STOPPED' },
      { name: 'gamma', running: true },
      { name: 'old', status: 'ERROR' },
    ],
    latestVersion: '1.21.120.4',
  });
  const clock = new ManualClock();
  await using opened = open(rig.server.url, { secrets: { password: 'secret' }, options: { clock } });
  await ready(opened);
  await watch(opened, 'alpha');
  await live(rig);
  await caughtUp(opened);
  return { events: [...opened.events()], fleet: fleetOf(opened.pipeline.fleet(), 'mc') };
}

/** Measures these servers, as a connection does whose tree shows them. */
export async function watch(opened: Opened, ...names: readonly string[]): Promise<void> {
  opened.conversation().watch?.(names.map((key) => ({ kind: 'instance', key })));
  const topics = names.map((name) => `Subscribed to topic 'resource-monitor:${name}'`);
  await opened.until(() => topics.every((topic) => opened.events().some(({ raw }) => raw.includes(topic))));
}

async function live(rig: Rig): Promise<void> {
  const { server } = rig;
  const [alex, efe] = [
    { name: 'Alex', uuid: '1' },
    { name: 'Efe', uuid: '2' },
  ];
  const act = async (method: string, path: string, body?: object): Promise<void> => {
    await end(rig, (await rig.ask(method, path, body)).body);
  };
  server.sample();
  await act('POST', '/api/server/beta/start');
  server.setPlayers('alpha', [alex, efe]);
  server.setPlayers('beta', [efe]);
  await server.poll();
  server.sample();
  await act('POST', '/api/server/alpha/backup/action', { backup_type: 'world' });
  server.setPlayers('alpha', [alex, efe]);
  await server.poll();
  server.sample();
  server.crash('beta');
  server.crash('alpha');
  await server.poll();
  server.sample();
  server.setPlayers('alpha', [alex, efe]);
  await server.poll();
  // The server runs already: a failure.
  await act('POST', '/api/server/gamma/start');
  await act('POST', '/api/server/gamma/stop');
  await act('DELETE', '/api/server/old/delete');
  await act('POST', '/api/server/install', { server_name: 'delta' });
  await act('POST', '/api/server/delta/restart');
  await server.runTask('admin', () => new Promise(() => undefined));
}

interface Asked {
  readonly ask: (method: string, path: string) => Promise<Answer>;
}

/** Waits for the end of a task by asking; answers it. */
export async function end({ ask }: Asked, begun: unknown): Promise<unknown> {
  const { task_id: id } = begun as { readonly task_id?: string | null };
  if (typeof id !== 'string') return undefined;
  for (;;) {
    const { body } = await ask('GET', `/api/tasks/status/${id}`);
    if ((body as { readonly status: string }).status !== 'in_progress') return body;
    await nextTurn();
  }
}

/** Resolves when all that was said before has come: the answer to a request comes after it. */
export async function caughtUp(opened: Opened): Promise<void> {
  await opened.conversation().subscribe('event:nobody sends this');
  await opened.conversation().unsubscribe('event:nobody sends this');
  opened.pipeline.flush();
}

export interface Virtual extends AsyncDisposable {
  readonly system: VirtualSystem;
  readonly clients: Clients;
  readonly url: string;
  readonly password: string;
  /** Asks it as its user, who signs in for that. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A program of others that signs in and subscribes. */
  enter(...topics: readonly string[]): Promise<Listener>;
  /** Gives it these events as a player does, without the pauses. */
  play(events: readonly ServedEvent[]): Promise<void>;
}

/** Opens a virtual server in which nothing takes time. */
export async function openVirtual(
  { events, base }: Served,
  options: Partial<Parameters<typeof openVirtualBedrock>[0]> = {},
  watching: ClientsOptions = {},
): Promise<Virtual> {
  const clients = new Clients(watching);
  const system = await openVirtualBedrock({
    folder: '',
    launch: { execPath: '', main: '' } as never,
    clients,
    first: events.slice(0, 1000),
    base,
    timing: noTime,
    async wait(_, signal) {
      await nextTurn();
      signal.throwIfAborted();
    },
    ...options,
  });
  const { url } = system.settings as unknown as { readonly url: string };
  const { password = '' } = system;
  const listeners: Listener[] = [];
  let token: string | undefined;
  const signedIn = async (): Promise<string> => (token ??= await signIn({ url }, password));
  const { signal } = new AbortController();
  return {
    ...{ system, clients, url, password },
    ask: async (method, path, body) => ask({ url }, method, path, body, await signedIn()),
    async enter(...topics) {
      const { body } = await ask({ url }, 'GET', '/api/info');
      const { app_version: version } = (body as { readonly info: { readonly app_version: string } }).info;
      const listener = await enter({ url }, version.replace(/\.\d+$/, ''), await signedIn());
      listeners.push(listener);
      await listener.subscribe(...topics);
      return listener;
    },
    async play(all) {
      for (const event of all) if (await serveEvent(system, event)) await clients.pace(signal);
    },
    async [Symbol.asyncDispose]() {
      for (const listener of listeners) listener.drop();
      await system.stop();
    },
  };
}

/** Signs in as programs do that know no release: with a form, else with JSON. */
export async function signIn(
  server: { readonly url: string },
  password: string,
  username = 'admin',
): Promise<string> {
  const credentials = { username, password };
  let answer = await ask(server, 'POST', '/auth/token', new URLSearchParams(credentials));
  if (answer.status === 422) answer = await ask(server, 'POST', '/auth/token', credentials);
  if (answer.status !== 200) throw new Error(`${String(answer.status)} ${answer.text}`);
  return (answer.body as { readonly access_token: string }).access_token;
}

/** A message of the manager as it was recorded. */
export function message(body: unknown, changes: readonly ServedChange[] = []): ServedEvent {
  return pushed(typeof body === 'string' ? body : JSON.stringify(body), changes);
}

/** An instance of a recording. */
export function minecraft(
  key: string,
  state: ServedInstance['state'],
  more: Partial<ServedInstance> = {},
): ServedInstance {
  return { kind: 'instance', key, name: key, state, ...more };
}
