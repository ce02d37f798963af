import type { CliEnvironment } from './kgsm/kgsm.ts';

/** Options of the command line; each command takes those of its usage. */
export interface CommandOptions {
  readonly root?: string | undefined;
  readonly port?: string | undefined;
  readonly speed: string;
  readonly seed: string;
  readonly run?: string | undefined;
  readonly profile?: string | undefined;
  readonly revision?: string | undefined;
  readonly 'protocol-version'?: string | undefined;
  readonly webhook?: boolean | undefined;
  readonly as?: string | undefined;
  readonly recording?: string | undefined;
  readonly host?: string | undefined;
  readonly socket?: string | undefined;
  readonly 'webhook-url'?: string | undefined;
  readonly rounds?: string | undefined;
}

interface Invocation {
  readonly options: CommandOptions;
  /** Arguments for the simulated program itself. */
  readonly passed: readonly string[];
  /** The simulated program's process, in this root. */
  readonly environment: (root: string) => CliEnvironment;
  /** Aborts with Ctrl+C. */
  readonly untilInterrupted: () => AbortSignal;
  /** Aborts when the program that started this one ends, however that may be, or closes the pipe to it. */
  readonly untilAbandoned: () => AbortSignal;
  /** Prints a line that can be put into the settings as it is, and the password that the connection asks for. */
  readonly announce: (settings: object, password?: string) => void;
  /** Calls back with each line of the standard input. */
  readonly onInput: (take: (line: string) => void) => void;
  /** Bytes that whoever reads the output has not taken yet. */
  readonly unreadBytes: () => number;
}

/** A machine of the demo: started with these arguments, and shown as a connection of this id and name. */
interface DemoMachine {
  readonly id: string;
  readonly name: string;
  readonly args: (folder: string) => readonly string[];
  /** True where a password line follows the settings. */
  readonly signsIn?: boolean;
  /** Rows that the tree shows of it, as a screen reader says them. */
  readonly rows: readonly RegExp[];
}

/** One command of `main`, by which a simulated machine is started. */
export interface SimulatorCommand {
  readonly usage?: string;
  /** The first arguments, so many, are ours; the others belong to the simulated program, whatever they look like. */
  readonly ownArguments?: number;
  readonly demo?: readonly DemoMachine[];
  /** Answers the exit code; nothing where the options are wrong. */
  run(invocation: Invocation): Promise<number | undefined>;
}

export function portOf(given: string | undefined, usual: number): number | undefined {
  const port = given === undefined ? usual : Number(given);
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined;
}

/** How many times as fast as in life; nothing where it is no such number. */
export function speedOf({ speed }: CommandOptions): number | undefined {
  return Number(speed) > 0 ? Number(speed) : undefined;
}
