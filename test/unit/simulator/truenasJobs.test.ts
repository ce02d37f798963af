import { describe, expect, it } from 'vitest';
import { eventIn, eventually, short, startTrueNas, type Frame } from './truenasServer.ts';

function job(frame: Frame | undefined): Record<string, unknown> {
  return eventIn(frame ?? {})?.['fields'] as Record<string, unknown>;
}

describe('jobs', () => {
  it('of a method that is told to fail do so, with a cause in the words of the generation', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    await client.subscribe('app.query');
    rig.server.failNext('app.stop');
    await client.call('app.stop', 'minecraft');
    await rig.clock.advance(400);
    const frames = await client.soFar();
    expect(short(frames)).toEqual([
      'changed 1 RUNNING@0',
      'changed minecraft STOPPING',
      'changed 1 RUNNING@20',
      'changed minecraft STOPPED',
      'changed 1 FAILED@20',
    ]);
    expect(job(frames.at(-1))).toMatchObject({
      error: expect.stringContaining("[EFAULT] Failed 'down' action for 'minecraft' app") as unknown,
      exc_info: { type: 'CallError', errno: 14 },
    });
    // The event said what it is not.
    expect(await client.call('app.query', [['id', '=', 'minecraft']], { select: ['state'] })).toEqual([
      { state: 'RUNNING' },
    ]);
  });

  it('upgrade an app and take it back', async () => {
    await using rig = await startTrueNas({
      profile: '25.10',
      apps: [
        {
          name: 'factorio',
          version: '1.0.8',
          appVersion: '2.0',
          latestVersion: '1.0.9',
          latestAppVersion: '2.1',
        },
      ],
    });
    const client = await rig.enter();
    const seen = async (): Promise<unknown> =>
      client.call('app.query', [], { select: ['human_version', 'upgrade_available'], get: true });
    const run = async (method: string, ...params: unknown[]): Promise<unknown> => {
      await client.call(method, 'factorio', ...params);
      await rig.clock.advance(5000);
      return rig.server.jobs.at(-1)?.['state'];
    };
    expect(await client.call('app.rollback_versions', 'factorio')).toEqual([]);
    expect(await run('app.upgrade')).toBe('SUCCESS');
    expect(await seen()).toEqual({ human_version: '2.1_1.0.9', upgrade_available: false });
    expect(await run('app.upgrade')).toBe('FAILED');
    expect(await client.call('app.rollback_versions', 'factorio')).toEqual(['1.0.8']);
    expect(await run('app.rollback', { app_version: '7' })).toBe('FAILED');
    expect(await run('app.rollback', { app_version: '1.0.8' })).toBe('SUCCESS');
    expect(await seen()).toEqual({ human_version: '2.0_1.0.8', upgrade_available: true });
    expect(await run('app.redeploy')).toBe('SUCCESS');
    expect(await run('app.pull_images')).toBe('SUCCESS');
  });

  it('of an app that is not there are made, and fail', async () => {
    await using rig = await startTrueNas({ profile: '24.10' });
    const client = await rig.enter();
    expect(await client.call('app.start', 'nowhere')).toBe(1);
    expect(await client.call('core.get_jobs', [['id', '=', 1]], { get: true })).toMatchObject({
      state: 'FAILED',
      exc_info: { errno: 2 },
    });
  });

  it('with the same lock run one after the other', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    await client.call('app.start', 'valheim');
    await client.call('app.start', 'valheim');
    expect(rig.server.jobs.map(({ state }) => state)).toEqual(['RUNNING', 'WAITING']);
    await rig.clock.advance(800);
    expect(rig.server.jobs.map(({ state }) => state)).toEqual(['SUCCESS', 'RUNNING']);
    await rig.clock.advance(800);
    expect(rig.server.jobs.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  it('that no more may wait for give the id of the one that waits, or are refused', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    rig.server.define('test.one', {
      job: () => ({ lock: 'one', queueSize: 1, run: (own) => own.rest(1000) }),
    });
    rig.server.define('test.none', {
      job: () => ({ lock: 'none', queueSize: 0, run: (own) => own.rest(1000) }),
    });
    const client = await rig.enter();
    const ids = [await client.call('test.one'), await client.call('test.one'), await client.call('test.one')];
    expect(ids).toEqual([1, 2, 2]);
    await client.call('test.none');
    expect(await client.call('test.none')).toMatchObject({ errname: 'EBUSY' });
  });

  it('are aborted whether they can be or not; the work of those that cannot goes on', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    await client.subscribe('app.query');
    await client.call('app.start', 'valheim');
    const { answer } = await client.exchange('core.job_abort', 1);
    expect(answer).toBe(null);
    expect(short(await client.until((frame) => job(frame)['state'] === 'ABORTED')).at(-1)).toBe(
      'changed 1 ABORTED@20',
    );
    expect(rig.server.jobs[0]).toMatchObject({ error: null, exception: null, exc_info: null });
    // The job alone does not tell of it any more.
    await rig.clock.advance(800);
    expect(short(await client.soFar())).toEqual(['changed valheim DEPLOYING', 'changed valheim RUNNING']);
  });

  it('end twice where that is asked for', async () => {
    await using rig = await startTrueNas({ profile: '25.10', duplicateTerminal: true });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    await client.call('app.stop', 'minecraft');
    await rig.clock.advance(400);
    expect(short(await client.soFar()).slice(-2)).toEqual(['changed 1 SUCCESS@100', 'changed 1 SUCCESS@100']);
  });

  it('end without a word where that is asked for, once, and the list tells', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    rig.server.loseNextEnd();
    await client.call('app.stop', 'minecraft');
    await rig.clock.advance(400);
    expect(short(await client.soFar()).at(-1)).toBe('changed 1 RUNNING@100');
    expect(await client.call('core.get_jobs', [], { select: ['id', 'state'] })).toEqual([
      { id: 1, state: 'SUCCESS' },
    ]);
    await client.call('app.start', 'minecraft');
    await rig.clock.advance(800);
    expect(short(await client.soFar()).at(-1)).toBe('changed 2 SUCCESS@100');
  });

  it('are found by whoever asks for no ids in the answer to the call', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.open('jsonrpc');
    // As the official client does, before it signs in.
    expect(await client.call('core.set_options', { legacy_jobs: false })).toEqual({
      legacy_jobs: false,
      private_methods: false,
      py_exceptions: false,
    });
    expect(await client.call('auth.login', 'root', 'secret')).toBe(true);
    await client.subscribe('core.get_jobs');
    const id = client.ask('app.stop', 'minecraft');
    expect(job(await client.next())['message_ids']).toEqual([id]);
    await eventually(() => rig.clock.waiting > 0);
    await rig.clock.advance(400);
    const frames = await client.until((frame) => frame['id'] === id);
    expect(frames.at(-1)).toEqual({ jsonrpc: '2.0', result: null, id });
    rig.server.failNext('app.stop', 'No');
    const next = client.ask('app.stop', 'minecraft');
    await eventually(() => rig.clock.waiting > 0);
    await rig.clock.advance(400);
    expect((await client.until((frame) => frame['id'] === next)).at(-1)).toMatchObject({
      error: { code: -32_001, data: { errname: 'EFAULT', reason: '[EFAULT] No' } },
    });
  });

  it('of others are not shown to those who are not in charge', async () => {
    await using rig = await startTrueNas({
      profile: '25.10',
      users: [
        { name: 'root', password: 'secret' },
        { name: 'player', password: 'secret', roles: ['APPS_WRITE'] },
      ],
    });
    const [root, player] = [await rig.enter(), await rig.enter('ddp', 'player')];
    await player.subscribe('core.get_jobs');
    await root.call('app.stop', 'minecraft');
    await rig.clock.advance(400);
    expect(await player.soFar()).toEqual([]);
    expect(await player.call('core.get_jobs')).toEqual([]);
    expect(await player.subscribe('*')).toMatchObject({ error: 13 });
    expect(await player.subscribe('vm.query')).toMatchObject({ reason: 'Not authorized' });
    expect(await player.call('vm.query')).toMatchObject({ reason: '[EACCES] Not authorized' });
    expect(await player.call('app.start', 'valheim')).toBe(2);
  });

  it('begin at 1 again when the middleware does, and those that ran are forgotten', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.call('app.start', 'valheim');
    await rig.server.restart();
    expect(await client.closed).toMatchObject({ code: 1006 });
    const again = await rig.enter();
    expect(await again.call('core.get_jobs')).toEqual([]);
    expect(await again.call('app.start', 'valheim')).toBe(1);
  });

  it('waiting for one is a job, and takes an abortion for a success', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    await client.call('app.stop', 'minecraft');
    expect(await client.call('core.job_wait', 1)).toBe(2);
    await client.call('core.job_abort', 1);
    await client.until((frame) => job(frame)['id'] === 2 && job(frame)['state'] === 'SUCCESS');
    expect(rig.server.jobs[1]).toMatchObject({ method: 'core.job_wait', result: null });
  });

  it('of CORE have the keys of CORE', async () => {
    await using rig = await startTrueNas({ profile: 'core-13', vms: [{ name: 'ark', state: 'RUNNING' }] });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    const { before } = await client.exchange('vm.stop', 1);
    expect(Object.keys(job(before[0]))).toEqual(
      'id method arguments logs_path logs_excerpt progress result error exception exc_info state time_started time_finished'.split(
        ' ',
      ),
    );
    expect(job(before[0])['progress']).toEqual({ percent: null, description: null, extra: null });
  });
});
