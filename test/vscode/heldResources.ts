import { createHook, executionAsyncId } from 'node:async_hooks';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Kinds of asynchronous resources that stay until somebody ends them. */
const lasting =
  /^(Timeout|Immediate|WORKER|PROCESSWRAP|FSEVENTWRAP|STATWATCHER|SIGNALWRAP|(TCP|PIPE|UDP|TLS)(SERVER)?WRAP|FILEHANDLE|DIRHANDLE)$/;

const endlessMs = 3_600_000;
/** `Throttle.ask`, under whatever name the class has in the bundle. */
const pausePlace = /\((\S+)\)(?: |\n\s+)at \w+\.ask /;

interface ProcessWithHandles {
  _getActiveHandles(): readonly object[];
}

/** Resources that the extension holds: those made by code in its folder, and all of this process that others can see. */
export class HeldResources implements Disposable {
  /** Resources that are open, by their ids, with the place that made them. */
  readonly #open = new Map<number, string>();
  readonly #folder: string;
  readonly #handles: ReadonlySet<object>;
  readonly #before: ReadonlySet<string>;
  readonly #hook = createHook({
    init: (id, type) => {
      if (!lasting.test(type)) return;
      const { stack = '' } = new Error(type);
      const frames = stack
        .split('\n')
        .slice(2)
        .map((line) => line.trim());
      // Such a timer holds nothing but a signal, and keeps no process from its end.
      if (frames.some((frame) => frame.startsWith('at AbortSignal.timeout'))) return;
      const own = frames.filter((frame) => !/node:|slowedTimeout/.test(frame));
      const isOurs = own[0]?.includes(this.#folder) === true;
      // A handle that Node makes for one of ours; timers that VS Code sets when it is called are not.
      const parent = own.length === 0 ? this.#open.get(executionAsyncId()) : undefined;
      const made = isOurs ? own.slice(0, 4).join(' ') : parent;
      if (made === undefined) return;
      const held = `${type} ${made.replaceAll(this.#folder, 'dist')}`;
      // Looked at now, so that the first pause tells the place of all.
      this.#isPause(held);
      this.#open.set(id, held);
    },
    destroy: (id) => {
      this.#open.delete(id);
    },
  });
  #pausePlace: string | undefined;
  readonly #stackTraceLimit = Error.stackTraceLimit;

  /** From now on; what is there already is not counted. `folder` has the code of the extension. */
  constructor(folder: string, storage: string) {
    this.#folder = folder;
    this.#storage = storage;
    this.#handles = new Set(activeHandles());
    this.#before = new Set(this.#seen());
    Error.stackTraceLimit = 60;
    this.#hook.enable();
  }

  readonly #storage: string;

  /** Everything that is held now and was not at the beginning, in words. */
  held(): readonly string[] {
    const handles = activeHandles().filter((each) => !this.#handles.has(each));
    return [
      ...this.#open.values(),
      ...handles.map((each) => `handle ${each.constructor.name}`),
      ...this.#seen().filter((each) => !this.#before.has(each)),
    ];
  }

  /** Pauses of the extension that begin from now on last until they are ended; `begun` counts them. */
  slowPauses(): { readonly begun: () => number } & Disposable {
    const real = globalThis.setTimeout;
    let begun = 0;
    const slowedTimeout = (run: () => void, ms?: number, ...given: []): NodeJS.Timeout => {
      const isPause = this.#isPause((new Error().stack ?? '').replaceAll(this.#folder, 'dist'));
      if (isPause) begun++;
      return real(run, isPause ? endlessMs : ms, ...given);
    };
    globalThis.setTimeout = Object.assign(slowedTimeout, real);
    return {
      begun: () => begun,
      [Symbol.dispose](): void {
        globalThis.setTimeout = real;
      },
    };
  }

  /** A pause begins in one place of the bundle, whether somebody asked or the pause before it ended. */
  #isPause(stack: string): boolean {
    this.#pausePlace ??= pausePlace.exec(stack)?.[1];
    return this.#pausePlace !== undefined && stack.includes(`(${this.#pausePlace})`);
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
    Error.stackTraceLimit = this.#stackTraceLimit;
  }

  #seen(): readonly string[] {
    return [...childProcesses(), ...openFiles(this.#storage), ...temporaryFiles(), ...sockets(this.#storage)];
  }
}

/** Handles of Node but those of its own output. */
function activeHandles(): readonly object[] {
  return (process as unknown as ProcessWithHandles)._getActiveHandles();
}

function childProcesses(): readonly string[] {
  return readdirSync('/proc/self/task').flatMap((thread) =>
    read(`/proc/self/task/${thread}/children`)
      .split(' ')
      .filter((pid) => pid.trim() !== '')
      .map((pid) => `process ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
  );
}

/** Files below the storage or the temporary folder that are open. */
function openFiles(storage: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const path = link(`/proc/self/fd/${fd}`);
    return path.startsWith(storage) || path.startsWith(tmpdir()) ? [`open file ${path}`] : [];
  });
}

function temporaryFiles(): readonly string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('gsops'))
    .map((name) => `temporary ${name}`);
}

/** Sockets and locks below the storage. */
function sockets(storage: string): readonly string[] {
  return readdirSync(storage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSocket() || entry.parentPath.endsWith('locks'))
    .map(({ parentPath, name }) => `left over ${join(parentPath, name)}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
