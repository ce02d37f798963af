import { spawn } from 'node:child_process';

export interface RunResult {
  /** Exit code; null when it was ended by a signal or by the time limit. */
  readonly code: number | null;
  /** stdout and stderr as they came, interleaved. */
  readonly output: string;
  readonly timedOut: boolean;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs a program to its end and collects what it said. Throws only when it cannot be started. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return await new Promise<RunResult>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that the time limit reaches grandchildren as well.
      detached: true,
    });
    let output = '';
    let timedOut = false;
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    const forget = endWithUs(child.pid);
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killGroup(child.pid, 'SIGKILL');
          }, options.timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      forget();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      finish();
      reject(error);
    });
    child.on('close', (code) => {
      finish();
      resolve({ code: timedOut ? null : code, output, timedOut });
    });
  });
}

/** Sends a signal to a whole process group; a group that is gone already is no error. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already: that is what was wanted.
  }
}

const groups = new Set<number>();
let hooked = false;

/** Ends the group when this process ends in an orderly way or by Ctrl-C. Returns how to take that back. */
function endWithUs(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  if (!hooked) {
    hooked = true;
    process.once('exit', () => {
      for (const group of groups) killGroup(group, 'SIGTERM');
    });
    exitOnSignals();
  }
  groups.add(pid);
  return () => groups.delete(pid);
}

/** Node skips its `exit` handlers when a signal ends it; with this Ctrl-C cleans up as well. */
export function exitOnSignals(): void {
  if (process.listenerCount('SIGINT') > 0) return;
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

/** An environment without what `npm run`, a test runner or a surrounding VS Code put into it. */
export function cleanEnvironment(keep: readonly string[] = []): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    const foreign =
      /^(npm_|VSCODE_|ELECTRON_|VITEST|GSOPS_)|^(INIT_CWD|NODE|NODE_OPTIONS|NODE_ENV|TEST|CI)$/i.test(name);
    if (!foreign || keep.includes(name.toLowerCase())) env[name] = value;
  }
  return env;
}
