import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText, oneLine, text } from '../../../model/text.ts';
import { probe, unixPathLimit } from '../../../wire/unixPath.ts';
import type { DiagnosisEnvironment, Finding } from '../../diagnosis.ts';
import { addSocketName, sendsTo, switchOnBroadcasting, type EventConfig } from './eventConfig.ts';
import { changeFix, finding, lookForPrograms, offInWords } from './findings.ts';
import { listenerOn, accessObstacle, userOf } from './filePermissions.ts';
import type { KgsmSettings } from '../settings.ts';
import { arrivesWithinMs, sendLikeKgsm, testEvent } from './testEvent.ts';

/** From KGSM's switch to an event that comes in, in the order in which an event goes. */
export async function* diagnoseSocket(
  settings: KgsmSettings,
  path: string,
  config: EventConfig | undefined,
  environment: DiagnosisEnvironment,
): AsyncGenerator<Finding, void> {
  const { signal, session } = environment;
  if (config) {
    if (config.sockets) {
      yield* switchFindings(config);
      yield nameFinding(config, path, await sendsTo(config, path));
    } else {
      yield finding(
        'wrong',
        text('This KGSM sends to sockets'),
        text('It does not any longer: it writes a journal. Set "events" to {0}.', 'auto'),
      );
    }
  }
  yield await directoryFinding(path);
  yield* lookForPrograms(['socat', 'jq']);
  signal.throwIfAborted();
  const file = await fileFinding(path, session !== undefined);
  yield file;
  const ours = session?.address === path;
  yield ours
    ? finding('fine', text('Who listens'), text('This connection does.'))
    : await listenerFinding(path, file.outcome === 'fine', session !== undefined);
  yield await permissionFinding(settings.root, path, file.outcome === 'fine');
  signal.throwIfAborted();
  yield await testFinding(path, ours, environment);
}

function* switchFindings(config: EventConfig): Generator<Finding, void> {
  for (const one of config.switches) {
    const title = text('Event broadcasting is switched on ({0})', one.key);
    if (one.on) yield finding('fine', title);
    else if (config.heeded) {
      const changes = switchOnBroadcasting(config).filter(({ key }) => key === one.key);
      const fix = changeFix(config, changes, text('Switch On Event Broadcasting'));
      yield finding('wrong', title, offInWords(config.file, one), fix);
    } else {
      yield finding(
        'fine',
        title,
        text('{0} This version sends its events all the same.', offInWords(config.file, one)),
      );
    }
  }
}

/** Whether KGSM knows of the socket, with the offer to tell it. */
export function nameFinding(config: EventConfig, path: string, named: boolean): Finding {
  const { sockets, file } = config;
  const title = text('KGSM sends to the socket of this connection');
  const list = oneLine(sockets?.items.join(', ') ?? '');
  const key = sockets?.key ?? '';
  if (named) return finding('fine', title, text('{0} in {1}: {2}', key, oneLine(file), list));
  const change = addSocketName(config, path);
  if (change) {
    return finding(
      'wrong',
      title,
      text('{0} in {1} has only {2}.', key, oneLine(file), list),
      changeFix(config, [change], text('Add This Socket')),
    );
  }
  return finding(
    'wrong',
    title,
    text(
      '{0} in {1} is {2}, and this version sends to one socket alone. Set "socket" of this connection to that name, if nobody else listens there.',
      key,
      oneLine(file),
      list,
    ),
  );
}

async function directoryFinding(path: string): Promise<Finding> {
  const title = text('The place of the socket');
  const directory = dirname(path);
  const limit = unixPathLimit();
  const length = Buffer.byteLength(path);
  if (length > limit) {
    return finding('wrong', title, text('Its path has {0} bytes; at most {1} are possible.', length, limit));
  }
  const there = await stat(directory).catch(() => undefined);
  if (there?.isDirectory()) return finding('fine', title, text('{0}', oneLine(path)));
  return finding('wrong', title, text('The directory {0} does not exist.', oneLine(directory)));
}

async function fileFinding(path: string, open: boolean): Promise<Finding> {
  const title = text('The socket file is there');
  const file = await stat(path).catch(() => undefined);
  if (file?.isSocket()) return finding('fine', title);
  if (file) return finding('wrong', title, text('{0} is there, but it is no socket.', oneLine(path)));
  const link = await lstat(path).catch(() => undefined);
  if (link?.isSymbolicLink()) return finding('wrong', title, text('{0} leads nowhere.', oneLine(path)));
  return finding(
    'wrong',
    title,
    open
      ? text('There is none; KGSM then drops its events without a word.')
      : text('There is none, because this connection is not open: whoever listens creates it.'),
  );
}

async function listenerFinding(path: string, there: boolean, open: boolean): Promise<Finding> {
  const title = text('Who listens');
  if (!there) return finding('skipped', title, text('There is no socket to listen on.'));
  const answer = await probe(path);
  if (answer === 'ECONNREFUSED') {
    return finding(
      'wrong',
      title,
      open
        ? text('Nobody: the file was left behind by a program that has ended.')
        : text('Nobody: this connection is not open, and the file was left behind.'),
    );
  }
  if (answer === 'EACCES' || answer === 'EPERM') {
    return finding('doubtful', title, text('The socket belongs to another user and may not be looked at.'));
  }
  const who = (await listenerOn(path)) ?? text('another program');
  return finding(
    'wrong',
    title,
    text(
      'Not this connection, but {0}. Only one can listen on a socket: give this connection another name in "socket" and add it to the list of KGSM.',
      who,
    ),
  );
}

async function permissionFinding(root: string | undefined, path: string, there: boolean): Promise<Finding> {
  const title = text('The user of KGSM may write to the socket');
  const user = root === undefined ? undefined : await userOf(root);
  if (!user) return finding('skipped', title, text('It is not known who KGSM runs as.'));
  if (!there) return finding('skipped', title, text('There is no socket to write to.'));
  try {
    const what = await accessObstacle(user, path);
    return what
      ? finding(
          'wrong',
          title,
          text('{0} A "socketMode" of {1} or {2} lets others in.', what, '0660', '0666'),
        )
      : finding('fine', title, text('It is {0}, the owner of its folder.', user.name));
  } catch {
    return finding('doubtful', title, text('It could not be looked at.'));
  }
}

async function testFinding(path: string, ours: boolean, environment: DiagnosisEnvironment): Promise<Finding> {
  const { signal } = environment;
  const title = text('A test event arrives');
  if (!ours) {
    return finding('skipped', title, text('It would go to somebody else: this connection does not listen.'));
  }
  const { marker, bytes } = testEvent('socket_test');
  const arrival = environment.arrives(marker, arrivesWithinMs);
  const problem = await sendLikeKgsm(path, bytes, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return errorText(error);
  });
  if (await arrival) return finding('fine', title);
  return finding('wrong', title, problem ?? text('It was sent and did not come in.'));
}
