import type { Clock } from '../../core/model/clock.ts';
import { Player, type PlaySpeed } from '../../core/playback/player.ts';
import type { ServedEvent } from '../../core/playback/serving/servedEvents.ts';
import type { VirtualPlace } from '../../core/playback/serving/virtualMessages.ts';
import type { Clients } from './clients.ts';
import { ServedFleet, type ServedFile } from './servedFile.ts';
import type { VirtualSystem } from './virtualSystem.ts';

export interface VirtualPlayerOptions {
  readonly file: ServedFile;
  readonly system: VirtualSystem;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly speed: PlaySpeed;
  readonly rounds: number;
  /** State or place changed. */
  onChange?(): void;
}

/** Time without a word of the first client, after which it has asked for all that it wants. */
const quietMs = 500;

/** Plays a recording on a virtual server: each event sets the instances silently, and those that were pushed are pushed again. */
export class VirtualPlayer {
  readonly #options: VirtualPlayerOptions;
  readonly #player: Player<ServedEvent>;
  /** Instances that this player made or changed; those of clients' own calls are none of them. */
  #fleet = new ServedFleet();
  #round = 1;
  #cancelStart: (() => void) | undefined;
  #isWaiting = true;

  constructor(options: VirtualPlayerOptions) {
    const { file, clock, signal, speed, rounds } = options;
    this.#options = options;
    for (const instance of file.base) this.#fleet.apply({ instance });
    this.#player = new Player({
      ...{ source: file, from: file.from, clock, signal, speed, rounds },
      deliver: (event) => this.#deliver(event),
      onChange: () => options.onChange?.(),
    });
  }

  get place(): VirtualPlace {
    const { state, position, speed, failed } = this.#player;
    return {
      state: this.#isWaiting ? 'waiting' : state === 'idle' || state === 'stepping' ? 'paused' : state,
      position,
      length: this.#options.file.length,
      speed,
      failed,
    };
  }

  /** A client subscribed, or said something: plays when that was all. */
  heard(hasSubscriber: boolean): void {
    if (!this.#isWaiting) return;
    if (this.#cancelStart || hasSubscriber) {
      this.#cancelStart?.();
      this.#cancelStart = this.#options.clock.after(quietMs, () => this.play());
    }
  }

  /** Goes on; from the beginning if it was at its end. */
  play(): void {
    this.#begin();
    if (this.#player.state === 'done') this.#round = 0;
    this.#player.play();
  }

  pause(): void {
    this.#begin();
    this.#player.pause();
    this.#options.onChange?.();
  }

  setSpeed(speed: PlaySpeed): void {
    this.#player.setSpeed(speed);
  }

  /** Resolves when the recording is over, or paused. */
  settled(): Promise<void> {
    return this.#player.settled();
  }

  #begin(): void {
    this.#isWaiting = false;
    this.#cancelStart?.();
  }

  async #deliver(event: ServedEvent): Promise<boolean> {
    const { system, clients, signal } = this.#options;
    if (this.#player.round !== this.#round) this.#restart();
    for (const change of event.changes) this.#fleet.apply(change);
    if (await serveEvent(system, event)) await clients.pace(signal);
    return true;
  }

  /** The state of the beginning, for another round. */
  #restart(): void {
    const { system, file } = this.#options;
    this.#round = this.#player.round;
    const base = new ServedFleet();
    for (const instance of file.base) base.apply({ instance });
    for (const instance of this.#fleet.instances) if (!base.has(instance)) system.remove(instance);
    for (const instance of file.base) system.put(instance);
    this.#fleet = base;
  }
}

/** Sets the instances of a server as an event left them, then pushes the message if a server sent it. Answers whether it did. */
export async function serveEvent(system: VirtualSystem, event: ServedEvent): Promise<boolean> {
  for (const change of event.changes)
    if ('instance' in change) system.put(change.instance);
    else system.remove(change.gone);
  if (event.truncated === true || !system.isPushed(event)) return false;
  await system.push(event);
  return true;
}
