import { failed, refused, succeeded } from '../../operation.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { FileFollower, type FileTurn } from '../../../wire/fileFollower.ts';
import { SessionError } from '../../session.ts';
import { type Console } from '../../console.ts';
import { problemOf, runKgsm } from '../program/runKgsm.ts';
import { cliSyntaxOf, unknownProgram } from '../program/cliSyntax.ts';
import { logFileOf } from '../program/cliQueries.ts';
import { checkCommand, refusedByThird } from './consoleLine.ts';
import type { KgsmSettings } from '../settings.ts';

/** Part of an existing log that is shown. */
const tailBytes = 64 * 1024;
const sendTimeoutMs = 30_000;

const turns: Readonly<Record<FileTurn, Text>> = {
  missing: text('There is no log yet; it comes when the server starts.'),
  appeared: text('The log is there.'),
  rotated: text('A new log begins.'),
  truncated: text('The log was emptied.'),
  noPermission: text('This user may not read the log.'),
};

/** Follows the log file of an instance by its name: KGSM puts a new one in its place with each start. */
export const kgsmConsole: Console<KgsmSettings> = {
  when: (instance, { root }) => root !== undefined && instance.state !== 'removed',
  async open(run) {
    const { settings, instance, clock, signal } = run;
    const { root } = settings;
    const path = root === undefined ? undefined : await logFileOf(root, instance.key, signal);
    if (root === undefined || path === undefined) {
      throw new SessionError(
        text('KGSM does not tell where the log of {0} is.', oneLine(instance.name, 60)),
        {
          retry: false,
        },
      );
    }
    run.note(text('Following {0}', oneLine(path, 300)));
    const follower = await FileFollower.start({
      path,
      tailBytes,
      clock,
      onText(chunk) {
        run.write(chunk);
      },
      onTurn(turn) {
        run.note(turns[turn]);
      },
    });
    return {
      async send(line) {
        const wrong = checkCommand(line);
        if (wrong) return refused(wrong);
        const syntax = await cliSyntaxOf(root, signal);
        if (!syntax) return refused(unknownProgram);
        const dangerous = syntax.generation === 3 ? refusedByThird(line) : undefined;
        if (dangerous) return refused(dangerous);
        const args = syntax.input(instance.key, line);
        const result = await runKgsm({ root, args, timeoutMs: sendTimeoutMs, signal });
        const problem = problemOf(result, syntax.generation);
        return problem ? failed(problem) : succeeded(text('Sent'));
      },
      dispose: () => follower.dispose(),
    };
  },
};
