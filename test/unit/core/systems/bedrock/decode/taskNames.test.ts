import { describe, expect, it } from 'vitest';
import { english } from '../../../../../../src/core/model/text.ts';
import { ManualClock } from '../../../helpers.ts';
import { open, ready, startServer, type Opened } from '../rig.ts';
import type { BedrockServer } from '../../../../../../src/simulator/bedrock/server.ts';

/** A call of somebody else with another client. */
async function elsewhere(server: BedrockServer, user: string, path: string, body?: object): Promise<void> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.issueToken(user).token}`,
      connection: 'close',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(202);
}

/** `title: state, instance` of every task. */
function tasks(opened: Opened): string[] {
  opened.pipeline.flush();
  return [...opened.pipeline.fleet().tasks.values()].map(
    ({ title, state, subject }) => `${english(title)}: ${state}, ${subject?.key ?? '–'}`,
  );
}

const runs = [{ name: 'alpha', running: true }, { name: 'beta' }];

describe('a task of somebody else', () => {
  it.each(['3.7', '3.8', '3.9', '3.10'] as const)(
    'of our user is named by the events around it while it runs, on %s',
    async (protocolVersion) => {
      await using server = await startServer({
        protocolVersion,
        servers: runs,
        timing: { backupMs: 3_600_000, stopMs: 1, monitorMs: 3_600_000 },
      });
      await using opened = open(server.url);
      await ready(opened);
      await elsewhere(server, 'admin', '/api/server/alpha/backup/action', { backup_type: 'world' });
      await opened.until(() => tasks(opened).includes('Back up alpha: running, alpha'));
      await opened.until(() => opened.servers().includes('alpha backingUp'));
      expect(tasks(opened)).toHaveLength(1);
    },
  );

  it('of another user is named by the work that was told of before its list', async () => {
    const clock = new ManualClock();
    await using server = await startServer({
      servers: runs,
      timing: { backupMs: 3_600_000, stopMs: 1, monitorMs: 3_600_000 },
    });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    await elsewhere(server, 'mod', '/api/server/alpha/backup/action', { backup_type: 'world' });
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    clock.advance(1000);
    await opened.until(() => tasks(opened).includes('Back up alpha: running, alpha'));
    const [task] = [...opened.pipeline.fleet().tasks.values()];
    expect(task?.startedBy).toEqual({ actor: 'mod' });
  });

  it.each(['3.7', '3.10'] as const)('that stops and starts is a restart, on %s', async (protocolVersion) => {
    await using server = await startServer({ protocolVersion, servers: runs });
    await using opened = open(server.url);
    await ready(opened);
    await elsewhere(server, 'admin', '/api/server/alpha/restart');
    await opened.until(() => tasks(opened).includes('Restart alpha: succeeded, alpha'));
    await elsewhere(server, 'admin', '/api/server/alpha/stop');
    await opened.until(() => tasks(opened).includes('Stop alpha: succeeded, alpha'));
    expect(tasks(opened)).toHaveLength(2);
  });

  it('is named by its own words where no event told of it', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const message = "Backup pruning completed for server 'beta'.";
    await server.runTask('admin', () => Promise.resolve({ status: 'success', message }));
    await opened.until(() => tasks(opened).includes('Delete old backups of beta: succeeded, beta'));
  });

  it('of which nothing is known has its id and its user', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const id = await server.runTask('admin', () => Promise.reject(new Error('boom')));
    await opened.until(() => tasks(opened).includes(`Task ${id.slice(0, 4)}… (by admin): failed, –`));
  });

  it('that raises ends the state that its events began', async () => {
    await using server = await startServer({ servers: runs });
    await using opened = open(server.url);
    await ready(opened);
    const gate = Promise.withResolvers<undefined>();
    await server.runTask('admin', async () => {
      await server.emit('event:before_backup', { server_name: 'alpha', stop_start_server: true });
      await gate.promise;
      throw new Error('disk full');
    });
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    gate.resolve(undefined);
    await opened.until(() => tasks(opened).includes('Back up alpha: failed, alpha'));
    await opened.until(() => opened.servers().includes('alpha running'));
  });
});

describe('a call of ours', () => {
  it('names its task although the work of others goes on', async () => {
    await using server = await startServer({
      servers: runs,
      timing: { backupMs: 3_600_000, stopMs: 1, monitorMs: 3_600_000, spawnMs: 1, startMs: 1 },
    });
    await using opened = open(server.url);
    await ready(opened);
    await elsewhere(server, 'mod', '/api/server/alpha/backup/action', { backup_type: 'world' });
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    expect(await opened.run('start', { instance: 'beta' })).toMatchObject({ outcome: 'succeeded' });
    await opened.until(() => tasks(opened).includes('Start beta: succeeded, beta'));
    const told = opened.events().filter(({ type }) => type === 'task_update');
    expect(english(told[0]?.summary ?? { template: '', args: [] })).toBe('Start beta: Task is running.');
  });
});
