import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { runKgsm, type CliResult } from '../../../src/core/systems/kgsm/program/runKgsm.ts';
import { UnixListener } from '../../../src/core/wire/unixListener.ts';
import type { Launch } from '../../../src/simulator/kgsm/root.ts';

/** The simulator, started by the Node that runs the tests. */
export const launch: Launch = {
  node: process.execPath,
  entry: inject('programs').simulator,
};

/** A short private folder that is removed at the end; what the stand-ins of games hang on goes with it. */
export function temporaryFolder(name = ''): { readonly path: string } & Disposable {
  const base = realpathSync(mkdtempSync(join(process.platform === 'darwin' ? '/tmp' : tmpdir(), 'gsops-')));
  return {
    path: join(base, name),
    [Symbol.dispose]() {
      // The stand-ins of games may still write while they end.
      rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

/** Runs `kgsm.sh` as the extension does. */
export function kgsm(root: string, ...args: string[]): Promise<CliResult> {
  return runKgsm({ root, args, timeoutMs: 15_000, signal: new AbortController().signal });
}

export interface Heard extends AsyncDisposable {
  /** One text per connection. */
  readonly texts: string[];
  types(): string[];
  /** Resolves when so many events have come. */
  count(wanted: number): Promise<void>;
}

/** Listens at a path with the extension's own listener. */
export async function hear(path: string, onText?: (text: string) => void): Promise<Heard> {
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  const listener = await UnixListener.listen({
    path,
    mode: 0o600,
    onMessage({ bytes }) {
      const text = Buffer.from(bytes).toString('utf8');
      texts.push(text);
      onText?.(text);
      for (const look of waiting) look();
    },
  });
  return {
    texts,
    types: () => texts.map((text) => (JSON.parse(text) as { EventType: string }).EventType),
    async count(wanted) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (texts.length < wanted) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    [Symbol.asyncDispose]: () => listener.dispose(),
  };
}
