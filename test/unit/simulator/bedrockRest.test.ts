import { describe, expect, it } from 'vitest';
import { short, startBedrock, type Rig } from './bedrockServer.ts';

/** Asks for something that goes on in the background, and hears of it until it is over. */
async function hear(rig: Rig, method: string, path: string, body?: unknown): Promise<string[]> {
  const listener = await rig.enter();
  await listener.subscribe('*');
  const { status } = await rig.ask(method, path, body);
  expect(status).toBe(path.endsWith('install') && !path.includes('world') ? 200 : 202);
  const texts = await listener.until((text) => /"task_update".*"status": "(?:success|error)"/.test(text));
  await rig.leave(listener);
  return texts.map(short);
}

describe('what is wrong with a request', () => {
  it('is told by its status and a detail', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const start = '/api/server/alpha';
    for (const [method, path, body, status, detail] of [
      ['GET', '/ws', undefined, 404, 'Not Found'],
      ['GET', `${start}/start`, undefined, 405, 'Method Not Allowed'],
      ['GET', '/api/server/a%20b/status', undefined, 400, 'Invalid server name format.'],
      ['GET', '/api/server/nope/status', undefined, 404, "Server 'nope' is not installed"],
      ['GET', '/api/tasks/status/none', undefined, 404, 'Task not found'],
      ['POST', `${start}/send_command`, { command: ' ' }, 400, 'Request must contain'],
      ['POST', `${start}/send_command`, { command: '/Save hold' }, 403, "Command '/Save hold' is blocked"],
      ['POST', `${start}/send_command`, { command: 'allowlist off' }, 403, 'is blocked by configuration.'],
      ['POST', '/api/server/beta/send_command', { command: 'list' }, 409, "'beta' is not running."],
      ['POST', `${start}/backup/action`, { backup_type: 'moon' }, 400, "Invalid 'backup_type'."],
      [
        'POST',
        `${start}/backup/action`,
        { backup_type: 'config' },
        400,
        "Missing or invalid 'file_to_backup'",
      ],
      ['POST', `${start}/restore/action`, { restore_type: 'world' }, 400, "Missing or invalid 'backup_file'"],
      ['POST', `${start}/restore/action`, { restore_type: 'world', backup_file: '../x' }, 400, 'Invalid'],
      ['POST', `${start}/restore/action`, { restore_type: 'world', backup_file: 'x' }, 404, 'not found: /'],
      ['POST', '/api/players/add', { players: ['Steve'] }, 400, 'Invalid player format'],
    ] as const) {
      const answer = await rig.ask(method, path, body);
      expect([path, answer.status]).toEqual([path, status]);
      expect((answer.body as { detail: string }).detail).toContain(detail);
    }
    const missing = await rig.ask('POST', `${start}/send_command`, {});
    expect(missing.text).toBe(
      '{"detail":[{"type":"missing","loc":["body","command"],"msg":"Field required","input":{}}]}',
    );
  });

  it('has other methods before 3.10, no summary, no list of tasks in 3.7, and a page for the unknown there', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.9' });
    expect((await rig.ask('PUT', '/api/server/alpha/backups/prune')).status).toBe(405);
    expect((await rig.ask('POST', '/api/server/alpha/backups/prune')).status).toBe(202);
    expect((await rig.ask('PUT', '/api/players/scan')).status).toBe(405);
    expect((await rig.ask('GET', '/api/server/alpha/summary')).status).toBe(404);
    expect((await rig.ask('GET', '/api/server/alpha/version')).text).toContain('"version":"1.21.100.7"');
    await using oldest = await startBedrock({ protocolVersion: '3.7' });
    expect((await oldest.ask('GET', '/api/tasks/list')).text).toMatch(/^<!DOCTYPE html>/);
    const again = await oldest.ask('POST', '/api/server/alpha/start');
    expect([again.status, again.body]).toEqual([400, { detail: "Server 'alpha' is already running." }]);
  });

  it('is no secret to a test', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', basePath: '/bsm' });
    await rig.ask('POST', '/api/server/alpha/send_command?x=1', { command: 'list' });
    const listener = await rig.enter('guest');
    await listener.subscribe('event:x');
    expect(rig.server.requests).toEqual([
      { method: 'POST', target: '/api/server/alpha/send_command?x=1', body: '{"command":"list"}' },
      { method: 'GET', target: '/ws', body: '' },
    ]);
    expect(rig.server.messages).toEqual([
      { username: 'guest', text: '{"action":"subscribe","topic":"event:x"}' },
    ]);
    const beside = await fetch(rig.server.url.replace('/bsm', '/api/info'), {
      headers: { connection: 'close' },
    });
    expect(beside.status).toBe(404);
  });
});

