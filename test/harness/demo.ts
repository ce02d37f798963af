import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { simulatorCommands } from '../../src/simulator/commands.ts';
import { cleanEnvironment, killGroup } from './run.ts';

const SIMULATOR = fileURLToPath(new URL('../../src/simulator/main.ts', import.meta.url));
const LEASH = fileURLToPath(new URL('leash.ts', import.meta.url));
/** A socket path may have 103 bytes on macOS, whose own temporary folder alone takes 50. */
const TEMP_BASE = process.platform === 'darwin' ? '/tmp' : tmpdir();

/** An entry of the connections setting. */
export type DemoConnection = Readonly<Record<string, unknown>> & { readonly name: string };

export interface Demo extends AsyncDisposable {
  /** Free for others; removed with the demo. */
  readonly folder: string;
  readonly connections: readonly DemoConnection[];
  /** Passwords of the connections that sign in, by their names. */
  readonly passwords: Readonly<Record<string, string>>;
  /** Rows that the tree has to show, as a reader is told them. */
  readonly rows: readonly RegExp[];
}

export interface DemoOptions {
  readonly speed: string;
  /** A simulator ended that nobody ended. */
  readonly onEnded: (what: string) => void;
}

/** Every system in a process of its own, which ends with us however we end. */
export async function startDemo({ speed, onEnded }: DemoOptions): Promise<Demo> {
  const folder = realpathSync(mkdtempSync(join(TEMP_BASE, 'gsops-')));
  const players: ChildProcess[] = [];
  const connections: DemoConnection[] = [];
  const passwords: Record<string, string> = {};
  const machines = Object.entries(simulatorCommands).flatMap(([command, { demo = [] }]) =>
    demo.map((machine) => ({ command, ...machine })),
  );
  for (const { command, id, name, args, signsIn } of machines) {
    const player = spawn(
      process.execPath,
      [LEASH, folder, process.execPath, SIMULATOR, command, ...args(folder), '--speed', speed],
      { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit'], detached: true },
    );
    players.push(player);
    await once(player, 'spawn');
    player.on('exit', () => {
      onEnded(name);
    });
    const [settings = '', password = ''] = await firstLines(player, signsIn ? 2 : 1);
    connections.push({ ...parse(settings), id, name });
    if (signsIn) passwords[name] = secretIn(password);
  }
  return {
    folder,
    connections,
    passwords,
    rows: machines.flatMap(({ rows }) => rows),
    async [Symbol.asyncDispose]() {
      for (const player of players) {
        player.removeAllListeners('exit');
        await end(player);
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** First lines of a simulator once it listens: the settings of a connection to it, and its password. */
async function firstLines({ stdout }: ChildProcess, count: number): Promise<string[]> {
  if (!stdout) throw new Error('its output is piped');
  const lines: string[] = [];
  const reader = createInterface({ input: stdout });
  for await (const line of reader) {
    lines.push(line);
    if (lines.length === count) break;
  }
  stdout.resume();
  return lines;
}

function secretIn(line: string): string {
  return line.replace(/^password: /, '');
}

function parse(json: string): Readonly<Record<string, unknown>> {
  return JSON.parse(json) as Readonly<Record<string, unknown>>;
}

/** Ends a process with all that it started. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  killGroup(child.pid, 'SIGTERM');
  await ended;
}
