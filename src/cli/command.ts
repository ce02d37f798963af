import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** One command of `gsops`. */
export interface Command {
  /** How it is called, with examples. */
  readonly usage: string;
  /** Answers the exit code: 0 done, 1 failed. Rejects with a UsageError where the command line is wrong, and then nothing was done. */
  run(args: readonly string[]): Promise<number>;
}

/** A command line that a command cannot read; its message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the arguments of a command. */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Aborted when the user or the system ends the command. */
export function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
