import { oneLine, text, type Text } from '../../../model/text.ts';
import { type InputChoice, type InputContext, type InstanceOperation, refused } from '../../operation.ts';
import { isFields, named } from '../../reading.ts';
import { nameOf, offered, rests, serverCall } from './serverCall.ts';
import type { BedrockSettings } from '../settings.ts';
import type { BedrockSession } from '../session/bedrockSession.ts';

type Given = InputContext<BedrockSettings, BedrockSession>;

const levels = ['visitor', 'member', 'operator'];

/** Operations on allowlist and permissions. */
export const accessOperations: readonly InstanceOperation<BedrockSettings, BedrockSession>[] = [
  {
    id: 'listAllowlist',
    effect: 'reads',
    command: { title: 'Show Allowlist', icon: '$(organization)' },
    target: 'instance',
    answers: true,
    progressTitle: (instance) => text('Looking at the allowlist of {0}', nameOf(instance)),
    ...offered('moderator', rests),
    async run(run) {
      const { answerWith, serverPath } = await import('./calls.ts');
      return answerWith(run.session, serverPath(run.instance.key, 'allowlist/get'), run, (value) => {
        const names = playersIn(value).map(({ name }) => name);
        if (names.length === 0) return text('Nobody is on the allowlist of {0}', nameOf(run.instance));
        run.output(`${names.join('\n')}\n`);
        return text('On the allowlist of {0}: {1}', nameOf(run.instance), oneLine(names.join(', '), 300));
      });
    },
  },
  {
    id: 'allowlistAdd',
    effect: 'changes',
    command: { title: 'Add to Allowlist…', icon: '$(person-add)' },
    target: 'instance',
    progressTitle: (instance) => text('Adding to the allowlist of {0}', nameOf(instance)),
    ...offered('moderator', rests),
    inputs: [
      {
        field: 'players',
        prompt: text('Names of players, with commas between them'),
        placeholder: text('Steve, Alex'),
        check: checkNames,
      },
    ],
    async run(run) {
      const players = namesIn(run.input['players'] ?? '');
      const wrong = checkNames(players.join(','));
      if (wrong) return refused(wrong);
      return serverCall(
        'POST',
        'allowlist/add',
        (name) => text('Added to the allowlist of {0}', name),
        () => ({
          players,
          ignoresPlayerLimit: false,
        }),
      )(run);
    },
  },
  {
    id: 'allowlistRemove',
    effect: 'changes',
    command: { title: 'Remove from Allowlist…', icon: '$(person)' },
    target: 'instance',
    progressTitle: (instance) => text('Removing from the allowlist of {0}', nameOf(instance)),
    ...offered('moderator', rests),
    inputs: [
      {
        field: 'player',
        prompt: text('Who is to be removed?'),
        none: text('Nobody is on the allowlist.'),
        options: async ({ session, instance, signal }) => {
          if (!instance) return [];
          const { askFor, serverPath } = await import('./calls.ts');
          const value = await askFor(session, serverPath(instance.key, 'allowlist/get'), signal);
          return playersIn(value).map(({ name }) => name);
        },
      },
    ],
    async run(run) {
      const { player = '' } = run.input;
      if (player === '') return refused(text('The name of a player is needed.'));
      return serverCall(
        'DELETE',
        'allowlist/remove',
        (name) => text('Removed from the allowlist of {0}', name),
        () => ({
          players: [player],
        }),
      )(run);
    },
  },
  {
    id: 'setPermission',
    effect: 'changes',
    command: { title: 'Set Player Permission…', icon: '$(shield)' },
    target: 'instance',
    progressTitle: (instance) => text('Setting a permission on {0}', nameOf(instance)),
    ...offered('moderator', rests),
    inputs: [
      {
        field: 'player',
        prompt: text('Whose permission?'),
        none: text('No player is known; search for players first.'),
        options: knownPlayers,
      },
      {
        field: 'level',
        prompt: text('Which permission?'),
        none: text('There is no permission.'),
        options: () => levels,
      },
    ],
    async run(run) {
      const { player = '', level = '' } = run.input;
      // The picked value is `xuid` or `xuid name`.
      const [xuid = '', ...rest] = player.split(' ');
      if (!/^\d{1,20}$/.test(xuid)) return refused(text('The XUID of a player is needed.'));
      if (!levels.includes(level)) return refused(text('A permission is one of {0}.', levels.join(', ')));
      const { methodsOf } = await import('./connectionCalls.ts');
      const name = rest.join(' ');
      return serverCall(
        methodsOf(run.session).setPermissions,
        'permissions/set',
        (server) => text('{0} is {1} on {2} now', oneLine(name === '' ? xuid : name, 60), level, server),
        () => ({ permissions: [{ xuid, name: name === '' ? xuid : name, permission_level: level }] }),
      )(run);
    },
  },
];

async function knownPlayers({ session, instance, signal }: Given): Promise<readonly InputChoice[]> {
  if (!instance) return [];
  const { askFor, serverPath } = await import('./calls.ts');
  const permissions = await askFor(session, serverPath(instance.key, 'permissions/get'), signal);
  const all = await askFor(session, '/api/players/get', signal);
  const found = new Map<string, InputChoice>();
  for (const { name, xuid, level } of [...playersIn(permissions), ...playersIn(all)]) {
    if (xuid === undefined || found.has(xuid)) continue;
    found.set(xuid, {
      value: `${xuid} ${name}`,
      label: text('{0}', oneLine(name, 60)),
      detail:
        level === undefined
          ? text('XUID {0}', oneLine(xuid, 30))
          : text('XUID {0}, {1}', oneLine(xuid, 30), oneLine(level, 30)),
    });
  }
  return [...found.values()];
}

interface Listed {
  readonly name: string;
  readonly xuid?: string;
  readonly level?: string;
}

/** The lists differ in their names by route and release. */
function playersIn(value: unknown): readonly Listed[] {
  if (!isFields(value)) return [];
  const details = isFields(value['details']) ? value['details'] : {};
  const data = isFields(value['data']) ? value['data'] : {};
  return [value, details, data]
    .flatMap((each) => [each['players'], each['permissions']])
    .flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []))
    .flatMap((entry): Listed[] => {
      if (typeof entry === 'string') return [{ name: entry }];
      if (!isFields(entry)) return [];
      const xuid = named(entry['xuid']) ?? named(entry['uuid']);
      const name = named(entry['name']) ?? xuid;
      const level = named(entry['permission_level']);
      if (name === undefined) return [];
      return [{ name, ...(xuid === undefined ? {} : { xuid }), ...(level === undefined ? {} : { level }) }];
    });
}

function namesIn(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function checkNames(value: string): Text | undefined {
  return namesIn(value).length === 0 ? text('At least one name is needed.') : undefined;
}
