import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';

export type Line = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Probed {
  readonly lines: readonly Line[];
  readonly errors: string;
  readonly code: number | null;
}

/** Lines that a probe has written so far. */
export interface Watched {
  readonly lines: readonly Line[];
  /** Waits, woken by each line, until this holds. */
  until(wanted: () => boolean): Promise<void>;
}

/** Runs the probe; `onReady` is called when it says that the connection is ready, and ends it when it is done. */
export async function run(
  args: readonly string[],
  onReady?: (probe: Watched) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = ['--no-journal'],
): Promise<Probed> {
  const child = spawn(process.execPath, [inject('programs').gsops, 'watch', ...options, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const watched: Watched = {
    lines,
    until: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!wanted()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  let acted: Promise<void> | undefined;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    for (const look of waiting) look();
    // Everything that was to be seen is there; the rest of its time would be waiting.
    if (line['operation']) child.kill('SIGINT');
    if (line['connection']?.['state'] === 'ready')
      acted ??= onReady?.(watched).finally(() => void child.kill('SIGINT'));
  });
  const [code] = (await once(child, 'close')) as [number | null];
  await acted;
  return { lines, errors, code };
}

/** The events that a probe wrote, as it wrote them. */
export function eventsOf(lines: readonly Line[]): Readonly<Record<string, unknown>>[] {
  return lines.flatMap((line) => (line['event'] ? [line['event']] : []));
}

/** Types of what came in by itself, in its order. */
export function pushedTypes(lines: readonly Line[]): unknown[] {
  return eventsOf(lines)
    .filter(({ channel, direction }) => channel === 'push' && direction === 'in')
    .map(({ type }) => type);
}
