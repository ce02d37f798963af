import { text, type Text } from '../../../model/text.ts';
import { failed, type OperationResult, type OperationRun, refused, succeeded } from '../../operation.ts';
import { failureOf, runKgsm } from '../program/runKgsm.ts';
import { cliSyntaxOf, type CliSyntax } from '../program/cliSyntax.ts';
import type { KgsmSettings } from '../settings.ts';

export const noRoot = text(
  'this connection has no "root": it listens to events, but cannot reach KGSM itself',
);

/** Runs one command line of KGSM for an operation; its output goes into the log of the task. */
export async function runCommand(
  run: Omit<OperationRun<KgsmSettings>, 'instance'>,
  args: (dialect: CliSyntax) => readonly string[],
  done: Text,
  timeoutMs: number,
): Promise<OperationResult> {
  const { root } = run.settings;
  if (root === undefined) return refused(noRoot);
  const result = await runKgsm({
    root,
    args: args(await cliSyntaxOf(root, run.signal)),
    timeoutMs,
    signal: run.signal,
    onOutput: (chunk) => run.output(chunk),
  });
  if (result.code === 0 && !result.problem) return succeeded(done);
  return failed(failureOf(result));
}
