import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isRunning } from '../../journal/temporaryJournals.ts';
import { errorWords } from '../../model/text.ts';

/** A simulated system that listens: settings that lead to it, and the password that it asks for. */
export interface SimulatedSystem {
  readonly settings: Readonly<Record<string, unknown>> & { readonly kind: string };
  readonly password?: string;
}

export interface SimulatorOptions {
  /** The bundle of the simulators. */
  readonly program: string;
  /** Arguments of the program. The folder exists already, and goes with the process. */
  readonly args: (folder: string) => readonly string[] | Promise<readonly string[]>;
  /** Node, or VS Code's program in its place. */
  readonly node: string;
  /** Folder for notes of the folders in use, which outlive a crash; without one nobody looks for what a crash left. */
  readonly notes?: string;
  /** Folder for temporary folders; the path of a Unix socket below it is short. */
  readonly temporary: string;
  readonly pid: number;
  /** How many systems there will be, each told by a line. */
  readonly count: number;
  readonly env: NodeJS.ProcessEnv;
  /** Time in which all systems have to listen. */
  readonly startWithinMs: number;
  /** Gives the start up: the process ends, and nothing of it is left. */
  readonly signal?: AbortSignal;
}

/** Folder for temporary folders. macOS alone gives one of 50 bytes, of the 103 that a socket's path may have. */
export const temporaryBase = process.platform === 'darwin' ? '/tmp' : tmpdir();

/** Time for a process to clean up after itself; then it is ended. */
const patienceMs = 5000;
const folderPrefix = 'gsops-demo-';

/**
 * The simulators in a process of their own, which cannot hold up the extension host. Its standard input is a pipe from
 * here: however this process ends, that one sees the pipe close, ends all that it started and removes its folder.
 */
export class SimulatorProcess {
  readonly systems: readonly SimulatedSystem[];
  /** Resolves when the process is gone, with its last words. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  readonly #note: string | undefined;
  readonly #lines: Lines;

  private constructor(
    child: ChildProcessWithoutNullStreams,
    systems: readonly SimulatedSystem[],
    ended: Promise<string>,
    parts: { readonly folder: string; readonly note: string | undefined; readonly lines: Lines },
  ) {
    this.#child = child;
    this.systems = systems;
    this.ended = ended;
    this.#folder = parts.folder;
    this.#note = parts.note;
    this.#lines = parts.lines;
  }

  /** Resolves when every system listens; rejects with the words of the process where it ends before. */
  static async start(options: SimulatorOptions): Promise<SimulatorProcess> {
    const { program, node, args, notes, temporary, pid, count, env, startWithinMs, signal } = options;
    const folder = realpathSync(mkdtempSync(join(temporary, folderPrefix)));
    const note = notes === undefined ? undefined : join(notes, `${String(pid)}-${basename(folder)}`);
    if (note !== undefined) {
      mkdirSync(join(note, '..'), { recursive: true });
      writeFileSync(note, folder);
    }
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(node, [program, ...(await args(folder))], {
        env: environment(env),
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      });
    } catch (error) {
      removeFolder(folder, note);
      throw error;
    }
    // A process that is gone takes no input, nor its end.
    child.stdin.on('error', () => undefined);
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-2000)));
    const ended = once(child, 'close').then(
      () => words,
      (error: unknown) => errorWords(error),
    );
    const giveUp = (): void => void child.kill('SIGKILL');
    const late = setTimeout(giveUp, startWithinMs);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    const lines = new Lines(child.stdout);
    const isThere = await Promise.race([lines.arrived(count), ended.then(() => false)]);
    clearTimeout(late);
    signal?.removeEventListener('abort', giveUp);
    const systems = lines.take(count).flatMap((line) => systemIn(line) ?? []);
    const started = new SimulatorProcess(child, systems, ended, { folder, note, lines });
    if (isThere && systems.length === count) return started;
    await started.end();
    signal?.throwIfAborted();
    const last = (await ended).trim();
    throw new Error(last === '' ? 'they did not listen in time' : last);
  }

  /** Calls back with each line after those of the systems. */
  listen(listener: (line: string) => void): void {
    this.#lines.listen(listener);
  }

  /** Gives a line to its standard input. */
  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends the process with all that it started. Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
    removeFolder(this.#folder, this.#note);
  }
}

/** Removes what a process left behind that was killed together with its window. */
export function removeSimulatorLeftovers(notes: string): void {
  for (const name of namesIn(notes)) {
    const note = join(notes, name);
    if (isRunning(Number.parseInt(name, 10))) continue;
    const folder = readFileSync(note, 'utf8');
    // A damaged note must not cost a folder that is not ours.
    removeFolder(basename(folder).startsWith(folderPrefix) ? folder : note, note);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeFolder(folder: string, note: string | undefined): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  if (note === undefined) return;
  rmSync(note, { force: true });
  try {
    rmdirSync(join(note, '..'));
  } catch {
    // Another window has simulated servers too.
  }
}

/** VS Code's own program is Node with this variable; a debugger that asks every Node to report to it is not wanted. */
function environment({ NODE_OPTIONS: _options, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, ELECTRON_RUN_AS_NODE: '1' };
}

/** Undefined for words that are no settings. */
function systemIn(line: string): SimulatedSystem | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'object' && read !== null && 'settings' in read
      ? (read as SimulatedSystem)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Lines of an output, kept until somebody takes them. */
class Lines {
  #kept: string[] = [];
  #listener: ((line: string) => void) | undefined;
  #wanted: { readonly count: number; readonly there: () => void } | undefined;

  constructor(output: Readable) {
    createInterface({ input: output }).on('line', (line) => {
      if (this.#listener) this.#listener(line);
      else this.#kept.push(line);
      if (this.#wanted && this.#kept.length >= this.#wanted.count) this.#wanted.there();
    });
  }

  arrived(count: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#wanted = { count, there: () => resolve(true) };
    });
  }

  take(count: number): readonly string[] {
    return this.#kept.splice(0, count);
  }

  listen(listener: (line: string) => void): void {
    for (const line of this.#kept.splice(0)) listener(line);
    this.#listener = listener;
  }
}
