import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** One command of `gsops`. */
export interface Command {
  /** How it is called. The last lines are `examples:` and below it one command each, which a test runs. */
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

/** Aborted when the user or the system ends the command, or when nobody reads what it writes any more. */
export function interrupted(): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  process.stdout.on('error', abort);
  return controller.signal;
}
