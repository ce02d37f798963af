import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { batchOf } from '../../../../../src/core/journal/recorder.ts';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { JournalEvent } from '../../../../../src/core/journal/store/records.ts';
import type { Pipeline } from '../../../../../src/core/journal/pipeline.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { openDelivery, type Destination } from '../../../../../src/core/playback/delivery.ts';
import { Emitter } from '../../../../../src/core/playback/emitter.ts';
import { parseTarget } from '../../../../../src/core/playback/parseTarget.ts';
import type { PlaySpeed } from '../../../../../src/core/playback/player.ts';
import { gatherNames } from '../../../../../src/core/playback/recording/anonymise.ts';
import { headerOfQuery } from '../../../../../src/core/playback/recording/recordingHeader.ts';
import { exportEvents, pagesOf } from '../../../../../src/core/playback/recording/exportEvents.ts';
import { importRecording } from '../../../../../src/core/playback/recording/importRecording.ts';
import { recordingLine } from '../../../../../src/core/playback/recording/recordingLines.ts';
import { itemsOfEvents, type ReplayItem } from '../../../../../src/core/playback/replayItem.ts';
import { ReplayRun } from '../../../../../src/core/playback/replayRun.ts';
import { socatListening } from '../../../../harness/socat.ts';
import { allSystems, core, kgsmEvent, noSecrets, realClock, systems } from '../../helpers.ts';
import { openTestStore } from '../../journal/store/helpers.ts';

export const never = new AbortController().signal;
const has = (program: string, option: string): boolean => spawnSync(program, [option]).error === undefined;
export const noSocat = !has('socat', '-V');
export const noOpenSsl = !has('openssl', 'version');
export const noPython = !has('python3', '--version');
export function shortFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gsr-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Records all that a pipeline commits from now on. */
export async function record(pipeline: Pipeline): Promise<{ stop(): Promise<JournalStore> }> {
  const store = await openTestStore();
  const written: Promise<unknown>[] = [];
  const stop = pipeline.subscribe('recording', (change) => {
    const batch = batchOf(change);
    if (batch.events.length > 0) written.push(store.append(batch));
  });
  return {
    async stop() {
      pipeline.flush();
      stop();
      await Promise.all(written);
      return store;
    },
  };
}

async function allOf(store: JournalStore): Promise<readonly JournalEvent[]> {
  const events: JournalEvent[] = [];
  for await (const page of pagesOf(await store.query(''), Infinity)) events.push(...page);
  return events;
}

/** Exports a journal into a file, opens the file, and gives the messages of it that are replayed. */
export async function exportedAndOpened(store: JournalStore): Promise<readonly ReplayItem[]> {
  const path = join(shortFolder(), 'night.gsops.ndjson.gz');
  await exportEvents({
    path,
    gzip: true,
    head: '{"gameServerOpsRecording":1}',
    pages: pagesOf(await store.query(''), Infinity),
    lineOf: recordingLine,
    lineEnd: '\n',
    signal: never,
    onProgress: () => undefined,
  });
  const opened = await openTestStore();
  const state = await importRecording({
    content: createReadStream(path),
    store: opened,
    plainSystem: 'kgsm',
    name: 'night',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: never,
    onProgress: () => undefined,
  });
  expect(state).toMatchObject({ problems: 0, done: true });
  return itemsOfEvents(await allOf(opened));
}

/** Texts of the pushed messages as they stand in the journal. */
export async function pushedIn(store: JournalStore): Promise<readonly string[]> {
  return (await allOf(store)).filter(({ channel }) => channel === 'push').map(({ raw }) => raw);
}

function destination(written: string): Destination {
  const read = parseTarget(written, allSystems);
  if ('problem' in read) throw new Error(english(read.problem));
  if ('receiver' in read) return { label: read.receiver, address: read.receiver };
  const { system, address } = read;
  return { label: address, address, system, target: { system, address, secret: noSecrets() } };
}

