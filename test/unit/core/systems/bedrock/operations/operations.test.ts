import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../../../../src/core/model/instance.ts';
import type { LifecycleState } from '../../../../../../src/core/model/lifecycle.ts';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import type { Role } from '../../../../../../src/core/systems/bedrock/session/bedrockSession.ts';
import { bedrock } from '../../../../../../src/core/systems/bedrock/index.ts';
import type { AnyOperation, OperationResult } from '../../../../../../src/core/systems/operation.ts';
import { bedrockOperations } from '../../../../../../src/core/systems/bedrock/operations/operations.ts';
import { open, ready, startServer, type Opened } from '../rig.ts';

function offers(opened: Opened, state: LifecycleState): string[] {
  const instance: Instance = {
    connection: 'mc',
    kind: 'instance',
    key: 'a',
    name: 'a',
    state,
    since: 0,
    lastEventAt: 0,
  };
  const { settings, connection } = opened;
  const operations: readonly AnyOperation[] = bedrockOperations;
  return operations
    .filter((operation) =>
      operation.target === 'instance'
        ? operation.when(instance, settings, connection.session)
        : operation.when(settings, connection.session),
    )
    .map(({ id }) => id)
    .sort();
}

const everybody = ['request', 'subscribe', 'unsubscribe'];
const moderator = [
  'allowlistAdd',
  'allowlistRemove',
  'backup',
  'listAllowlist',
  'listBackups',
  'pruneBackups',
  'restore',
  'scanPlayers',
  'setPermission',
];
const admin = ['install', 'remove', 'update', 'worldExport', 'worldReset'];
const up = ['command', 'restart', 'stop'];

const table: readonly (readonly [Role, string, LifecycleState, readonly string[]])[] = [
  ['user', 'guest', 'running', everybody],
  ['user', 'guest', 'stopped', everybody],
  ['moderator', 'mod', 'running', [...everybody, ...moderator, ...up]],
  ['moderator', 'mod', 'stopped', [...everybody, ...moderator, 'start']],
  ['moderator', 'mod', 'failed', [...everybody, ...moderator, 'start']],
  ['moderator', 'mod', 'starting', [...everybody, 'scanPlayers', 'stop']],
  ['moderator', 'mod', 'stopping', [...everybody, 'scanPlayers']],
  ['admin', 'admin', 'running', [...everybody, ...moderator, ...admin, ...up]],
  ['admin', 'admin', 'stopped', [...everybody, ...moderator, ...admin, 'start']],
  ['admin', 'admin', 'backingUp', [...everybody, 'install', 'scanPlayers']],
];

describe('what is offered', () => {
  it.each(table)('to a %s (%s) for a server that is %s', async (_, username, state, expected) => {
    await using server = await startServer();
    await using opened = open(server.url, { settings: { username } });
    await ready(opened);
    expect(offers(opened, state)).toEqual([...expected].sort());
  });

  it('is nothing without an open connection', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    await opened.connection.stop();
    expect(offers(opened, 'running')).toEqual([]);
  });
});