describe('the life of a server', () => {
  it('is told to sockets before the answer with the id of the task is out', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const listener = await rig.enter();
    const answer = rig.ask('POST', '/api/server/beta/start');
    const first = await listener.next();
    const { task_id: id } = (await answer).body as { task_id: string };
    expect(first).toContain(`"task:${id}"`);
    expect(short(first)).toBe('task in_progress');
    await listener.next();
    const { text } = await rig.ask('GET', `/api/tasks/status/${id}`);
    expect(text).toContain(`"result":{"status":"success","message":"Server 'beta' process started."}`);
  });

  it('is overwritten by whoever asks for the list while it changes', async () => {
    const stopping = Promise.withResolvers<undefined>();
    await using rig = await startBedrock({
      protocolVersion: '3.10',
      wait: () => stopping.promise,
    });
    const listener = await rig.enter();
    await listener.subscribe('event:after_server_status_change');
    await rig.ask('POST', '/api/server/alpha/stop');
    await listener.until((text) => text.includes('"STOPPING"'));
    expect((await rig.ask('GET', '/api/servers')).text).toContain('"name":"alpha","status":"RUNNING"');
    stopping.resolve(undefined);
    const texts = await listener.until((text) => text.includes('Task completed'));
    expect(texts.map(short)).toEqual([
      'after_server_status_change STOPPING > RUNNING',
      'after_server_status_change RUNNING > STOPPED',
      'task success',
    ]);
  });

  it('goes on by itself after a crash, three times', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const listener = await rig.enter();
    await listener.subscribe('event:after_server_status_change', 'event:before_server_start');
    for (let crash = 1; crash <= 4; crash++) {
      rig.server.crash('alpha');
      await rig.server.poll();
    }
    await rig.server.poll();
    const heard = (await listener.soFar()).map((text) =>
      short(text).replace('after_server_status_change ', ''),
    );
    const revived = ['RUNNING > STARTING', 'STARTING > RUNNING'];
    expect(heard).toEqual([...revived, ...revived, ...revived, 'RUNNING > ERROR']);
  });

  it.each([
    ['3.10', ['before_server_statuses_updated', 'after_server_statuses_updated']],
    ['3.9', ['after_server_statuses_updated']],
    ['3.7', []],
  ] as const)('shows players in %s at the next look', async (protocolVersion, topics) => {
    await using rig = await startBedrock({ protocolVersion });
    const listener = await rig.enter();
    await listener.subscribe('event:before_server_statuses_updated', 'event:after_server_statuses_updated');
    rig.server.setPlayers('alpha', [{ name: 'Steve', uuid: '1' }]);
    await rig.server.poll();
    await rig.server.poll();
    const heard = await listener.soFar();
    expect(heard.map(short).map((text) => text.split(' ')[0])).toEqual(topics);
    const names = protocolVersion === '3.10' ? ',"players":[{"name":"Steve","uuid":"1"}]' : '';
    expect((await rig.ask('GET', '/api/servers')).text).toContain(`"player_count":1${names}}`);
    if (protocolVersion === '3.9')
      expect(heard[0]).toContain('"data": {"server_name": "alpha", "player_count": 1}}');
  });

  it('has events within events where a running server is backed up', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const body = { backup_type: 'world' };
    expect(await hear(rig, 'POST', '/api/server/alpha/backup/action', body)).toEqual([
      'task in_progress',
      'before_backup',
      'before_server_stop',
      'before_server_status_change STOPPING',
      'after_server_status_change RUNNING > STOPPING',
      'before_server_status_change STOPPED',
      'after_server_status_change STOPPING > STOPPED',
      'after_server_stop',
      'before_server_start',
      'before_server_status_change STARTING',
      'after_server_status_change STOPPED > STARTING',
      'before_server_status_change RUNNING',
      'after_server_status_change STARTING > RUNNING',
      'after_server_start',
      'after_backup',
      'task success',
    ]);
  });

  it('can be restored, pruned, exported, imported and reset', async () => {
    let now = Date.UTC(2026, 10, 20, 18, 42, 16);
    await using rig = await startBedrock({ protocolVersion: '3.10', now: () => (now += 1000) });
    const at = '/api/server/beta';
    for (let round = 0; round < 5; round++)
      await hear(rig, 'POST', `${at}/backup/action`, { backup_type: 'all' });
    const { body } = await rig.ask('GET', `${at}/backup/list/world`);
    const { backups } = body as { backups: string[] };
    expect(backups).toHaveLength(5);
    expect(backups[0]).toMatch(/^Bedrock level_backup_\d{8}_\d{6}\.mcworld$/);
    const restored = await hear(rig, 'POST', `${at}/restore/action`, {
      restore_type: 'world',
      backup_file: backups[0],
    });
    expect(restored).toEqual(['task in_progress', 'before_restore', 'after_restore', 'task success']);
    await hear(rig, 'POST', `${at}/restore/action`, { restore_type: 'all' });
    expect(await hear(rig, 'PUT', `${at}/backups/prune`)).toContain('after_prune_backups');
    const { details } = (await rig.ask('GET', `${at}/backup/list/all`)).body as {
      details: { all_backups: Record<string, string[]> };
    };
    expect(Object.entries(details.all_backups).map(([kind, files]) => [kind, files.length])).toEqual([
      ['world_backups', 3],
      ['properties_backups', 3],
      ['allowlist_backups', 3],
      ['permissions_backups', 3],
    ]);
    expect(await hear(rig, 'POST', `${at}/world/export`)).toContain('after_world_export');
    expect(await hear(rig, 'POST', `${at}/world/install`, { filename: 'a.mcworld' })).toContain(
      'after_world_import',
    );
    expect(await hear(rig, 'DELETE', `${at}/world/reset`)).toContain('after_world_reset');
  });

  it('begins with an installation, goes on with updates, and ends', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', latestVersion: '1.22' });
    const install = { server_name: 'gamma', server_version: '1.21' };
    expect(await hear(rig, 'POST', '/api/server/install', install)).toEqual([
      'task in_progress',
      'before_server_install',
      'before_server_status_change INSTALLING',
      'after_server_status_change UNKNOWN > INSTALLING',
      'before_server_status_change INSTALLED',
      'after_server_status_change INSTALLING > INSTALLED',
      'after_server_install',
      'task success',
    ]);
    const again = await rig.ask('POST', '/api/server/install', install);
    expect([again.status, again.text]).toEqual([
      200,
      `{"status":"confirm_needed","message":"Server 'gamma' already exists. Overwrite?","server_name":"gamma","task_id":null}`,
    ]);
    expect(await hear(rig, 'POST', '/api/server/gamma/update')).toContain(
      'after_server_status_change UPDATING > UPDATED',
    );
    expect((await rig.ask('GET', '/api/servers')).text).toContain('"status":"UPDATED","version":"1.22"');
    // An update without anything to do is a success as well.
    expect(await hear(rig, 'POST', '/api/server/gamma/update')).toEqual([
      'task in_progress',
      'before_server_update',
      'after_server_update',
      'task success',
    ]);
    await hear(rig, 'POST', '/api/server/install', { ...install, overwrite: true });
    expect(await hear(rig, 'DELETE', '/api/server/gamma/delete')).toContain('after_delete_server_data');
    expect((await rig.ask('GET', '/api/server/gamma/validate')).status).toBe(404);
  });

  it('fails with success where there is no network', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    expect(await hear(rig, 'POST', '/api/server/beta/update')).toContain('task success failed');
    expect(await hear(rig, 'POST', '/api/server/install', { server_name: 'new' })).toContain(
      'after_server_install failed',
    );
  });
});

