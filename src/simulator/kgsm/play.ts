import { setTimeout as sleep } from 'node:timers/promises';
import { demoInstances, type DemoInstance } from './demo.ts';
import { emitTo } from './emit.ts';
import { encodeEvent, eventText, type KgsmEvent } from './envelope.ts';
import { readBehaviour } from './behaviour.ts';
import { readConfig } from './config.ts';
import { appendToEventFile } from './eventFiles.ts';
import { newInstance } from './root.ts';
import { firstRound, introduction, laterRound, type PlacedScene } from './scenario.ts';
import type { Scene, Step } from './scenes.ts';
import { InstanceStore } from './state.ts';
import type { Clients } from '../virtual/clients.ts';
import { socketFilesAt } from './listeners.ts';
import { postEvent } from './webhook.ts';

/** The time of a player. Tests bring one that does not wait. */
export interface PlayClock {
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

interface PlayOptions {
  /** A root made by `makeDemoRoot`. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** URL that gets the events instead of sockets, as where there are none. */
  readonly webhook?: string;
  /** Socket that gets the events instead of the root's own. */
  readonly socket?: string;
  /** Told of listeners that come and go. */
  readonly clients?: Clients;
  /** 2 plays twice as fast. */
  readonly speed?: number;
  /** The same seed gives the same order. */
  readonly seed?: number;
  readonly clock?: PlayClock;
}

const realClock: PlayClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** How often the player looks for a listener, and how close the events of an introduction follow each other. */
const lookMs = 200;
const introductionMs = 30;

/**
 * Plays the demo for ever: waits for a listener, tells it how things stand, and lets things happen. Without a listener
 * the world stands still. Resolves when the signal aborts.
 */
export async function play(options: PlayOptions): Promise<void> {
  try {
    const player = new Player(options);
    await player.run();
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

interface Moment {
  readonly at: number;
  readonly scene: Scene;
  readonly step: Step;
  /** Shared by the steps of one scene: what is broken off once does not go on. */
  readonly course: { over: boolean };
}

class Player {
  readonly #root: string;
  readonly #signal: AbortSignal;
  readonly #speed: number;
  readonly #random: () => number;
  readonly #clock: PlayClock;
  readonly #store: InstanceStore;
  readonly #sockets: readonly string[];
  /** Event file folder of version 3, which needs no listener. */
  readonly #journal: string | undefined;
  readonly #webhook: string | undefined;
  readonly #host: string;
  readonly #clients: Clients | undefined;
  /** The client that is there, with the socket files at which it took its first event. */
  #client: { readonly id: number; readonly at: string } | undefined;
  /** Socket files of the last event; other ones belong to a new listener, which has heard nothing yet. */
  #listener: string | undefined;

  constructor(options: PlayOptions) {
    const { root, signal, webhook, socket, clients, speed = 1, seed = 1, clock = realClock } = options;
    this.#root = root;
    this.#signal = signal;
    this.#webhook = webhook;
    this.#speed = speed;
    this.#random = seeded(seed);
    this.#clock = clock;
    this.#store = new InstanceStore(root);
    const { sockets, journalDir } = readConfig(root);
    this.#sockets = socket === undefined ? sockets : [socket];
    this.#clients = clients;
    this.#journal = journalDir;
    this.#host = readBehaviour(root).hostname;
  }

  async run(): Promise<void> {
    try {
      await this.#round(firstRound);
      for (;;) await this.#round(laterRound(this.#random));
    } finally {
      this.#went();
    }
  }

  async #round(scenes: readonly PlacedScene[]): Promise<void> {
    let now = 0;
    for (const moment of moments(scenes)) {
      await this.#wait(1000 * (moment.at - now));
      now = moment.at;
      await this.#introduceToNewcomers();
      if (!moment.course.over && !(await this.#step(moment.scene, moment.step))) moment.course.over = true;
    }
  }

  /** Answers whether things were as the step needs them. */
  async #step({ instance }: Scene, step: Step): Promise<boolean> {
    const { name, blueprint } = instance;
    const state = this.#store.get(name);
    if (!step.needs(state)) return false;
    const before = state ?? newInstance(this.#root, name, blueprint);
    const event = {
      type: step.type,
      data: { InstanceName: name, ...step.data?.(before, this.#clock.now()) },
    };
    if (step.change === 'create') this.#store.put(before);
    else if (step.change === 'remove') this.#store.remove(name);
    else if (step.change) this.#store.change(name, step.change(before));
    await this.#deliver(instance, event);
    return true;
  }

  /** Gives one event to the listeners, as often as it takes until one of them has it. */
  async #deliver({ protocolVersion, actor }: DemoInstance, event: KgsmEvent): Promise<void> {
    for (;;) {
      const around = { now: this.#clock.now(), host: this.#host, ...(actor === undefined ? {} : { actor }) };
      if (this.#journal !== undefined) {
        appendToEventFile(this.#journal, encodeEvent('3.16', event, around), around.now);
        this.#came();
        return;
      }
      const delivered = await (this.#webhook === undefined
        ? this.#send(encodeEvent(protocolVersion, event, around))
        : this.#post(this.#webhook, eventText(protocolVersion, event, around)));
      this.#signal.throwIfAborted();
      if (delivered) {
        this.#came();
        return;
      }
      this.#went();
      await this.#wait(lookMs);
    }
  }

  async #send(bytes: Uint8Array): Promise<boolean> {
    let delivered = false;
    for (const socket of this.#sockets)
      if ((await emitTo(socket, bytes, this.#signal)).delivered) delivered = true;
    return delivered;
  }

  async #post(url: string, body: string): Promise<boolean> {
    const { webhook } = readConfig(this.#root);
    const posted = await postEvent(body, {
      config: { ...webhook, urls: [url], retries: 0 },
      retryMs: lookMs,
      now: () => this.#clock.now(),
    });
    return posted.every(({ delivered }) => delivered);
  }

  /** Waits until somebody listens. Who was not there before gets told how things stand. */
  async #introduceToNewcomers(): Promise<void> {
    for (;;) {
      const present = this.#present();
      if (present !== '' && present === this.#listener) return;
      if (present !== this.#client?.at) this.#went();
      if (present === '') await this.#wait(lookMs);
      else {
        this.#listener = present;
        for (const instance of Object.values<DemoInstance>(demoInstances)) {
          const { steps } = introduction(instance, this.#store.get(instance.name));
          for (const step of steps) {
            await this.#wait(introductionMs);
            await this.#step({ instance, steps }, step);
          }
        }
      }
    }
  }

  /** A journal always exists, and so does a URL. */
  #present(): string {
    const always = this.#webhook ?? this.#journal;
    if (always !== undefined) return always;
    return socketFilesAt(this.#sockets);
  }

  /** A listener that took an event is a client: no other sign of one exists for every way. */
  #came(): void {
    if (!this.#clients || this.#client !== undefined) return;
    const id = this.#clients.came(this.#webhook ?? this.#journal ?? this.#sockets.join(', '));
    this.#client = { id, at: this.#present() };
    this.#clients.ready(id);
  }

  #went(): void {
    if (this.#client !== undefined) this.#clients?.went(this.#client.id);
    this.#client = undefined;
  }

  async #wait(ms: number): Promise<void> {
    this.#signal.throwIfAborted();
    if (ms > 0) await this.#clock.sleep(ms / this.#speed, this.#signal);
  }
}

/** The steps of all scenes in the order of time. */
function moments(scenes: readonly PlacedScene[]): Moment[] {
  const all = scenes.flatMap(({ at, scene }) => {
    const course = { over: false };
    let time = at;
    return scene.steps.map((step) => ({ at: (time += step.after), scene, step, course }));
  });
  return all.sort((a, b) => a.at - b.at);
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
