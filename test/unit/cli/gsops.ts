import { spawn } from 'node:child_process';
import { inject } from 'vitest';
import { batchOf } from '../../../src/core/journal/recorder.ts';
import { openJournal } from '../../../src/cli/journalFile.ts';
import { kgsmEvent, core, draft } from '../core/helpers.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Runs the command line to its end. */
export function gsops(...args: readonly string[]): Promise<Ended> {
  return runGsops(args);
}

/** The same; `onErrors` hears of all that stands on standard error so far. */
export function runGsops(
  args: readonly string[],
  onErrors: (errors: string, interrupt: () => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [inject('programs').gsops, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
    onErrors(errors, () => void child.kill('SIGINT'));
  });
  return new Promise((resolve) =>
    child.once('close', (code) => {
      resolve({ code, out, errors });
    }),
  );
}

/** A journal with a start, a crash of each of three instances, and a stop. */
export async function makeJournal(file: string): Promise<void> {
  const { pipeline } = core();
  const journal = await openJournal(file);
  const commits: Promise<unknown>[] = [];
  pipeline.subscribe('test', (change) => commits.push(journal.append(batchOf(change))));
  pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
  for (const name of ['a', 'b', 'c'])
    pipeline.ingest(draft(kgsmEvent('instance_crashed', name, { ExitCode: '139' })));
  pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a')));
  pipeline.flush();
  await Promise.all(commits);
  await journal.close();
}
