import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { unixPathLimit } from '../../core/wire/unixPath.ts';
import type { InstanceKey } from '../../core/model/instance.ts';
import type { ServedEvent, ServedInstance } from '../../core/playback/serving/servedEvents.ts';
import { realWait, type Wait } from '../host.ts';
import type { RootGeneration } from '../kgsm/behaviour.ts';
import { readConfig, type ConfigValue } from '../kgsm/config.ts';
import { appendToEventFile, eventFiles } from '../kgsm/eventFiles.ts';
import { endGames, withoutGame } from '../kgsm/games.ts';
import { removeLogs } from '../kgsm/logs.ts';
import { makeRoot } from '../kgsm/root.ts';
import { InstanceStore } from '../kgsm/state.ts';
import type { Clients } from './clients.ts';
import { CallLog } from './kgsmCalls.ts';
import { generationOf, hostOf } from './kgsmGeneration.ts';
import { nativeState } from './kgsmInstances.ts';
import { lookMs, Receiver } from './kgsmReceiver.ts';
import { asOneLine, socketWay, webhookWay } from './kgsmWays.ts';
import type { OpenVirtualSystem, VirtualOptions, VirtualSystem } from './virtualSystem.ts';

/** A KGSM root whose events are those of a recording. */
export const openVirtualKgsm: OpenVirtualSystem = async (options) => {
  const protocolVersion = generationOf(options.first, options.protocolVersion);
  const root = realpathSync(options.folder);
  const target = targetOf(options, protocolVersion, root);
  const hostname = hostOf(options.first);
  makeRoot(root, {
    launch: options.launch,
    protocolVersion,
    // Real enough to be seen, short enough to be waited for.
    saveSeconds: 1,
    behaviour: hostname === undefined ? {} : { hostname },
    settings: { default_install_directory: join(root, 'servers'), ...target.config },
  });
  const system = new VirtualKgsm(root, target, options);
  for (const instance of options.base) system.put(instance);
  await system.start();
  return system;
};

/** The way of the events out of KGSM. */
export interface Target {
  readonly settings: VirtualSystem['settings'];
  /** KGSM's settings by which events of its own go there too. */
  readonly config: Readonly<Record<string, ConfigValue>>;
  /** None for the event files, which need no listener. */
  readonly to?: { readonly socket: string } | { readonly webhook: URL };
}

export function targetOf(
  { target }: Pick<VirtualOptions, 'target'>,
  protocolVersion: RootGeneration,
  root: string,
): Target {
  if (target && 'webhook' in target) return webhookTarget(target.webhook, protocolVersion, root);
  if (process.platform === 'win32')
    throw new Error('KGSM needs a shell and sockets by path, which Windows has not: serve it to a webhook.');
  if (protocolVersion === '3.16') {
    if (target) throw new Error('KGSM 3.16 writes its events into files and has no socket.');
    return { settings: { kind: 'kgsm', root }, config: {} };
  }
  const socket = resolve(target?.socket ?? join(root, 'kgsm.sock'));
  if (Buffer.byteLength(socket) > unixPathLimit())
    throw new Error(`The path of the socket is too long: ${socket}`);
  if (/[,\n]/.test(socket)) throw new Error(`KGSM takes no socket whose path has a comma: ${socket}`);
  // KGSM takes its setting for a path below the root.
  const below = relative(root, socket);
  return {
    settings: { kind: 'kgsm', root, ...(target ? { socket } : {}) },
    config: protocolVersion === '1.7' ? { EVENTS_SOCKET_FILE: below } : { event_socket_filenames: below },
    to: { socket },
  };
}

