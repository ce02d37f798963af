import { spawn } from 'node:child_process';
import { join } from 'node:path';
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
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [inject('programs').gsops, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_DATA_HOME: inject('programs').data, ...env },
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
  await fill(file, [
    kgsmEvent('instance_started', 'a'),
    ...['a', 'b', 'c'].map((name) => kgsmEvent('instance_crashed', name, { ExitCode: '139' })),
    kgsmEvent('instance_stopped', 'a'),
  ]);
}

/** A recording of these messages; answers its path. */
export async function makeRecording(folder: string, messages: readonly string[]): Promise<string> {
  const journal = join(folder, 'recorded.db');
  const out = join(folder, 'night.gsops.ndjson');
  await fill(journal, messages);
  const { code, errors } = await gsops('export', '--journal', journal, '--out', out);
  if (code !== 0) throw new Error(errors);
  return out;
}

async function fill(file: string, messages: readonly string[]): Promise<void> {
  const { pipeline } = core();
  const journal = await openJournal(file);
  const commits: Promise<unknown>[] = [];
  pipeline.subscribe('test', (change) => commits.push(journal.append(batchOf(change))));
  for (const message of messages) pipeline.ingest(draft(message));
  pipeline.flush();
  await Promise.all(commits);
  await journal.close();
}
