import { english } from '../../../src/core/model/text.ts';
import {
  Connection,
  type CaptureLock,
  type ConnectionOptions,
} from '../../../src/core/connections/connection.ts';
import { Pipeline, type PipelineOptions } from '../../../src/core/journal/pipeline.ts';
import type { Draft, OpsEvent } from '../../../src/core/model/event.ts';
import type { Fleet } from '../../../src/core/model/fleet.ts';
import { systems as loaders } from '../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../src/core/systems/registry.ts';
import { kgsm } from '../../../src/core/systems/kgsm/index.ts';
import type { Log, SecretReader, SessionMemory } from '../../../src/core/systems/session.ts';
import { systemClock, type Clock } from '../../../src/core/model/clock.ts';

/** Every system, loaded. */
export const systems = new SystemRegistry(loaders);
export const allSystems = await systems.loadAll();

/** A clock that only moves when told to. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves on, running what falls due on the way in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}

/** A clock of a machine that can sleep: time passes then, and no timer goes on. */
export class SleepyClock extends ManualClock {
  #slept = 0;

  override now(): number {
    return super.now() + this.#slept;
  }

  suspend(ms: number): void {
    this.#slept += ms;
  }
}

export { systemClock as realClock };

/** A memory that lasts as long as its test. */
export function testMemory(): SessionMemory {
  let kept: unknown;
  return {
    load: () => kept,
    save: (value) => {
      kept = value;
    },
  };
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface Core {
  readonly journal: MemoryJournal;
  readonly pipeline: Pipeline;
}

/** Everything that a pipeline commits, in its order. */
class MemoryJournal {
  readonly #pipeline: Pipeline;
  readonly #events: OpsEvent[] = [];

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
    pipeline.subscribe('journal', ({ events }) => {
      for (const event of events) this.#events.push(event);
    });
  }

  /** Commits before it is read. */
  events(): readonly OpsEvent[] {
    this.#pipeline.flush();
    return this.#events;
  }
}

/** Commits before it is read: a test looks at what is, not at what was before the present turn. */
class CommittedPipeline extends Pipeline {
  override fleet(timeline?: string): Fleet {
    this.flush();
    return super.fleet(timeline);
  }
}

export function core(options: Partial<PipelineOptions> = {}): Core {
  const pipeline = new CommittedPipeline({
    decoderOf: (system) => systems.get(system)?.decoder,
    defer: setImmediate,
    onListenerError: (_listener, error) => {
      throw error;
    },
    ...options,
  });
  return { journal: new MemoryJournal(pipeline), pipeline };
}

export function draft(bytes: Uint8Array | string, fields: Partial<Draft> = {}): Draft {
  return {
    timeline: 'live',
    receivedAt: 1000,
    host: 'here',
    connection: 'home',
    system: 'kgsm',
    channel: 'push',
    direction: 'in',
    origin: 'live',
    bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
    ...fields,
  };
}

export function kgsmEvent(
  type: string,
  instance: string,
  data: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({ EventType: type, Data: { InstanceName: instance, ...data } });
}

/** Waits, woken by the pipeline, until the live fleet is as wanted. */
export function fleetWhere(pipeline: Pipeline, wanted: (fleet: Fleet) => boolean): Promise<Fleet> {
  const now = pipeline.fleet();
  if (wanted(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const unsubscribe = pipeline.subscribe('test', ({ timeline, fleet }) => {
      if (timeline !== 'live' || !wanted(fleet)) return;
      unsubscribe();
      resolve(fleet);
    });
  });
}

/** A connection that has no secret. */
export const noSecrets = (): SecretReader => () => Promise.resolve(undefined);

/** The right to capture that nobody else wants. */
export const freeLock: CaptureLock = { acquire: () => Promise.resolve(() => Promise.resolve()) };

/** A KGSM connection, started; with the real socket, clock and program, and the shortest waits that there are. */
export function openKgsm(
  parts: Core,
  fields: Readonly<Record<string, unknown>>,
  options: Partial<ConnectionOptions> = {},
): Connection {
  const parsed = kgsm.parseSettings({ kind: 'kgsm', id: 'home', ...fields });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join('; '));
  const connection = new Connection({
    ...parts,
    system: kgsm,
    settings: parsed.settings,
    lock: freeLock,
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    memory: testMemory,
    secrets: noSecrets,
    host: 'h',
    ...options,
  });
  connection.start();
  return connection;
}
