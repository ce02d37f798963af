import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { oneLine, text, unstopped, type Text } from '../../model/text.ts';
import { redactionMark, redactShown } from '../../systems/redaction.ts';
import type { SystemRegistry } from '../../systems/registry.ts';
import type { PlaySpeed } from '../player.ts';
import { SimulatorProcess, type SimulatedSystem, type SimulatorOptions } from './simulatorProcess.ts';
import type { VirtualMessage, VirtualPlace, VirtualWish } from './virtualMessages.ts';
import { writeServedFiles, type ServedPart } from './writeServedFiles.ts';

export interface VirtualServerOptions extends Pick<
  SimulatorOptions,
  'program' | 'node' | 'notes' | 'temporary' | 'pid' | 'env'
> {
  /** File of the recording; without one the server has the events of the demo. */
  readonly recording?: string;
  /** Kind of the system to be, and the connection of the recording, where it has several of that system. */
  readonly system: string;
  readonly connection?: string;
  readonly registry: SystemRegistry;
  readonly clock: Clock;
  /** Gives the start up. */
  readonly signal: AbortSignal;
  /** Address to listen at: this machine alone reaches it by default, at any port that is free. */
  readonly host?: string;
  readonly port?: number;
  /** Socket or address that gets KGSM's events in place of the socket in its root. */
  readonly socket?: string;
  readonly webhook?: string;
  readonly protocolVersion?: string;
  readonly speed?: PlaySpeed;
  /** Rounds in all; one by default. */
  readonly rounds?: number;
}

export interface VirtualClient {
  readonly id: number;
  readonly name: string;
  readonly state: 'connected' | 'ready';
  /** Number of its messages. */
  readonly sent: number;
}

/** A message of a client, its secrets cut out. */
export interface ClientWords {
  readonly at: number;
  readonly client: string;
  readonly text: string;
}

/** Reading a long recording takes a while, in that process once more. */
const startWithinMs = 120_000;
/** Messages of clients that are remembered. */
const maxSent = 1000;
/** Listeners hear of changes at most this often. */
const tellEveryMs = 250;

/**
 * A system simulated in a process of its own, which pushes what a recording has and answers all calls by itself. However this
 * process ends, that one ends too and removes its folder.
 */
export class VirtualServer {
  readonly system: string;
  /** An entry of the connections setting that leads to it, without id and name. */
  readonly settings: SimulatedSystem['settings'];
  readonly password: string | undefined;
  /** Parts of the recording that clients do not get, in words. */
  readonly problems: readonly Text[];
  /** Resolves when the process is gone; with its last words where nobody stopped it. */
  readonly ended: Promise<Text | undefined>;
  readonly #process: SimulatorProcess;
  readonly #clock: Clock;
  readonly #redact: (text: string) => string;
  readonly #clients = new Map<number, VirtualClient>();
  readonly #sent: ClientWords[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #messageListeners = new Set<(message: VirtualMessage) => void>();
  #place: VirtualPlace;
  #cancelTell: (() => void) | undefined;
  #isStopping = false;

