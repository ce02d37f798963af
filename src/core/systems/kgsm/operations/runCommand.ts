import { posix } from 'node:path';
import { text, type Text } from '../../../model/text.ts';
import { failed, type OperationResult, type OperationRun, refused, succeeded } from '../../operation.ts';
import type { Work } from '../decode/decoderState.ts';
import { problemOf, runKgsm } from '../program/runKgsm.ts';
import { cliSyntaxOf, unknownProgram, type CliSyntax } from '../program/cliSyntax.ts';
import type { KgsmSession } from '../session/kgsmSession.ts';
import type { KgsmSettings } from '../settings.ts';

export const noRoot = text(
  'this connection has no "root": it listens to events, but cannot reach KGSM itself',
);

/** A backup of a big world, an update of thirty gigabytes. */
export const longTimeoutMs = 4 * 3_600_000;

type Run = Omit<OperationRun<KgsmSettings, KgsmSession>, 'instance'>;

export interface Command {
  args(syntax: CliSyntax): readonly string[];
  /** Reason not to run it with a program of this generation. */
  refuse?(generation: 1 | 2 | 3): Text | undefined;
  /** Looks at what a run without a failure has left; answers why that is none of its success. */
  missed?(): Promise<Text | undefined>;
  readonly done: Text;
  readonly timeoutMs: number;
  /** Work that events may tell of meanwhile, and the instance that it is done to. */
  readonly work?: { readonly work: Work; readonly instance: string };
}

/** Runs one command line of KGSM for an operation; its output goes into the log of the task. */
export async function runCommand(run: Run, command: Command): Promise<OperationResult> {
  const { root } = run.settings;
  if (root === undefined) return refused(noRoot);
  const syntax = await cliSyntaxOf(root, run.signal);
  if (!syntax) return refused(text('{0}: {1}', posix.join(root, 'kgsm.sh'), unknownProgram));
  const reason = command.refuse?.(syntax.generation);
  if (reason) return refused(reason);
  const result = await runKgsm({
    root,
    args: command.args(syntax),
    timeoutMs: command.timeoutMs,
    signal: run.signal,
    onOutput: (chunk) => run.output(chunk),
  });
  const problem = problemOf(result, syntax.generation) ?? (await command.missed?.());
  const ended = problem ? failed(problem) : succeeded(command.done);
  if (command.work) {
    run.session?.workEnded?.({
      ...command.work,
      outcome: problem ? 'failed' : 'succeeded',
      message: ended.message,
    });
  }
  return ended;
}