function webhookTarget(address: string, protocolVersion: RootGeneration, root: string): Target {
  const webhook = URL.parse(address);
  if (!webhook || !/^https?:$/.test(webhook.protocol)) throw new Error(`${address} is no URL of a webhook.`);
  if (protocolVersion === '1.7') throw new Error('KGSM 1.7 has no webhooks.');
  const { hostname, port, pathname } = webhook;
  return {
    settings: {
      kind: 'kgsm',
      events: 'webhook',
      webhook: {
        host: hostname.replace(/^\[(.*)\]$/, '$1'),
        port: Number(port) || (webhook.protocol === 'https:' ? 443 : 80),
        ...(pathname === '/' ? {} : { path: pathname }),
      },
      ...(process.platform === 'win32' ? {} : { root }),
    },
    config: {
      enable_webhook_events: true,
      webhook_urls: webhook.href,
      ...(protocolVersion === '2.2' ? { enable_event_broadcasting: false } : {}),
    },
    to: { webhook },
  };
}

class VirtualKgsm implements VirtualSystem {
  readonly settings: VirtualSystem['settings'];
  readonly #root: string;
  readonly #store: InstanceStore;
  readonly #calls: CallLog;
  readonly #clients: Clients;
  readonly #now: () => number;
  readonly #wait: Wait;
  readonly #stop = new AbortController();
  readonly #receiver: Receiver | undefined;
  /** Event file folder, and the one client that is taken for its reader: nobody can be seen there. */
  readonly #files: { readonly folder: string; readonly client: number } | undefined;
  #watching: Promise<void> = Promise.resolve();
  #ended: Promise<void> | undefined;

  constructor(root: string, { settings, to }: Target, options: VirtualOptions) {
    const { clients, now = Date.now, wait = realWait } = options;
    this.settings = settings;
    this.#root = root;
    this.#store = new InstanceStore(root);
    this.#calls = new CallLog(root);
    this.#clients = clients;
    this.#now = now;
    this.#wait = wait;
    const { journalDir = '' } = readConfig(root);
    if (to) {
      const way = 'socket' in to ? socketWay(to.socket) : webhookWay(to.webhook, root, now);
      this.#receiver = new Receiver(way, { clients, wait, signal: this.#stop.signal });
    } else {
      // Makes the folder: readers fail without it.
      eventFiles(journalDir);
      this.#files = { folder: journalDir, client: clients.came(journalDir) };
    }
  }

  async start(): Promise<void> {
    if (this.#files) this.#clients.ready(this.#files.client);
    await this.#look();
    this.#watching = this.#watch();
  }

  put(instance: ServedInstance): void {
    const surroundings = { installDir: join(this.#root, 'servers'), now: this.#now() };
    const state = nativeState(instance, this.#store.get(instance.key), surroundings);
    if (state) this.#store.put(state);
    else this.remove(instance);
  }

  remove({ key }: InstanceKey): void {
    const instance = this.#store.get(key);
    if (!instance) return;
    removeLogs(withoutGame(instance));
    this.#store.remove(key);
  }

  isPushed({ channel, direction, bytes }: ServedEvent): boolean {
    return channel === 'push' && direction === 'in' && bytes.length > 0;
  }

  async push({ bytes }: ServedEvent): Promise<void> {
    this.#tellCalls();
    // Into the file of today, whenever it happened: readers follow that one, and look into older ones only as they begin.
    if (this.#files) appendToEventFile(this.#files.folder, asOneLine(bytes), this.#now());
    else await this.#receiver?.send(bytes);
  }

  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    this.#receiver?.end();
    if (this.#files) this.#clients.went(this.#files.client);
    endGames(this.#root);
    // Clients may have installed into other folders.
    for (const instance of this.#store.list()) removeLogs(instance);
    for (const name of readdirSync(this.#root))
      rmSync(join(this.#root, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (;;) {
        await this.#wait(lookMs, signal);
        await this.#look();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #look(): Promise<void> {
    await this.#receiver?.look();
    this.#tellCalls();
  }

  /** Command lines name nobody: they are told as those of the client that is there, and kept until one is. */
  #tellCalls(): void {
    const client = this.#files?.client ?? this.#receiver?.client;
    if (client === undefined) return;
    for (const line of this.#calls.news()) this.#clients.said(client, line);
  }
}
