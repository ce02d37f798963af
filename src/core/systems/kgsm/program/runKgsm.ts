import { spawn } from 'node:child_process';
import { posix } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { redactText } from '../../redaction.ts';

export interface CliResult {
  /** `null` where the program did not end by itself. */
  readonly code: number | null;
  /** Both streams as they came. */
  readonly output: string;
  readonly stdout: string;
  readonly problem?: Text;
}

export interface CommandRun {
  readonly root: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Whole lines as they come: a secret cut in two by a pipe could not be recognised. */
  onOutput?(lines: string): void;
}

/** Output kept for the log; a chatty game may write for ever. */
const maxOutput = 256 * 1024;
/** An answer is read as a whole: a host with twenty thousand instances has a list of a megabyte. */
const maxAnswer = 8 * 1024 * 1024;
/** After the exit, what the pipes still hold; a started game keeps them open, so their end is never waited for. */
const drainMs = 50;

/**
 * Runs KGSM's own program: no shell, arguments as they are, no stdin. Settles when the program exits, not when its pipes
 * close: KGSM hands them on to the game that it starts.
 */
export function runKgsm(run: CommandRun): Promise<CliResult> {
  return new Promise((resolve) => {
    const program = posix.join(run.root, 'kgsm.sh');
    const child = spawn(program, [...run.args], {
      cwd: run.root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      shell: false,
      env: { ...process.env, KGSM_ROOT: run.root },
    });
    let output = '';
    let stdout = '';
    let unfinished = '';
    const tell = (piece: string): void => {
      const end = piece.lastIndexOf('\n') + 1;
      if (end > 0) run.onOutput?.(unfinished + piece.slice(0, end));
      unfinished = (end > 0 ? '' : unfinished) + piece.slice(end);
    };
    let problem: Text | undefined;
    const collect = (piece: string): void => {
      if (output.length < maxOutput) output += piece;
      tell(piece);
    };
    // As text from the stream itself, which keeps a character whole that two chunks share.
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      if (stdout.length < maxAnswer) stdout += piece;
      collect(piece);
    });
    child.stderr.setEncoding('utf8').on('data', collect);

    const kill = (why: Text): void => {
      problem ??= why;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(
      () => kill(text('it did not end within {0} s', Math.round(run.timeoutMs / 1000))),
      run.timeoutMs,
    );
    const onAbort = (): void => kill(text('it was cancelled'));
    run.signal.addEventListener('abort', onAbort, { once: true });
    if (run.signal.aborted) onAbort();

    let settled = false;
    const settle = (code: number | null): void => {
      if (settled) return;
      settled = true;
      if (unfinished !== '') run.onOutput?.(unfinished);
      clearTimeout(timer);
      run.signal.removeEventListener('abort', onAbort);
      // The pipes may live as long as the game; they are let go so that they hold nothing here.
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve({ code, output, stdout, ...(problem ? { problem } : {}) });
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      problem = startProblem(program, error);
      settle(null);
    });
    child.once('exit', (code) => setTimeout(settle, drainMs, code));
  });
}

/** The program and what it started and did not detach; a game that KGSM put in a session of its own lives on. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // Already gone.
  }
}

function startProblem(program: string, error: NodeJS.ErrnoException): Text {
  switch (error.code) {
    case 'ENOENT':
      return text('there is no {0}; "root" in the settings must be the folder of KGSM', program);
    case 'EACCES':
      return text('{0} may not be executed by this user', program);
    default:
      return text('{0} could not be started: {1}', program, oneLine(error.message, 200));
  }
}

const exitCodes: Readonly<Record<number, Text>> = {
  1: text('KGSM reported an error'),
  5: text('KGSM does not know it'),
  7: text('KGSM missed an argument'),
  8: text('KGSM refused an argument'),
  13: text('the download failed'),
  14: text('the deployment failed'),
  16: text('KGSM lacks a permission'),
  18: text('systemd refused'),
  19: text('the firewall refused'),
  20: text('the instance is malformed'),
  21: text('a program that KGSM needs is missing'),
  29: text('the instance reported an error'),
};

/** Why a run is a failure; nothing where it is none. KGSM 1 exits with 0 after most failures: its error lines tell. */
export function problemOf(result: CliResult, generation: 1 | 2 | 3): Text | undefined {
  if (result.problem || result.code !== 0) return failureOf(result);
  return generation === 1 && linesOf(result.output).some((line) => errorLine.test(line))
    ? failureOf({ ...result, code: 1 })
    : undefined;
}

/** The reason for people, with KGSM's own words. */
export function failureOf(result: CliResult): Text {
  if (result.problem) return result.problem;
  const words = reasonIn(result.output);
  const meaning = exitCodes[result.code ?? -1] ?? text('KGSM ended with exit code {0}', String(result.code));
  return words === '' ? meaning : text('{0}: {1}', meaning, words);
}

const errorLine = /\[ERROR\]|^ERROR:|^Error \d+:|: command not found$/;
/** Lines by which KGSM says where in its scripts it failed, behind the reason. */
const place = /^Occurred in script|^Error \d+:|: line \d+: exit: /;
/** Time, level and script before the words: `[2026-11-26 12:29:07] [ERROR] kgsm.sh:563 Invalid argument`. */
const prefix = /^(\[[\d :-]+\]\s*)?(\[ERROR\]|ERROR:)\s*(\S+\.sh:\d+\s+)?/;

/** The first error that KGSM names, with what it rejected; else its last line that is no place in a script. */
function reasonIn(output: string): string {
  const lines = linesOf(output);
  const at = lines.findIndex((line) => /\[ERROR\]|^ERROR:/.test(line));
  if (at < 0) {
    const last =
      lines.findLast((line) => !place.test(line)) ?? lines.find((line) => /^Error \d+:/.test(line));
    return oneLine(redactText((last ?? '').replace(/^Error \d+:\s*/, '')), 200);
  }
  const [reason = '', more = ''] = lines.slice(at).map((line) => line.replace(prefix, ''));
  const found = more.startsWith('Rejected ') ? `${reason}. ${more}` : reason;
  return oneLine(redactText(found), 200);
}

function linesOf(output: string): string[] {
  return stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
