import { readdir, realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { systemClock } from '../../../model/clock.ts';
import { oneLine, text } from '../../../model/text.ts';
import { appendToEventFile } from '../../../wire/eventFileAppender.ts';
import { endsLineAt, fileOfDay, isEventFile, eventFileError, sizeOf } from '../../../wire/eventFiles.ts';
import type { DiagnosisEnvironment, Finding } from '../../diagnosis.ts';
import type { EventConfig } from './eventConfig.ts';
import { finding, lookForPrograms } from './findings.ts';
import { accessObstacle, userOf } from './filePermissions.ts';
import type { KgsmSettings } from '../settings.ts';
import { eventFileAddress } from '../targets.ts';
import { arrivesWithinMs, testEvent } from './testEvent.ts';

/** From KGSM's configuration to the newest line; nothing is written unless the user wants it. */
export async function* diagnoseEventFiles(
  settings: KgsmSettings,
  directory: string,
  config: EventConfig | undefined,
  environment: DiagnosisEnvironment,
): AsyncGenerator<Finding, void> {
  const { signal, session } = environment;
  if (config) yield await placeFinding(directory, config);
  yield* lookForPrograms(['jq']);
  const { names, outcome } = await directoryFinding(directory);
  yield outcome;
  signal.throwIfAborted();
  if (names) {
    yield await writerFinding(settings.root, directory);
    yield await todayFinding(directory, names);
  }
  const follows = session?.address === eventFileAddress(directory);
  yield follows
    ? finding('fine', text('This connection follows the journal'))
    : finding('wrong', text('This connection follows the journal'), text('It is not open.'));
  if (names && follows) yield testFinding(directory, environment);
}

async function placeFinding(directory: string, config: EventConfig): Promise<Finding> {
  const title = text('This KGSM writes a journal there');
  if (config.sockets && config.protocolVersion !== 'third') {
    return finding('wrong', title, text('It sends to sockets. Set "events" to {0}.', 'auto'));
  }
  const named = config.journalDir;
  if (named === undefined || named === '' || named.startsWith('~')) return finding('fine', title);
  const same = (await real(named)) === (await real(directory));
  return same
    ? finding('fine', title)
    : finding(
        'wrong',
        title,
        text(
          '{0} in {1} is {2}, and this connection reads {3}.',
          'event_journal_dir',
          oneLine(config.file),
          oneLine(named),
          oneLine(directory),
        ),
      );
}

async function directoryFinding(
  directory: string,
): Promise<{ readonly names: readonly string[] | undefined; readonly outcome: Finding }> {
  const title = text('The journal can be read');
  try {
    const names = (await readdir(directory)).filter(isEventFile).sort();
    const detail = text('{0} has {1} files.', oneLine(directory), names.length);
    return { names, outcome: finding('fine', title, detail) };
  } catch (error) {
    return { names: undefined, outcome: finding('wrong', title, eventFileError(error, directory).text) };
  }
}

async function writerFinding(root: string | undefined, directory: string): Promise<Finding> {
  const title = text('The user of KGSM may write there');
  const user = root === undefined ? undefined : await userOf(root);
  if (!user) return finding('skipped', title, text('It is not known who KGSM runs as.'));
  try {
    const what = await accessObstacle(user, directory);
    return finding(what ? 'wrong' : 'fine', title, what);
  } catch {
    return finding('doubtful', title, text('It could not be looked at.'));
  }
}

async function todayFinding(directory: string, names: readonly string[]): Promise<Finding> {
  const title = text('There is a file of today');
  const now = systemClock.now();
  const today = fileOfDay(now);
  const newest = names.at(-1);
  if (newest === undefined) return finding('doubtful', title, text('There is no file at all yet.'));
  if (!names.includes(today)) {
    const why = text(
      'Nothing has happened since {0} (UTC), or KGSM writes somewhere else.',
      newest.slice(0, 10),
    );
    return finding('doubtful', title, why);
  }
  try {
    const path = join(directory, today);
    const { mtimeMs } = await stat(path);
    const minutes = Math.max(0, Math.round((now - mtimeMs) / 60_000));
    const size = (await sizeOf(path)) ?? 0;
    if (size > 0 && !(await endsLineAt(path, size))) {
      return finding('doubtful', title, text('Its last line is not finished; it is not read before that.'));
    }
    return finding(
      'fine',
      title,
      text('It has {0} bytes; the last were written {1} min ago.', size, minutes),
    );
  } catch (error) {
    return finding('wrong', title, eventFileError(error, directory).text);
  }
}

function testFinding(directory: string, environment: DiagnosisEnvironment): Finding {
  return finding(
    'skipped',
    text('A test event arrives'),
    text('It would stay in the journal of KGSM, where others read it too.'),
    {
      title: text('Write a Test Event'),
      question: {
        message: text('Write a test event into the journal of KGSM?'),
        detail: text(
          'A line is added to {0}. It changes no instance.',
          join(oneLine(directory), fileOfDay(systemClock.now())),
        ),
        action: text('Write'),
      },
      async apply(signal) {
        signal.throwIfAborted();
        const { marker, bytes } = testEvent('socket_test', 'line');
        const arrival = environment.arrives(marker, arrivesWithinMs);
        await appendToEventFile(directory, bytes);
        return (await arrival)
          ? text('The test event came in.')
          : text('The test event was written and did not come in.');
      },
    },
  );
}

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => posix.normalize(path));
}
