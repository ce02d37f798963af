import { describe, expect, it } from 'vitest';
import type { CaptureLock } from '../../../src/core/connections/connection.ts';
import { ConnectionManager, type ManagerOptions } from '../../../src/core/connections/manager.ts';
import { Pipeline } from '../../../src/core/journal/pipeline.ts';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import type { Commit } from '../../../src/core/journal/store/writer.ts';
import type { Decoder } from '../../../src/core/model/signal.ts';
import { text } from '../../../src/core/model/text.ts';
import { Recorder } from '../../../src/core/journal/recorder.ts';
import { kgsmDecoder } from '../../../src/core/systems/kgsm/decode/decode.ts';
import { kgsm } from '../../../src/core/systems/kgsm/index.ts';
import {
  SessionError,
  type Session,
  type SessionEnvironment,
  type SessionMemory,
} from '../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../src/core/systems/system.ts';
import { freeLock, kgsmEvent, ManualClock, silentLog } from './helpers.ts';

/** How a seam can fail; a synchronous one cannot reject or hang. */
type Fault = 'throws' | 'rejects' | 'hangs' | 're-enters';

/** Fails once in the given way, where it is asked to; then it is what it was. */
class Seam {
  #fault: Fault | undefined;
  #reenter: () => void = () => undefined;
  used = 0;

  arm(fault: Fault, reenter: () => void): void {
    this.#fault = fault;
    this.#reenter = reenter;
  }

  /** For what answers at once. */
  now<T>(otherwise: () => T): T {
    const fault = this.#take();
    if (fault === 're-enters') this.#reenter();
    else if (fault !== undefined) throw new Error('injected');
    return otherwise();
  }

  /** For what answers later. */
  later<T>(otherwise: () => Promise<T>): Promise<T> {
    const fault = this.#take();
    if (fault === 're-enters') this.#reenter();
    if (fault === 'throws') throw new Error('injected');
    if (fault === 'rejects') return Promise.reject(new Error('injected'));
    if (fault === 'hangs') return new Promise<never>(() => undefined);
    return otherwise();
  }

  #take(): Fault | undefined {
    const fault = this.#fault;
    if (fault !== undefined) this.used++;
    this.#fault = undefined;
    return fault;
  }
}

const synchronous: readonly Fault[] = ['throws', 're-enters'];
const asynchronous: readonly Fault[] = ['throws', 'rejects', 'hangs', 're-enters'];

const seams = {
  subscriber: synchronous,
  decoder: synchronous,
  'manager listener': synchronous,
  memory: synchronous,
  secrets: synchronous,
  lock: ['throws', 'rejects', 're-enters'],
  'lock release': asynchronous,
  'session opening': ['throws', 'rejects', 're-enters'],
  'session disposal': asynchronous,
  'own end': asynchronous,
  store: ['throws', 'rejects', 'hangs'],
  clock: ['re-enters'],
} as const satisfies Record<string, readonly Fault[]>;

type SeamName = keyof typeof seams;

const settings = (id: string): { kind: string; id: string; name: string } => ({ kind: 'kgsm', id, name: id });

/** Two connections on one core; the seam belongs to the first, or to what both share. */
class World {
  readonly clock = new ManualClock();
  readonly seam = new Seam();
  readonly pipeline: Pipeline;
  readonly manager: ConnectionManager;
  readonly recorder: Recorder;
  /** Types that the journal was given. */
  readonly stored: string[] = [];
  readonly environments = new Map<string, SessionEnvironment>();
  readonly closers = new Map<string, (error: SessionError) => void>();
  heard = 0;
  readonly #name: SeamName;

  constructor(name: SeamName) {
    this.#name = name;
    const decoder: Decoder<unknown> = {
      ...(kgsmDecoder as Decoder<unknown>),
      decode: (context, message) =>
        this.#at('decoder', () => (kgsmDecoder as Decoder<unknown>).decode(context, message)),
    };
    const onListenerError = (): void => undefined;
    this.pipeline = new Pipeline({
      decoderOf: () => decoder,
      defer: setImmediate,
      onListenerError,
    });
    this.pipeline.subscribe('first', () => {
      this.#at('subscriber', () => undefined);
    });
    this.pipeline.subscribe('last', ({ events }) => {
      this.heard += events.filter(({ type }) => type === 'instance_started').length;
    });
    const real = this.clock.after.bind(this.clock);
    this.clock.after = (ms, callback) =>
      real(ms, () => {
        this.#at('clock', callback);
      });
    this.recorder = new Recorder({
      pipeline: this.pipeline,
      decoderOf: () => decoder,
      writes: () => true,
      runs: () => true,
      keepsEvents: () => true,
      clock: this.clock,
      storeOf: () => ({
        append: ({ events }) => {
          const committed = (): Promise<Commit> => {
            const from = this.stored.length + 1;
            this.stored.push(...events.map(({ type }) => type));
            return Promise.resolve({ from, to: this.stored.length });
          };
          return this.#name === 'store' ? this.seam.later(committed) : committed();
        },
      }),
      onError: onListenerError,
    });
    this.manager = new ConnectionManager({
      pipeline: this.pipeline,
      lock: this.#lock(),
      clock: this.clock,
      random: () => 0,
      networks: () => '',
      log: silentLog,
      host: 'h',
      memory: (id) =>
        this.#of(id, 'memory', (): SessionMemory => ({ load: () => undefined, save: () => undefined })),
      secrets: (_system, { id }) => this.#of(id, 'secrets', () => () => Promise.resolve(undefined)),
    } satisfies ManagerOptions);
    this.manager.onDidChange('first', () => {
      this.#at('manager listener', () => undefined);
    });
  }