describe('an operation', () => {
  it('that the role does not allow explains itself', async () => {
    await using server = await startServer();
    await using opened = open(server.url, { settings: { username: 'guest' } });
    await ready(opened);
    const { outcome, message } = await opened.run('start', { instance: 'alpha' });
    expect(outcome).toBe('refused');
    expect(english(message)).toMatch(
      /^Not allowed: .* The role of this user is user; some commands are blocked for everybody\.$/,
    );
  });

  it('whose task reports a success with a failure in it has failed', async () => {
    await using server = await startServer({ servers: [{ name: 'alpha', running: true }] });
    await using opened = open(server.url);
    await ready(opened);
    const { outcome, message } = await opened.run('start', { instance: 'alpha' });
    expect(`${outcome}: ${english(message)}`).toBe("failed: Server 'alpha' is already running.");
    await opened.until(() => opened.tasks().includes('Start alpha: failed'));
  });

  it('backs up, lists, restores and prunes', async () => {
    await using server = await startServer({ servers: [{ name: 'alpha', running: true }] });
    await using opened = open(server.url);
    await ready(opened);
    expect(
      await opened.run('backup', { instance: 'alpha', input: { type: 'world', file: '' } }),
    ).toMatchObject({ outcome: 'succeeded' });
    expect(
      await opened.run('backup', { instance: 'alpha', input: { type: 'config', file: 'server.properties' } }),
    ).toMatchObject({ outcome: 'succeeded' });
    expect(await opened.run('backup', { instance: 'alpha', input: { type: 'everything' } })).toMatchObject({
      outcome: 'refused',
    });
    const list = await opened.run('listBackups', { instance: 'alpha' });
    expect(english(list.message)).toMatch(/^alpha has 2 backups: /);
    const restore = bedrockOperations.find(({ id }) => id === 'restore');
    const [, backups] = restore?.inputs ?? [];
    if (!backups || !('options' in backups)) throw new Error('there is a list to pick from');
    const [instance] = instancesOf(opened.pipeline.fleet(), 'mc');
    const { settings } = opened;
    const [first] = await backups.options({
      settings,
      instance,
      session: opened.conversation(),
      given: { type: 'world' },
      signal: new AbortController().signal,
    });
    if (typeof first !== 'string') throw new Error('there is a backup');
    expect(
      await opened.run('restore', { instance: 'alpha', input: { type: 'world', backup: first } }),
    ).toMatchObject({ outcome: 'succeeded' });
    expect(
      await opened.run('restore', { instance: 'alpha', input: { type: 'all', backup: 'newest' } }),
    ).toMatchObject({ outcome: 'succeeded' });
    expect(
      await opened.run('restore', { instance: 'alpha', input: { type: 'world', backup: '' } }),
    ).toMatchObject({ outcome: 'refused' });
    expect(await opened.run('pruneBackups', { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
  });

  it('changes allowlist and permissions', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    expect(
      await opened.run('allowlistAdd', { instance: 'alpha', input: { players: 'Steve, Alex' } }),
    ).toMatchObject({ outcome: 'succeeded' });
    const list = await opened.run('listAllowlist', { instance: 'alpha' });
    expect(english(list.message)).toBe('On the allowlist of alpha: Steve, Alex');
    expect(
      await opened.run('allowlistRemove', { instance: 'alpha', input: { player: 'Steve' } }),
    ).toMatchObject({ outcome: 'succeeded' });
    expect(
      await opened.run('setPermission', {
        instance: 'alpha',
        input: { player: '2535428691234567 Steve', level: 'operator' },
      }),
    ).toMatchObject({ outcome: 'succeeded' });
    expect(
      await opened.run('setPermission', { instance: 'alpha', input: { player: 'Steve', level: 'operator' } }),
    ).toMatchObject({ outcome: 'refused' });
    expect(await opened.run('scanPlayers')).toMatchObject({ outcome: 'succeeded' });
  });

  it('installs, asks before it overwrites, and deletes', async () => {
    await using server = await startServer({ latestVersion: '1.21.101.1' });
    await using opened = open(server.url);
    await ready(opened);
    const input = { name: 'gamma', version: 'LATEST' };
    const first = await opened.run('install', { input });
    expect(`${first.outcome}: ${english(first.message)}`).toBe('succeeded: gamma is installed');
    await opened.until(() => opened.servers().includes('gamma stopped'));
    const asked: string[] = [];
    const no = await opened.run('install', { input, ask: ({ message }) => asked.push(english(message)) < 0 });
    expect(`${no.outcome}: ${english(no.message)}`).toBe('refused: Nothing was changed.');
    expect(asked).toEqual(['Overwrite gamma on MC?']);
    expect(await opened.run('install', { input, ask: () => true })).toMatchObject({ outcome: 'succeeded' });
    expect(await opened.run('install', { input: { name: 'no/slash', version: 'LATEST' } })).toMatchObject({
      outcome: 'refused',
    });
    expect(await opened.run('remove', { instance: 'gamma' })).toMatchObject({ outcome: 'succeeded' });
    await opened.until(() => !opened.servers().some((each) => each.startsWith('gamma')));
  });

  it('updates, and exports and resets worlds', async () => {
    await using server = await startServer({ latestVersion: '1.21.101.1' });
    await using opened = open(server.url);
    await ready(opened);
    expect(await opened.run('update', { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
    await opened.until(() =>
      instancesOf(opened.pipeline.fleet(), 'mc').some(({ version }) => version === '1.21.101.1'),
    );
    expect(await opened.run('worldExport', { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
    expect(await opened.run('worldReset', { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
  });

  it('asks before every call but GET, and before what destroys for the name', () => {
    const request = bedrockOperations.find(({ id }) => id === 'request');
    if (request?.target !== 'connection') throw new Error('there is one');
    expect(request.confirm?.({ method: 'GET', path: '/api/servers' }, 'MC', undefined)).toBeUndefined();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(request.confirm?.({ method, path: '/x' }, 'MC', undefined)).toBeDefined();
    const instance: Instance = {
      connection: 'mc',
      kind: 'instance',
      key: 'a',
      name: 'a',
      state: 'stopped',
      since: 0,
      lastEventAt: 0,
    };
    for (const id of ['remove', 'worldReset']) {
      const operation = bedrockOperations.find((each) => each.id === id);
      if (operation?.target !== 'instance') throw new Error('there is one');
      expect(operation.confirm?.(instance, 'MC')?.typed).toBe('a');
    }
  });

  it.each([
    [{ method: 'GET', path: 'api/servers', body: '' }, 'refused'],
    [{ method: 'GET', path: '//elsewhere.example/', body: '' }, 'refused'],
    [{ method: 'TRACE', path: '/api/servers', body: '' }, 'refused'],
    [{ method: 'POST', path: '/api/players/add', body: '{' }, 'refused'],
    [{ method: 'POST', path: '/api/players/add', body: '{}' }, 'refused'],
    [
      { method: 'POST', path: '/api/players/add', body: '{"players":["Steve:2535428691234567"]}' },
      'succeeded',
    ],
    [{ method: 'GET', path: '/api/nothing-here', body: '' }, 'refused'],
    // Answered with a question: nothing was installed.
    [{ method: 'POST', path: '/api/server/install', body: '{"server_name":"alpha"}' }, 'failed'],
  ])('of any kind is possible: %j is %s', async (input, outcome) => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    expect(await opened.run('request', { input })).toMatchObject({ outcome });
  });

  it('of any kind that begins a task is followed to its end', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const importing = (name: string): Promise<OperationResult> =>
      opened.run('request', {
        input: {
          method: 'POST',
          path: `/api/server/${name}/world/install`,
          body: '{"filename":"old.mcworld"}',
        },
      });
    const { outcome, message } = await importing('alpha');
    expect(`${outcome}: ${english(message)}`).toBe(
      "succeeded: World 'old.mcworld' imported successfully for server 'alpha'.",
    );
    await opened.until(() => opened.tasks().includes('Import a world into alpha: succeeded'));
    const both = await Promise.all([
      opened.run('start', { instance: 'alpha' }),
      opened.run('request', { input: { method: 'POST', path: '/api/server/alpha/start', body: '' } }),
    ]);
    const failure = both.find((result) => result.outcome === 'failed');
    expect(failure && english(failure.message)).toBe("Server 'alpha' is already running.");
  });

  it('that reads the settings of the program shows no key of its tokens', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    let log = '';
    const input = { method: 'GET', path: '/api/settings', body: '' };
    const { outcome, message } = await opened.run('request', { input, output: (text) => (log += text) });
    expect(outcome).toBe('succeeded');
    const journal = opened.events().map(({ raw }) => raw);
    expect([log, english(message), ...journal].join('\n')).not.toContain('not-for-any-journal');
    expect(log).toContain('token_expires_weeks');
  });

  it.each(['3.8', '3.10'] as const)('offers the players that %s knows of', async (protocolVersion) => {
    await using server = await startServer({ protocolVersion });
    await using opened = open(server.url);
    await ready(opened);
    const player = '2535428691234567 Steve';
    const body = JSON.stringify({ players: ['Steve:2535428691234567'] });
    await opened.run('request', { input: { method: 'POST', path: '/api/players/add', body } });
    const set = await opened.run('setPermission', {
      instance: 'alpha',
      input: { player, level: 'operator' },
    });
    expect(set).toMatchObject({ outcome: 'succeeded' });
    const permission = bedrockOperations.find(({ id }) => id === 'setPermission');
    const [players] = permission?.inputs ?? [];
    if (!players || !('options' in players)) throw new Error('there is a list to pick from');
    const instance = instancesOf(opened.pipeline.fleet(), 'mc').find(({ key }) => key === 'alpha');
    const session = opened.conversation();
    const { signal } = new AbortController();
    const [first] = await players.options({
      settings: opened.settings,
      instance,
      session,
      given: {},
      signal,
    });
    expect(typeof first === 'object' && english(first.detail ?? first.label)).toBe(
      'XUID 2535428691234567, operator',
    );
  });

  it('stands in the journal as request and reply with one correlation', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    await opened.run('start', { instance: 'alpha' });
    const [request, reply] = opened.events().filter(({ type }) => type === 'POST /api/server/{server}/start');
    expect(request).toMatchObject({ channel: 'request', direction: 'out', subject: { key: 'alpha' } });
    expect(reply).toMatchObject({ channel: 'reply', direction: 'in', correlation: request?.correlation });
  });
});

describe('every operation', () => {
  it('has its own id, and a title', () => {
    const ids = bedrock.operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
