import { oneLine, text } from '../../../model/text.ts';
import { backupListText } from '../../backupListText.ts';
import { type InputChoice, type InputContext, type InstanceOperation, refused } from '../../operation.ts';
import { isFields, named } from '../../reading.ts';
import { isUp, nameOf, offered, rests, serverCall } from './serverCall.ts';
import type { BedrockSettings } from '../settings.ts';
import type { BedrockSession } from '../session/bedrockSession.ts';

const kinds: readonly InputChoice[] = [
  { value: 'world', label: text('World') },
  { value: 'all', label: text('Everything'), detail: text('World and configuration files') },
  { value: 'properties', label: text('Properties'), detail: text('server.properties') },
  { value: 'allowlist', label: text('Allowlist'), detail: text('allowlist.json') },
  { value: 'permissions', label: text('Permissions'), detail: text('permissions.json') },
];

/** Configuration files are backed up by their names. */
const configFiles = ['server.properties', 'allowlist.json', 'permissions.json'] as const;
/** Stands for the newest backup of each kind. */
const newest = 'newest';

type Given = InputContext<BedrockSettings, BedrockSession>;

export const backupOperations: readonly InstanceOperation<BedrockSettings, BedrockSession>[] = [
  {
    id: 'backup',
    effect: 'interrupts',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Backing up {0}', nameOf(instance)),
    ...offered('moderator', rests),
    confirm: (instance, connection) =>
      isUp(instance)
        ? {
            message: text('Back up {0} on {1}?', nameOf(instance), connection),
            detail: text('The server is stopped meanwhile; players are disconnected.'),
            action: text('Back Up'),
          }
        : undefined,
    inputs: [
      {
        field: 'type',
        prompt: text('What is to be backed up? A server that runs is stopped meanwhile.'),
        none: text('There is nothing to back up.'),
        options: () => [
          { value: 'world', label: text('World') },
          {
            value: 'config',
            label: text('Configuration'),
            detail: text('One file of it, which is asked for next'),
          },
          { value: 'all', label: text('Everything') },
        ],
      },
      {
        field: 'file',
        prompt: text('Which file?'),
        none: text('There is nothing to back up.'),
        when: ({ type }) => type === 'config',
        options: () => configFiles,
      },
    ],
    async run(run) {
      const { type = '', file = '' } = run.input;
      if (!['world', 'config', 'all'].includes(type))
        return refused(text('What is to be backed up must be one of {0}.', 'world, config, all'));
      if (type === 'config' && file === '') return refused(text('The name of a file is needed.'));
      return serverCall(
        'POST',
        'backup/action',
        (name) => text('{0} is backed up', name),
        () => ({
          backup_type: type,
          ...(type === 'config' ? { file_to_backup: file } : {}),
        }),
      )(run);
    },
  },
  {
    id: 'listBackups',
    effect: 'reads',
    target: 'instance',
    answers: true,
    progressTitle: (instance) => text('Looking for the backups of {0}', nameOf(instance)),
    ...offered('moderator', rests),
    async run(run) {
      const { answerWith, serverPath } = await import('./calls.ts');
      return answerWith(run.session, serverPath(run.instance.key, 'backup/list/all'), run, (value) => {
        const names = newestFirst(allNames(value));
        if (names.length > 0) run.output(`${names.join('\n')}\n`);
        return backupListText(nameOf(run.instance), names);
      });
    },
  },
  {
    id: 'restore',
    effect: 'destroys',
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Restoring {0}', nameOf(instance)),
    ...offered('moderator', rests),
    inputs: [
      {
        field: 'type',
        prompt: text('What is to be restored?'),
        none: text('There is nothing to restore.'),
        options: () => kinds,
      },
      {
        field: 'backup',
        prompt: text('Which backup?'),
        none: text('There is no backup of this kind.'),
        when: ({ type }) => type !== 'all',
        options: backupsOf,
      },
    ],
    confirm: (instance, connection) => ({
      message: text('Restore the backup of {0} on {1}?', nameOf(instance), connection),
      detail: text('What is there now is replaced. A server that runs is stopped meanwhile.'),
      action: text('Restore'),
    }),
    async run(run) {
      const { type = '', backup = '' } = run.input;
      const known = kinds.some((kind) => typeof kind === 'object' && kind.value === type);
      if (!known) return refused(text('What is to be restored is not known: {0}', oneLine(type, 40)));
      if (type !== 'all' && (backup === '' || backup === newest))
        return refused(text('The name of a backup is needed.'));
      return serverCall(
        'POST',
        'restore/action',
        (name) => text('{0} is restored', name),
        () => ({
          restore_type: type,
          ...(type === 'all' ? {} : { backup_file: backup }),
        }),
      )(run);
    },
  },
  {
    id: 'pruneBackups',
    effect: 'destroys',
    command: { title: 'Delete Old Backups…', icon: '$(clear-all)' },
    target: 'instance',
    progressTitle: (instance) => text('Deleting old backups of {0}', nameOf(instance)),
    ...offered('moderator', rests),
    confirm: (instance, connection) => ({
      message: text('Delete old backups of {0} on {1}?', nameOf(instance), connection),
      detail: text('So many as the manager is set to keep stay.'),
      action: text('Delete'),
    }),
    async run(run) {
      const { methodsOf } = await import('./connectionCalls.ts');
      const { prune } = methodsOf(run.session);
      return serverCall(prune, 'backups/prune', (name) => text('Old backups of {0} are deleted', name))(run);
    },
  },
];

async function backupsOf({ session, instance, given, signal }: Given): Promise<readonly InputChoice[]> {
  const { type = '' } = given;
  if (type === 'all') return [{ value: newest, label: text('The newest of each kind') }];
  if (!instance) return [];
  const { askFor, serverPath } = await import('./calls.ts');
  const value = await askFor(
    session,
    serverPath(instance.key, `backup/list/${encodeURIComponent(type)}`),
    signal,
  );
  return newestFirst(allNames(value));
}

/** A list, or lists by kind. */
function allNames(value: unknown): string[] {
  if (!isFields(value)) return [];
  const details = isFields(value['details']) ? value['details'] : {};
  const all = isFields(details['all_backups']) ? Object.values(details['all_backups']) : [];
  return [value['backups'], ...all]
    .flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []))
    .map((each) => named(each))
    .filter((each) => each !== undefined)
    .map((each) => each.split(/[/\\]/).at(-1) ?? each);
}

/** Their names end with the time that they were made at. */
function newestFirst(names: readonly string[]): string[] {
  const time = (name: string): string => /\d{8}_\d{6}/.exec(name)?.[0] ?? '';
  return [...names].sort((a, b) => time(b).localeCompare(time(a)));
}
