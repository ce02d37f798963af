import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import type { OperationResult } from '../../../../../../src/core/systems/operation.ts';
import type { BedrockServerOptions } from '../../../../../../src/simulator/bedrock/options.ts';
import { fake, obliging } from '../fake.ts';
import { open, ready, startServer, type Opened } from '../rig.ts';

const releases = ['3.7', '3.8', '3.9', '3.10'] as const;
type Release = (typeof releases)[number];

/** Marks the wait of a backup among all others. */
const backupMs = 7777;
/** Marks the wait for one's turn. */
const turnMs = 8888;

/** A server whose backups go on until they are let go on; a second one has no patience. */
function heldServer(protocolVersion: Release): {
  readonly options: Partial<BedrockServerOptions>;
  readonly go: () => void;
} {
  const gate = Promise.withResolvers<undefined>();
  return {
    go: () => gate.resolve(undefined),
    options: {
      protocolVersion,
      servers: [{ name: 'alpha', running: true }, { name: 'beta' }],
      timing: { backupMs, turnMs, monitorMs: 3_600_000, logMs: 3_600_000, pollMs: 3_600_000 },
      wait: (ms, signal) => {
        if (ms !== backupMs) return Promise.resolve();
        const ended = Promise.withResolvers<undefined>();
        signal.addEventListener('abort', () => ended.reject(signal.reason as Error));
        return Promise.race([gate.promise, ended.promise]);
      },
    },
  };
}

function backUp(opened: Opened, instance: string): Promise<OperationResult> {
  return opened.run('backup', { instance, input: { type: 'world', file: '' } });
}

function said({ outcome, message }: OperationResult): string {
  return `${outcome}: ${english(message)}`;
}

describe('an operation that the server skips', () => {
  it.each(releases)('is not done on %s, in its words, and what went on before goes on', async (release) => {
    const { options, go } = heldServer(release);
    await using server = await startServer(options);
    await using opened = open(server.url);
    await ready(opened);
    const first = backUp(opened, 'alpha');
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    const skipped = await backUp(opened, 'beta');
    expect(said(skipped)).toBe('failed: Not done: Backup/restore operation already in progress.');
    await opened.until(() => opened.tasks().includes('Back up beta: failed'));
    expect(opened.servers()).toEqual(['alpha backingUp', 'beta stopped']);
    go();
    expect(said(await first)).toBe('succeeded: alpha is backed up');
    await opened.until(() => opened.servers().includes('alpha running'));
  });

  it('of the same instance leaves it in the state of the first', async () => {
    const { options, go } = heldServer('3.8');
    await using server = await startServer(options);
    await using opened = open(server.url);
    await ready(opened);
    const first = backUp(opened, 'alpha');
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    const path = '/api/server/alpha/backup/action';
    const { signal } = new AbortController();
    await opened.conversation().call('POST', path, { backup_type: 'world' }, signal);
    await opened.until(() => opened.tasks().filter((task) => task.endsWith('failed')).length === 1);
    expect(opened.servers()).toContain('alpha backingUp');
    go();
    await first;
    await opened.until(() => opened.servers().includes('alpha running'));
  });

  it('is the reset of a world during another operation on worlds', async () => {
    const { options, go } = heldServer('3.10');
    await using server = await startServer(options);
    await using opened = open(server.url);
    await ready(opened);
    const first = opened.run('worldExport', { instance: 'beta' });
    await opened.until(() => opened.tasks().includes('Export the world of beta: running'));
    await opened.until(() => opened.types().includes('event:before_world_export'));
    const skipped = await opened.run('worldReset', { instance: 'alpha' });
    expect(said(skipped)).toBe('failed: Not done: A world operation is already in progress.');
    go();
    expect((await first).outcome).toBe('succeeded');
  });
});