  get system(): AnySystem {
    const open = (given: { readonly id: string }, environment: SessionEnvironment): Promise<Session> => {
      this.environments.set(given.id, environment);
      const closed = Promise.withResolvers<SessionError>();
      this.closers.set(given.id, closed.resolve);
      const dispose = (): Promise<void> =>
        this.#of(given.id, 'session disposal', undefined) ?? Promise.resolve();
      return Promise.resolve({ closed: closed.promise, dispose });
    };
    return {
      ...(kgsm as unknown as AnySystem),
      openSession: (given: { readonly id: string }, environment: SessionEnvironment) =>
        given.id === 'a' && this.#name === 'session opening'
          ? this.seam.later(() => open(given, environment))
          : open(given, environment),
    };
  }

  async configure(...ids: readonly string[]): Promise<void> {
    const { system } = this;
    const done = this.manager.configure(
      ids.map((id) => ({ system, settings: settings(id) })),
      true,
    );
    // Whatever hangs is waited for by the clock.
    await this.turns();
    await done;
  }

  /** Lets whatever is due happen, the waits of the clock included. */
  async turns(): Promise<void> {
    for (let n = 0; n < 20; n++) {
      await new Promise(setImmediate);
      this.clock.advance(1000);
    }
  }

  event(id: string): void {
    const bytes = Buffer.from(kgsmEvent('instance_started', id));
    this.environments
      .get(id)
      ?.deliver({ channel: 'push', direction: 'in', bytes, receivedAt: this.clock.now() });
  }

  ownEnd(): void {
    if (this.#name !== 'own end') return;
    this.manager.get('a')?.scope.defer(() => this.seam.later(() => Promise.resolve()));
  }

  #lock(): CaptureLock {
    return {
      acquire: (id, signal, elsewhere) => {
        const acquired = (): Promise<() => Promise<void>> =>
          freeLock
            .acquire(id, signal, elsewhere)
            .then(
              (release) => () =>
                id === 'a' && this.#name === 'lock release' ? this.seam.later(release) : release(),
            );
        return id === 'a' && this.#name === 'lock' ? this.seam.later(acquired) : acquired();
      },
    };
  }

  #at<T>(name: SeamName, otherwise: () => T): T {
    return this.#name === name ? this.seam.now(otherwise) : otherwise();
  }

  #of(id: string, name: 'session disposal', otherwise: undefined): Promise<void> | undefined;
  #of<T>(id: string, name: SeamName, otherwise: () => T): T;
  #of<T>(id: string, name: SeamName, otherwise: (() => T) | undefined): T | Promise<void> | undefined {
    if (id !== 'a' || this.#name !== name) return otherwise?.();
    return otherwise ? this.seam.now(otherwise) : this.seam.later(() => Promise.resolve());
  }
}

function started(types: readonly string[]): number {
  return types.filter((type) => type === 'instance_started').length;
}

const cases = Object.entries(seams).flatMap(([name, faults]) =>
  faults.map((fault) => ({ name: name as SeamName, fault })),
);

describe.each(cases)('when $name $fault', ({ name, fault }) => {
  it('everything else goes on, and so does that one the next time', async () => {
    const world = new World(name);
    const { seam, pipeline, manager, clock } = world;
    const reenter = (): void => {
      pipeline.flush();
      pipeline.fleet();
      void manager.configure(
        [
          { system: world.system, settings: settings('a') },
          { system: world.system, settings: settings('b') },
        ],
        true,
      );
    };
    const early = name === 'session opening' || name === 'lock' || name === 'memory' || name === 'secrets';
    if (early) seam.arm(fault, reenter);
    await world.configure('a', 'b');
    if (!early) seam.arm(fault, reenter);
    world.ownEnd();

    // Events of both, and the end of both conversations.
    world.event('a');
    world.event('b');
    await world.turns();
    for (const close of world.closers.values()) close(new SessionError(text('gone'), { retry: true }));
    await world.turns();
    await world.configure('a', 'b', 'c');
    await world.configure('b', 'c', 'd');
    await world.configure('a', 'b', 'c', 'd');
    expect(seam.used, 'the seam was used').toBe(1);

    // Now all is as if nothing had been.
    const before = world.heard;
    const storedBefore = started(world.stored);
    for (const id of ['a', 'b', 'c', 'd']) world.event(id);
    await world.turns();
    expect(world.heard - before).toBe(4);
    expect(manager.connections.map(({ id, state }) => `${id} ${state}`).sort()).toEqual(
      ['a', 'b', 'c', 'd'].map((id) => `${id} ready`),
    );
    for (const id of ['a', 'b', 'c', 'd'])
      expect(instancesOf(pipeline.fleet(), id)).toMatchObject([{ key: id, state: 'running' }]);
    expect(started(world.stored) - storedBefore).toBe(4);

    const ended = manager.dispose();
    await world.turns();
    await ended;
    expect(manager.connections.map(({ state }) => state)).toEqual(Array(4).fill('closed'));
    expect(clock.waiting, 'timers that are left').toBe(0);
  });
});