describe('what is configured', () => {
  it('is changed with an event before and after, but for settings', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const listener = await rig.enter();
    await listener.subscribe('*');
    const at = '/api/server/alpha';
    const both = (stem: string): string[] => [`before_${stem}`, `after_${stem}`];
    for (const [method, path, body, events] of [
      ['POST', `${at}/allowlist/add`, { players: ['Steve', 'Alex'] }, both('allowlist_change')],
      ['DELETE', `${at}/allowlist/remove`, { players: ['steve', 'x'] }, both('allowlist_change')],
      ['POST', `${at}/properties/set`, { properties: { 'max-players': '20' } }, both('properties_change')],
      ['POST', `${at}/settings/set`, { key: 'settings.autostart', value: true }, []],
      ['POST', '/api/players/add', { players: ['Efe:3'] }, both('players_add')],
      ['PUT', '/api/players/scan', undefined, both('player_db_scan')],
      [
        'POST',
        `${at}/permissions/set`,
        { permissions: [{ xuid: '3', name: 'Efe', permission_level: 'operator' }] },
        both('permission_change'),
      ],
    ] as const) {
      expect([path, (await rig.ask(method, path, body)).status]).toEqual([path, 200]);
      expect((await listener.soFar()).map(short).map((text) => text.replace(' success', ''))).toEqual(events);
    }
    for (const [path, content] of [
      [`${at}/allowlist/get`, '"players":[{"name":"Alex","ignoresPlayerLimit":false}]'],
      [`${at}/permissions/get`, '"permissions":[{"xuid":"3","name":"Efe","permission_level":"operator"}]'],
      [`${at}/properties/get`, '"max-players":"20"'],
      [`${at}/settings/get`, '"autostart":true'],
      ['/api/players/get', '"players":[{"name":"Efe","xuid":"3"}]'],
      [`${at}/summary`, '{"name":"alpha","status":"RUNNING"'],
      [`${at}/status`, '"running":true'],
    ] as const)
      expect((await rig.ask('GET', path)).text).toContain(content);
  });

  it('stays as it is where it would be wrong', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.9' });
    const at = '/api/server/alpha';
    const port = await rig.ask('POST', `${at}/properties/set`, { properties: { 'server-port': 'x' } });
    expect([port.status, port.text]).toEqual([
      400,
      expect.stringContaining("Validation failed for 'server-port'"),
    ]);
    const permissions = [{ xuid: '3', name: null, permission_level: 'king' }];
    const answer = await rig.ask('PUT', `${at}/permissions/set`, { permissions });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      status: 'error',
      errors: { 3: "Failed to configure permission: Invalid permission level 'king'." },
    });
  });
});