/** Names of the source in its events that an anonymous export of it still holds. */
export async function namesLeftIn(store: JournalStore): Promise<readonly string[]> {
  const path = join(shortFolder(), 'anonymous.gsops.ndjson');
  const handle = await store.query('');
  const pages = (): ReturnType<typeof pagesOf> => pagesOf(handle, Infinity);
  const header = await headerOfQuery(
    { store, name: '', software: '', connections: [], nameOf: (id) => `Name of ${id}` },
    '',
    handle,
  );
  if (!header) throw new Error('there are events');
  const anonymiser = await gatherNames((id) => systems.get(id), header, pages(), never);
  await exportEvents({
    path,
    gzip: false,
    head: JSON.stringify(anonymiser.header(header)),
    pages: pages(),
    lineOf: (event) => recordingLine(anonymiser.event(event)),
    lineEnd: '\n',
    signal: never,
    onProgress: () => undefined,
  });
  const text = readFileSync(path, 'utf8').toLowerCase();
  const names = new Set<string>();
  for (const { subject, connection, raw } of await allOf(store)) {
    names.add(connection).add(`Name of ${connection}`);
    if (subject) names.add(subject.key).add(subject.name ?? subject.key);
    const people =
      /"(?:PlayerName|PlayerAddr|Hostname|username|player_name|hostname|uuid|xuid|client_id|sender)": ?"([^"]+)"/g;
    for (const [, name = ''] of raw.matchAll(people)) names.add(name);
  }
  expect(names.size).toBeGreaterThan(3);
  // Words of the protocols themselves, and the key of every NAS.
  const words = new Set(['host', ...systems.ids]);
  return [...names].filter((name) => {
    if (words.has(name)) return false;
    const escaped = name.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(name.length < 4 ? `\\b${escaped}\\b` : escaped).test(text);
  });
}

/** A replay into targets as they are typed, not started. */
export function replayInto(
  items: readonly ReplayItem[],
  targets: readonly string[],
  options: { readonly speed?: PlaySpeed; readonly stopOnFailure?: boolean } = {},
): ReplayRun {
  const { pipeline } = core();
  const emitter = new Emitter({ pipeline, clock: realClock, host: 'h', newId: () => 'id' });
  const delivery = openDelivery({
    destinations: targets.map(destination),
    emit: (request) => emitter.emit(request),
    systemOf: (id) => systems.get(id),
    clock: realClock,
  });
  const run = new ReplayRun({
    name: 'night',
    where: targets.join(),
    items,
    target: {
      signal: never,
      deliver: async (item, signal) => {
        await delivery.send(item, signal);
        return true;
      },
    },
    speed: 'max',
    clock: realClock,
    ...options,
  });
  onTestFinished(async () => {
    run.take({ wish: 'end' });
    await delivery.close();
  });
  return run;
}

export async function replayed(run: ReplayRun): Promise<ReplayRun> {
  run.take({ wish: 'play' });
  await run.finished();
  return run;
}

export function started(program: string, ...args: string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  endedWithTest(child);
  return child;
}

function endedWithTest(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
}

/** Output of a program, and a wait until it is as wanted. */
export function heard(child: ChildProcess): {
  readonly text: () => string;
  until(wanted: (text: string) => boolean): Promise<string>;
} {
  let text = '';
  let look = (): void => undefined;
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    look();
  });
  const utf8 = (): string => Buffer.from(text, 'latin1').toString('utf8');
  return {
    text: utf8,
    until: (wanted) =>
      new Promise((resolve) => {
        look = () => {
          if (wanted(utf8())) resolve(utf8());
        };
        look();
      }),
  };
}

/** A listener of somebody else: each connection is copied behind the one before. */
export async function socat(path: string): Promise<ReturnType<typeof heard>> {
  const child = await socatListening(path, 'STDOUT');
  endedWithTest(child);
  return heard(child);
}

export interface PlainServer {
  readonly url: string;
  readonly texts: string[];
  readonly sockets: WebSocket[];
}

export async function plainServer(
  onMessage: (server: PlainServer, socket: WebSocket) => void = () => undefined,
): Promise<PlainServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const made: PlainServer = { url: `ws://127.0.0.1:${port}/`, texts: [], sockets: [] };
  server.on('connection', (socket) => {
    made.sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      made.texts.push(data.toString('utf8'));
      onMessage(made, socket);
    });
  });
  onTestFinished(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return made;
}

/** Events with a gap of so many milliseconds. */
export function events(count: number, gapMs: number): ReplayItem[] {
  return Array.from({ length: count }, (_, n) => ({
    at: n * gapMs,
    bytes: Buffer.from(kgsmEvent('instance_version_updated', 'mc', { NewVersion: String(n) })),
    system: 'kgsm',
    connection: 'home',
  }));
}

export const textOf = (items: readonly ReplayItem[]): string =>
  items.map(({ bytes }) => `${Buffer.from(bytes).toString()}\n`).join('');
