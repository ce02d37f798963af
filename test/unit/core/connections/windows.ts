import { Connection, type CaptureLock } from '../../../../src/core/connections/connection.ts';
import { OperationRuns } from '../../../../src/core/connections/operationRuns.ts';
import { OtherWindows } from '../../../../src/core/connections/otherWindows.ts';
import { RequestBox } from '../../../../src/core/connections/requestBox.ts';
import { watchTasks } from '../../../../src/core/connections/taskWatch.ts';
import { compileText } from '../../../../src/core/journal/compileText.ts';
import { Journals } from '../../../../src/core/journal/journals.ts';
import { inProcessBackend } from '../../../../src/core/journal/store/inProcessBackend.ts';
import { defaultLimits } from '../../../../src/core/journal/store/retention.ts';
import { instancesOf, type Fleet } from '../../../../src/core/model/fleet.ts';
import type { Task } from '../../../../src/core/model/task.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type {
  OperationInput,
  OperationResult,
  OperationRun,
  Question,
} from '../../../../src/core/systems/operation.ts';
import type { ConnectionSettings } from '../../../../src/core/systems/settings.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import {
  core,
  fleetWhere,
  draft,
  kgsmEvent,
  ManualClock,
  realClock,
  silentLog,
  testMemory,
} from '../helpers.ts';
import { temporaryFolder } from '../../simulator/kgsmRoot.ts';
import { settings, Sessions } from './sessions.ts';

export type Run = OperationRun<ConnectionSettings>;

export type Window = Awaited<ReturnType<typeof openWindow>>;

