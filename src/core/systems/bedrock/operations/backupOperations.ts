import { oneLine, text } from '../../../model/text.ts';
import type { InputChoice, InputContext, InstanceOperation } from '../../operation.ts';
import { isFields, named } from '../../reading.ts';
import { nameOf, offered, rests, serverCall, type BedrockRun } from './serverCall.ts';
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

/** So many names fit into a message; all are in the log. */
const namesShown = 3;

type Given = InputContext<BedrockSettings, BedrockSession>;

export const backupOperations: readonly InstanceOperation<BedrockSettings, BedrockSession>[] = [
  {
    id: 'backup',
    title: text('Back Up…'),
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Backing up {0}', nameOf(instance)),
    when: offered('moderator', rests),
    inputs: [
      {
        field: 'type',
        prompt: text('What is to be backed up? A server that runs is stopped meanwhile.'),
        none: text('There is nothing to back up.'),
        options: () =>
          Promise.resolve([
            { value: 'world', label: text('World') },
            {
              value: 'config',
              label: text('Configuration'),
              detail: text('One file of it, which is asked for next'),
            },
            { value: 'all', label: text('Everything') },
          ]),
      },
      {
        field: 'file',
        prompt: text('Which file?'),
        none: text('There is nothing to back up.'),
        when: ({ type }) => type === 'config',
        options: () => Promise.resolve(configFiles),
      },
    ],
    async run(run) {
      const { type = '', file = '' } = run.input;
      if (!['world', 'config', 'all'].includes(type))
        return {
          outcome: 'refused',
          message: text('What is to be backed up must be one of {0}.', 'world, config, all'),
        };
      if (type === 'config' && file === '')
        return { outcome: 'refused', message: text('The name of a file is needed.') };
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
    title: text('List Backups'),
    target: 'instance',
    answers: true,
    progressTitle: (instance) => text('Looking for the backups of {0}', nameOf(instance)),
    when: offered('moderator', rests),
    async run(run) {
      const { answerWith, serverPath } = await import('./calls.ts');
      return answerWith(run.session, serverPath(run.instance.key, 'backup/list/all'), run, (value) =>
        listed(run, allNames(value)),
      );
    },
  },
  {
    id: 'restore',
    title: text('Restore Backup…'),
    target: 'instance',
    silent: true,
    progressTitle: (instance) => text('Restoring {0}', nameOf(instance)),
    when: offered('moderator', rests),
    inputs: [
      {
        field: 'type',
        prompt: text('What is to be restored?'),
        none: text('There is nothing to restore.'),
        options: () => Promise.resolve(kinds),
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
      if (!known)
        return {
          outcome: 'refused',
          message: text('What is to be restored is not known: {0}', oneLine(type, 40)),
        };
      if (type !== 'all' && (backup === '' || backup === newest))
        return { outcome: 'refused', message: text('The name of a backup is needed.') };
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
    title: text('Delete Old Backups'),
    target: 'instance',
    progressTitle: (instance) => text('Deleting old backups of {0}', nameOf(instance)),
    when: offered('moderator', rests),
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

function listed(run: BedrockRun, names: readonly string[]): ReturnType<typeof text> {
  const who = nameOf(run.instance);
  if (names.length === 0) return text('{0} has no backup', who);
  const sorted = newestFirst(names);
  run.output(`${sorted.join('\n')}\n`);
  const first = sorted.slice(0, namesShown).map((each) => oneLine(each, 100));
  const rest = sorted.length - first.length;
  return rest > 0
    ? text('{0} has {1} backups: {2} and {3} more', who, sorted.length, first.join(', '), rest)
    : text('{0} has {1} backups: {2}', who, sorted.length, first.join(', '));
}
