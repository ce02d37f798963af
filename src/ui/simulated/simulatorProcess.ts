import { spawn, type ChildProcess } from 'node:child_process';
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
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { isRunning } from '../../core/journal/temporaryJournals.ts';
import { errorWords } from '../../core/model/text.ts';

/** A simulated system that listens: settings that lead to it, and the password that it asks for. */
export interface SimulatedSystem {
  readonly settings: Readonly<Record<string, unknown>> & { readonly kind: string };
  readonly password?: string;
}

export interface SimulatorOptions {
  /** The bundle of the simulators. */
  readonly program: string;
  /** Node, or VS Code's program in its place. */
  readonly node: string;
  /** Folder for notes of the folders in use, which outlive a crash. */
  readonly notes: string;
  /** Folder for temporary folders; the path of a Unix socket below it is short. */
  readonly temporary: string;
  readonly pid: number;
  /** How many systems there will be. */
  readonly count: number;
  readonly env: NodeJS.ProcessEnv;
  /** Time in which all systems have to listen. */
  readonly startWithinMs: number;
}

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
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #note: string;

  private constructor(
    child: ChildProcess,
    systems: readonly SimulatedSystem[],
    ended: Promise<string>,
    place: { readonly folder: string; readonly note: string },
  ) {
    this.#child = child;
    this.systems = systems;
    this.ended = ended;
    this.#folder = place.folder;
    this.#note = place.note;
  }

  /** Resolves when every system listens; rejects with the words of the process where it ends before. */
  static async start(options: SimulatorOptions): Promise<SimulatorProcess> {
    const folder = realpathSync(mkdtempSync(join(options.temporary, folderPrefix)));
    const note = join(options.notes, `${String(options.pid)}-${basename(folder)}`);
    mkdirSync(options.notes, { recursive: true });
    writeFileSync(note, folder);
    const child = spawn(options.node, [options.program, 'fleet', '--root', folder], {
      env: environment(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // A process that is gone takes no end of its input.
    child.stdin.on('error', () => undefined);
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-2000)));
    const ended = once(child, 'close').then(
      () => words,
      (error: unknown) => errorWords(error),
    );
    const late = setTimeout(() => child.kill('SIGKILL'), options.startWithinMs);
    const systems = await Promise.race([
      // Words that are no settings are as good as none.
      announced(child, options.count).catch(() => undefined),
      ended.then(() => undefined),
    ]);
    clearTimeout(late);
    const started = new SimulatorProcess(child, systems ?? [], ended, { folder, note });
    if (systems) return started;
    await started.end();
    const last = (await ended).trim();
    throw new Error(last === '' ? 'they did not listen in time' : last);
  }

  /** Ends the process with all that it started. Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
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

function removeFolder(folder: string, note: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
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

/** The systems, a line each; nothing where the process ends before all of them are there. */
async function announced(
  { stdout }: ChildProcess,
  count: number,
): Promise<readonly SimulatedSystem[] | undefined> {
  if (!stdout) throw new Error('its output is piped');
  const systems: SimulatedSystem[] = [];
  for await (const line of createInterface({ input: stdout })) {
    systems.push(JSON.parse(line) as SimulatedSystem);
    if (systems.length === count) break;
  }
  stdout.resume();
  return systems.length === count ? systems : undefined;
}
