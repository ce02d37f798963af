import { oneLine, text, type Text } from '../../../model/text.ts';
import { type ConnectionOperation, failed, refused } from '../../operation.ts';
import { blueprintsOf, installFolderOf, instancesOf } from '../program/cliQueries.ts';
import { noRoot, runCommand } from './runCommand.ts';
import type { KgsmSession } from '../session/kgsmSession.ts';
import type { KgsmSettings } from '../settings.ts';

/** A download of thirty gigabytes over a slow line. */
const installTimeoutMs = 6 * 3_600_000;

/** Installs a game from one of KGSM's blueprints. */
export const installOperation: ConnectionOperation<KgsmSettings, KgsmSession> = {
  id: 'install',
  effect: 'changes',
  target: 'connection',
  silent: true,
  progressTitle: (input) => text('Installing {0}', oneLine(input['name'] ?? input['blueprint'] ?? '', 60)),
  when: ({ root }) => root !== undefined,
  inputs: [
    {
      field: 'blueprint',
      prompt: text('Which game?'),
      none: text('KGSM has no blueprint to install from.'),
      options: ({ settings: { root }, signal }) => (root === undefined ? [] : blueprintsOf(root, signal)),
    },
    {
      field: 'name',
      prompt: text('Name of the new instance'),
      placeholder: text('survival-1'),
      value: ({ given: { blueprint = '' } }) => blueprint,
      check: checkName,
    },
    {
      field: 'directory',
      prompt: text('Folder on the machine of KGSM that the instance gets its own folder in'),
      placeholder: text('/srv/games'),
      value: async ({ settings: { root }, signal }) =>
        (root === undefined ? undefined : await installFolderOf(root, signal)) ?? '',
      check: checkDirectory,
    },
  ],
  async run(run) {
    const { blueprint = '', name = '', directory = '' } = run.input;
    if (blueprint === '') return refused(text('A blueprint is needed.'));
    const { root } = run.settings;
    if (root === undefined) return refused(noRoot);
    // KGSM does not look: it begins to create the instance over the one that is there.
    const there = await instancesOf(root, run.signal);
    if (!there) return failed(text('KGSM does not tell which instances there are, so none is installed.'));
    if (there.includes(name)) return refused(text('There is an instance {0} already.', oneLine(name, 60)));
    return runCommand(run, {
      args: (syntax) => syntax.install(blueprint, name, directory),
      done: text('{0} is installed', oneLine(name, 60)),
      timeoutMs: installTimeoutMs,
      work: { work: 'install', instance: name },
    });
  },
};

/** KGSM cuts a name at a space without a word and makes a folder and scripts of it. */
function checkName(name: string): Text | undefined {
  if (name === '') return text('A name is needed.');
  if (name.length > 64) return text('At most 64 characters.');
  if (/\s/.test(name)) return text('KGSM cuts a name off at a space.');
  if (name.startsWith('-') || name.startsWith('.')) return text('A name begins with a letter or a digit.');
  if (!/^[\p{L}\p{N}._-]+$/u.test(name)) return text('Letters, digits, dashes, dots and underscores only.');
  return undefined;
}

function checkDirectory(directory: string): Text | undefined {
  return /^\/[^\n\0]*$/.test(directory) ? undefined : text('An absolute path, such as /srv/games.');
}