  private constructor(simulator: SimulatorProcess, first: SimulatedSystem, prepared: Prepared) {
    this.#process = simulator;
    this.settings = first.settings;
    this.password = first.password;
    this.system = prepared.system;
    this.problems = prepared.problems;
    this.#clock = prepared.clock;
    this.#redact = (said) => {
      const known = first.password === undefined ? said : said.replaceAll(first.password, redactionMark);
      return prepared.redact(known);
    };
    this.#place = {
      state: 'waiting',
      position: 0,
      length: prepared.events,
      speed: prepared.speed,
      failed: 0,
    };
    this.ended = simulator.ended.then((words) => {
      if (this.#isStopping) return undefined;
      this.#tellSoon();
      const last = unstopped(oneLine(words.trim().split('\n').at(-1) ?? ''));
      return last === ''
        ? text('The virtual server ended by itself.')
        : text('The virtual server ended by itself: {0}.', last);
    });
  }

  /** Reads the recording and opens the server. Rejects with words for people where that cannot be, and leaves nothing then. */
  static async start(options: VirtualServerOptions): Promise<VirtualServer> {
    const { program, node, notes, temporary, pid, env, signal, clock, speed = 1 } = options;
    let prepared: Prepared | undefined;
    const simulator = await SimulatorProcess.start({
      ...{ program, node, temporary, pid, env, signal, startWithinMs, count: 1 },
      ...(notes === undefined ? {} : { notes }),
      args: async (folder) => {
        const decoder = (await options.registry.load(options.system))?.decoder;
        const { part, problems } = await prepare(folder, options);
        prepared = {
          ...{ clock, speed, problems, system: options.system, events: part?.events ?? 0 },
          redact: (said) => redactShown(decoder?.redact(said).text ?? said),
        };
        return argumentsFor(folder, part?.file, options);
      },
    });
    const [first] = simulator.systems;
    if (!first || !prepared) throw new Error('The virtual server told no address.');
    const server = new VirtualServer(simulator, first, prepared);
    simulator.listen((line) => server.#take(line));
    return server;
  }

  get clients(): readonly VirtualClient[] {
    return [...this.#clients.values()];
  }

  /** The newest messages of clients. */
  get sent(): readonly ClientWords[] {
    return this.#sent;
  }

  get place(): VirtualPlace {
    return this.#place;
  }

  /** Calls back a few times a second at most. The answer removes the listener. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back with each message, secrets cut out. The answer removes the listener. */
  onMessage(listener: (message: VirtualMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  take(wish: VirtualWish): void {
    this.#process.say(JSON.stringify(wish));
  }

  /** Ends the server, its connections and its process, and removes its files. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#cancelTell?.();
    this.#listeners.clear();
    await this.#process.end();
  }

  #take(line: string): void {
    let message: VirtualMessage;
    try {
      message = JSON.parse(line) as VirtualMessage;
    } catch {
      return;
    }
    if ('said' in message) {
      message = { said: { ...message.said, text: this.#redact(message.said.text) } };
    }
    this.#note(message);
    for (const listener of this.#messageListeners) listener(message);
    this.#tellSoon();
  }

  #note(message: VirtualMessage): void {
    if ('place' in message) this.#place = message.place;
    if ('client' in message) {
      const { id, name, state } = message.client;
      if (state === 'left' || state === 'slow') this.#clients.delete(id);
      else this.#clients.set(id, { sent: 0, ...this.#clients.get(id), id, name, state });
    }
    if ('said' in message) {
      const client = this.#clients.get(message.said.client);
      if (client) this.#clients.set(client.id, { ...client, sent: client.sent + 1 });
      const { name, text: said } = message.said;
      this.#sent.push({ at: this.#clock.now(), client: name, text: said });
      if (this.#sent.length > maxSent) this.#sent.shift();
    }
  }

  #tellSoon(): void {
    this.#cancelTell ??= this.#clock.after(tellEveryMs, () => {
      this.#cancelTell = undefined;
      for (const listener of this.#listeners) listener();
    });
  }
}

interface Prepared {
  readonly system: string;
  readonly events: number;
  readonly problems: readonly Text[];
  readonly clock: Clock;
  readonly speed: PlaySpeed;
  readonly redact: (text: string) => string;
}

/** Writes the files of a recording into a folder, and chooses one of them. */
async function prepare(
  folder: string,
  { recording, system, connection, registry, signal }: VirtualServerOptions,
): Promise<{ readonly part?: ServedPart; readonly problems: readonly Text[] }> {
  if (recording === undefined) return { problems: [] };
  if (!(await stat(recording)).isFile()) throw new Error(`${recording} is no file.`);
  const files = join(folder, 'recording');
  await mkdir(files);
  const name = basename(recording);
  const written = await writeServedFiles(files, {
    ...{ content: createReadStream(recording), plainSystem: system, name, signal },
    loadSystem: (id) => registry.load(id),
    decoderOf: (id) => registry.get(id)?.decoder,
  });
  signal.throwIfAborted();
  const part = partOf(written.parts, name, system, connection);
  const problems: Text[] = [];
  const [first] = written.firstProblems;
  if (written.cut) problems.push(written.cut);
  if (first) problems.push(text('{0} lines hold no event and are left out: {1}', written.problems, first));
  if (part.truncated > 0)
    problems.push(
      text('{0} messages are not sent: they were cut off when they were recorded.', part.truncated),
    );
  if (part.redacted > 0)
    problems.push(
      text('{0} messages are sent without the secrets that were cut out of them.', part.redacted),
    );
  return { part, problems };
}

function partOf(
  parts: readonly ServedPart[],
  name: string,
  system: string,
  connection: string | undefined,
): ServedPart {
  const ofSystem = parts.filter((part) => part.system === system);
  const fitting = ofSystem.filter((part) => connection === undefined || part.connection === connection);
  const [part, ...more] = fitting;
  if (!part) {
    const there = (ofSystem.length > 0 ? ofSystem : parts)
      .map((one) => `${one.connection} (${one.system})`)
      .join(', ');
    throw new Error(
      there === ''
        ? `${name} holds no event.`
        : `${name} has no events of ${connection ?? system}; there is: ${oneLine(there)}.`,
    );
  }
  if (more.length > 0)
    throw new Error(
      `${name} has several connections of ${system}; name one: ${oneLine(fitting.map((one) => one.connection).join(', '))}.`,
    );
  if (part.pushes === 0) throw new Error(`${name} has no message that ${part.connection} sent unasked.`);
  return part;
}

function argumentsFor(
  folder: string,
  recording: string | undefined,
  options: VirtualServerOptions,
): readonly string[] {
  const { system, host, port, socket, webhook, protocolVersion, speed, rounds } = options;
  const given = {
    ...{ as: system, root: folder, recording, host, port, socket },
    ...{ 'webhook-url': webhook, 'protocol-version': protocolVersion, speed, rounds },
  };
  return [
    'serve',
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}=${String(value)}`],
    ),
  ];
}
