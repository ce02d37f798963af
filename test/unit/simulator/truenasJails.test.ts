import { describe, expect, it } from 'vitest';
import type { GivenJail } from '../../../src/simulator/truenas/options.ts';
import { short, startTrueNas } from './truenasServer.ts';

const jails: readonly GivenJail[] = [{ name: 'quake', state: 'up', plugin: 'ioquake3' }, { name: 'my_game' }];

describe('the jails of CORE', () => {
  it('are listed with filters and options', async () => {
    await using rig = await startTrueNas({ profile: 'core-13', jails });
    const client = await rig.enter();
    expect(await client.call('jail.query')).toMatchObject([
      { id: 'quake', host_hostuuid: 'quake', state: 'up', jid: 1, type: 'pluginv2', plugin_name: 'ioquake3' },
      { id: 'my_game', host_hostname: 'my-game', state: 'down', jid: null, type: 'jail', boot: 1 },
    ]);
    const select = { select: ['id'] };
    expect(await client.call('jail.query', [['state', '=', 'up']], select)).toEqual([{ id: 'quake' }]);
  });

  it('start and stop in jobs, and no event tells of them', async () => {
    await using rig = await startTrueNas({ profile: 'core-13', jails });
    const client = await rig.enter();
    await client.subscribe('core.get_jobs');
    await client.subscribe('jail.query');
    await client.subscribe('*');
    const run = async (method: string, ...args: unknown[]): Promise<unknown> => {
      await client.call(method, ...args);
      await rig.clock.advance(5000);
      const events = short(await client.soFar());
      expect(events.every((each) => /RUNNING|SUCCESS|FAILED/.test(each))).toBe(true);
      const { state, error } = rig.server.jobs.at(-1) ?? {};
      return error ?? state;
    };
    const state = (id: string): Promise<unknown> =>
      client.call('jail.query', [['id', '=', id]], { get: true, select: ['state'] });
    expect(await run('jail.start', 'my_game')).toBe('SUCCESS');
    expect(await state('my_game')).toEqual({ state: 'up' });
    expect(await run('jail.start', 'my_game')).toBe('[EFAULT] my_game is already running');
    expect(await run('jail.stop', 'my_game')).toBe('SUCCESS');
    expect(await state('my_game')).toEqual({ state: 'down' });
    expect(await run('jail.stop', 'my_game', true)).toBe('[EFAULT] my_game is not running');
    expect(await run('jail.stop', 'quake', true)).toBe('SUCCESS');
    expect(await run('jail.restart', 'quake')).toBe('SUCCESS');
    expect(await state('quake')).toEqual({ state: 'up' });
    expect(await run('jail.restart', 'other')).toBe("[ENOENT] 'other' jail does not exist");
  });

  it('are of CORE alone', async () => {
    await using rig = await startTrueNas({ profile: '24.10', jails });
    const client = await rig.enter();
    expect(await client.call('jail.query')).toMatchObject({ error: 201 });
  });
});