/** Some windows of one user on one journal folder, with one connection that one of them captures. */
export class Windows {
  /** Time of requests; that of the journal is real. */
  readonly clock = new ManualClock();
  /** Operations that were begun, by the window that did it. */
  readonly begun: string[] = [];
  /** Questions that were asked, by the window that asked. */
  readonly questions: string[] = [];
  readonly #folder: string;
  readonly #gone = new Set<string>();
  readonly #windows: Window[] = [];
  #holder: string | undefined;
  #waiting: { readonly name: string; readonly take: () => void }[] = [];
  operate: (run: Run, window: string) => Promise<OperationResult> = ({ instance }) =>
    Promise.resolve({ outcome: 'succeeded', message: text('{0} was done', instance.key) });

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(name: string): Promise<Window> {
    const window = await openWindow(this, this.#folder, name);
    this.#windows.push(window);
    return window;
  }

  readonly isOpen = (name: string): boolean => !this.#gone.has(name);

  /** The lock of the connection: the windows that wait for it get it in their order. */
  lock(name: string): CaptureLock {
    return {
      acquire: async (_connection, signal, elsewhere) => {
        if (this.#holder !== undefined) {
          elsewhere();
          await new Promise<void>((take, reject) => {
            const waiting = { name, take };
            this.#waiting.push(waiting);
            signal.addEventListener('abort', () => {
              this.#waiting = this.#waiting.filter((each) => each !== waiting);
              reject(new Error('aborted'));
            });
          });
        }
        this.#holder = name;
        return () => {
          this.#release(name);
          return Promise.resolve();
        };
      },
    };
  }

  /** Ends a window as SIGKILL does: it says nothing more, and its lock is free. */
  kill(window: { readonly name: string; stopAll(): void }, keepLock = false): void {
    window.stopAll();
    this.#gone.add(window.name);
    if (!keepLock) this.#release(window.name);
  }

  releaseLockOf({ name }: { readonly name: string }): void {
    this.#release(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const window of this.#windows.reverse()) await window.close();
  }

  #release(name: string): void {
    this.#waiting = this.#waiting.filter((each) => each.name !== name);
    if (this.#holder !== name) return;
    this.#holder = undefined;
    this.#waiting.shift()?.take();
  }
}

async function openWindow(windows: Windows, folder: string, name: string) {
  const { clock } = windows;
  const { pipeline } = core();
  const journals = new Journals({
    pipeline,
    folder,
    software: 'test',
    clock: realClock,
    newId: () => crypto.randomUUID(),
    backend: () => inProcessBackend(compileText),
    loadSystem: () => Promise.resolve(),
    decoderOf: () => kgsm.decoder,
    limits: () => defaultLimits,
    keepsEvents: () => true,
    window: name,
    isOpen: windows.isOpen,
    systemOf: () => 'kgsm',
    begin: Promise.resolve(),
    log: silentLog,
  });
  await journals.restored;
  const sessions = new Sessions();
  const system: AnySystem = {
    ...sessions.system,
    operations: [
      {
        id: 'start',
        target: 'instance',
        effect: 'changes',
        progressTitle: ({ key }) => text('Starting {0}', key),
        inputs: [
          {
            field: 'version',
            prompt: text('Which?'),
            none: text('None'),
            options: () => [`seen by ${name}`, { value: 'x', label: text('X') }],
          },
        ],
        when: ({ state }) => state !== 'removed',
        run: (run) => {
          windows.begun.push(`${name} ${run.instance.key}`);
          return windows.operate(run, name);
        },
      },
    ],
  };
  const connection = new Connection({
    system,
    settings: settings(),
    pipeline,
    lock: journals.guard(windows.lock(name)),
    clock: realClock,
    random: () => 0.5,
    log: silentLog,
    host: 'h',
    memory: testMemory,
    secrets: () => () => Promise.resolve(undefined),
  });
  const runs = new OperationRuns({
    pipeline,
    clock: realClock,
    host: 'h',
    window: name,
    taskTimeoutMs: () => 60_000,
    log: () => undefined,
  });
  const ask = (question: Question): Promise<boolean> => {
    windows.questions.push(`${name}: ${english(question.message)}`);
    return Promise.resolve(true);
  };
  const box: RequestBox = new RequestBox({
    store: journals.store('live'),
    window: name,
    isOpen: windows.isOpen,
    connections: () => (connection.state === 'ready' ? ['home'] : []),
    serve: (request) => otherWindows.serve(request),
    answer: (id, answer) => journals.answer(id, answer),
    clock,
    log: silentLog,
  });
  const emitted: string[] = [];
  const otherWindows = new OtherWindows({
    box,
    pipeline,
    runs,
    clock: realClock,
    window: name,
    newId: () => crypto.randomUUID(),
    connection: () => connection,
    ask,
    emit: (_connection, { base64 }) => {
      emitted.push(Buffer.from(base64, 'base64').toString());
      return Promise.resolve({ outcome: 'succeeded', message: text('Sent') });
    },
  });
  const unsubscribe = pipeline.subscribe('box', () => box.look());
  const endWatch = watchTasks({
    pipeline,
    clock,
    host: 'h',
    window: name,
    timeoutMs: () => 600_000,
    isConnected: () => connection.state === 'ready',
    captures: (id) => journals.captures(id),
    isOpen: windows.isOpen,
  });
  connection.start();
  const stopAll = (): void => {
    unsubscribe();
    endWatch();
    box.dispose();
  };
  const until = (wanted: (fleet: Fleet) => boolean): Promise<Fleet> => fleetWhere(pipeline, wanted);
  return {
    name,
    sessions,
    connection,
    pipeline,
    journals,
    otherWindows,
    emitted,
    until,
    stopAll,
    isIn: (state: string) => until(({ connections }) => connections.get('home')?.state === state),
    hear: (type: string, key: string) => pipeline.ingest(draft(kgsmEvent(type, key))),
    states: () =>
      Object.fromEntries(instancesOf(pipeline.fleet(), 'home').map(({ key, state }) => [key, state])),
    tasks: (): Task[] => [...pipeline.fleet().tasks.values()],
    /** `title: state` of every task. */
    taskWords: () =>
      [...pipeline.fleet().tasks.values()].map(({ title, state }) => `${english(title)}: ${state}`),
    /** Starts an instance as a user of this window does. */
    start(key: string, input: OperationInput = {}): Promise<OperationResult> {
      const [operation] = system.operations;
      const instance = instancesOf(pipeline.fleet(), 'home').find((each) => each.key === key);
      if (!operation || !instance) throw new Error(`there is no ${key}`);
      const order = { connection, operation, instance, input };
      return connection.state === 'elsewhere'
        ? otherWindows.run(order)
        : runs.run(order, { id: crypto.randomUUID(), window: name, ask });
    },
    async close(): Promise<void> {
      stopAll();
      await connection.dispose();
      await journals.dispose();
    },
  };
}

/** Two windows: the first is connected and knows the running instance `a`, the second one sees it. */
export async function twoWindows() {
  const folder = temporaryFolder();
  const windows = new Windows(folder.path);
  const first = await windows.open('first');
  await first.isIn('ready');
  const second = await windows.open('second');
  await second.isIn('elsewhere');
  first.hear('instance_stopped', 'a');
  await second.until(() => second.states()['a'] === 'stopped');
  return {
    windows,
    first,
    second,
    async [Symbol.asyncDispose](): Promise<void> {
      await windows[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** An operation that the test ends, with the runs that wait. */
export function pending(windows: Windows) {
  const runs: Run[] = [];
  const began = Promise.withResolvers<Run>();
  const end = Promise.withResolvers<undefined>();
  windows.operate = async (run) => {
    runs.push(run);
    began.resolve(run);
    await end.promise;
    return { outcome: 'succeeded', message: text('done') };
  };
  return { runs, began: began.promise, end: () => end.resolve(undefined) };
}

/** Types of all events in the journal. */
export const eventTypes = async ({ journals }: Window): Promise<string[]> => {
  const { events } = await (await journals.store('live')).range('', 0, Number.MAX_SAFE_INTEGER);
  return events.map(({ type }) => type);
};