describe('a success of the server', () => {
  it('that restored nothing is none', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const result = await opened.run('restore', {
      instance: 'beta',
      input: { type: 'all', backup: 'newest' },
    });
    expect(said(result)).toBe("failed: Not done: No backups found for server 'beta'. Nothing restored.");
  });

  it.each([
    [null, 'The server does not say that it was done: Task completed successfully.'],
    [{ message: 'Perhaps.' }, 'The server does not say that it was done: Perhaps.'],
    [{ status: 'partial', message: 'Half of it.' }, 'Half of it.'],
  ])('whose result is %j has failed', async (result, words) => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const id = await server.runTask('admin', () => Promise.resolve(result));
    const end = await opened.conversation().taskEnd(id, new AbortController().signal);
    expect([end.outcome, english(end.message)]).toEqual(['failed', words]);
    await opened.until(() => opened.tasks().some((task) => task.endsWith(': failed')));
  });
});

describe('an operation whose connection breaks', () => {
  it.each(
    ([1000, 1001, 1008, 1011, undefined] as const).flatMap((code) =>
      (code === 1001 ? releases : (['3.10'] as const)).map((release) => [code, release] as const),
    ),
  )('with %s in the middle on %s is settled by what the server says later', async (code, release) => {
    const { options, go } = heldServer(release);
    await using server = await startServer(options);
    await using opened = open(server.url);
    await ready(opened);
    const running = backUp(opened, 'alpha');
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    server.killSockets(code);
    await opened.until(() => opened.states().filter((state) => state === 'ready').length === 2);
    go();
    expect(said(await running)).toBe('succeeded: alpha is backed up');
    await opened.until(() => opened.tasks().includes('Back up alpha: succeeded'));
    await opened.until(() => opened.servers().includes('alpha running'));
  });

  it('and whose task ends before the next one knows it from the task itself', async () => {
    const { options, go } = heldServer('3.7');
    await using server = await startServer(options);
    await using opened = open(server.url);
    await ready(opened);
    const running = backUp(opened, 'alpha');
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    // Nobody hears of the end.
    server.makeZombies();
    go();
    while (!(
      server.machines.get('alpha')?.alive === true && server.machines.get('alpha')?.backups.world.length === 1
    ))
      await new Promise((resolve) => setImmediate(resolve));
    server.killSockets(1001);
    expect(said(await running)).toBe('succeeded: alpha is backed up');
    expect(opened.types()).not.toContain('event:after_backup');
    await opened.until(() => opened.tasks().includes('Back up alpha: succeeded'));
  });

  it('because the server was started anew has an end that nobody knows', async () => {
    const { options } = heldServer('3.10');
    await using server = await startServer(options);
    await using opened = open(server.url);
    await ready(opened);
    const running = backUp(opened, 'alpha');
    await opened.until(() => opened.servers().includes('alpha backingUp'));
    await server.restart();
    expect(said(await running)).toBe(
      'failed: How it ended is not known: the server does not know it any more',
    );
    await opened.until(() => opened.tasks().includes('Back up alpha: lost'));
    await opened.until(() => opened.servers().includes('alpha stopped'));
  });
});

describe('a list that the server does not give', () => {
  it.each([
    ['{"status":"pending","message":"Later."}', 'Later.'],
    ['busy', 'busy'],
    ['', '–'],
  ])('is no empty list: %s', async (body, words) => {
    await using server = await fake({
      version: '3.10.3',
      socket: (socket) => {
        obliging(socket);
      },
      answer({ url = '' }, response) {
        if (!url.includes('/backup/list/')) return false;
        response.end(body);
        return true;
      },
    });
    await using opened = open(server.url);
    await ready(opened);
    const wanted = `The server did not answer what was asked: ${words}`;
    expect(said(await opened.run('listBackups', { instance: 'alpha' }))).toBe(`failed: ${wanted}`);
    const { settings, session, system } = opened.connection;
    const [, backup] = system.operations.find(({ id }) => id === 'restore')?.inputs ?? [];
    if (!backup || !('options' in backup)) throw new Error('it is chosen from a list');
    const [instance] = instancesOf(opened.pipeline.fleet(), 'mc');
    const { signal } = new AbortController();
    const asked = async (): Promise<unknown> =>
      backup.options({ settings, session, instance, given: { type: 'world' }, signal });
    await expect(asked()).rejects.toThrow(wanted);
  });
});
