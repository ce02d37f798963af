import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../../src/core/connections/connection.ts';
import { runOperation } from '../../../../../src/core/connections/runOperation.ts';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import type { Instance } from '../../../../../src/core/model/instance.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { kgsm } from '../../../../../src/core/systems/kgsm/index.ts';
import { backupsOf, blueprintsOf } from '../../../../../src/core/systems/kgsm/program/cliQueries.ts';
import type { OperationInput } from '../../../../../src/core/systems/operation.ts';
import type { AnySystem } from '../../../../../src/core/systems/system.ts';
import { makeRoot } from '../../../../../src/simulator/kgsm/root.ts';
import { launch, temporaryFolder } from '../../../simulator/kgsmRoot.ts';
import { core, fleetWhere, openKgsm, realClock, type Core } from '../../helpers.ts';

const system = kgsm as unknown as AnySystem;
const never = new AbortController().signal;

describe('a KGSM 1.7.3', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let parts: Core;
  let connection: Connection;
  beforeEach(async () => {
    folder = temporaryFolder();
    makeRoot(folder.path, {
      launch,
      protocolVersion: '1.7',
      behaviour: { stepMs: 0, blueprints: { fakegame: '1.1', broken: '2.0' }, brokenDownloads: ['broken'] },
      instances: [
        { name: 'one', blueprint: 'fakegame' },
        { name: 'up', blueprint: 'fakegame', active: true },
      ],
    });
    parts = core();
    connection = openKgsm(parts, { root: folder.path });
    await fleetWhere(parts.pipeline, () => states()['one'] === 'stopped' && states()['up'] === 'running');
  });
  afterEach(async () => {
    await connection.stop();
    folder[Symbol.dispose]();
  });

  function states(): Record<string, string> {
    return Object.fromEntries(instancesOf(parts.pipeline.fleet(), 'home').map((i) => [i.key, i.state]));
  }

  async function operate(id: string, key?: string, input: OperationInput = {}): Promise<readonly string[]> {
    const operation = system.operations.find((one) => one.id === id);
    if (!operation) throw new Error(`no operation ${id}`);
    const found = instancesOf(parts.pipeline.fleet(), 'home').find((one) => one.key === key);
    const instance: Instance | undefined = key === undefined ? undefined : found;
    const result = await runOperation({
      id: `op-${id}`,
      connection: connection.settings,
      system,
      operation,
      instance,
      session: connection.session,
      input,
      pipeline: parts.pipeline,
      clock: realClock,
      host: 'h',
      window: 'w',
      signal: never,
      ask: () => Promise.resolve(false),
      log: () => undefined,
    });
    return [result.outcome, english(result.message)];
  }

  const wanted = { blueprint: 'fakegame', name: 'two', directory: '/srv/games' };

  it('is listed by what it prints in plain text, with game and version', () => {
    const found = instancesOf(parts.pipeline.fleet(), 'home');
    expect(found.sort((a, b) => a.key.localeCompare(b.key))).toMatchObject([
      { key: 'one', game: 'fakegame', version: '1.1', state: 'stopped' },
      { key: 'up', game: 'fakegame', version: '1.1', state: 'running' },
    ]);
  });

  it('offers its blueprints and backups', async () => {
    expect(await blueprintsOf(folder.path, never)).toEqual(['broken', 'fakegame']);
    expect((await operate('backup', 'one'))[0]).toBe('succeeded');
    expect(await backupsOf(folder.path, 'one', never)).toEqual([expect.stringMatching(/^one-/)]);
  });

  it('is operated in its own words from a start to the backup of before it', async () => {
    for (const [id, message] of [
      ['backup', 'one is backed up'],
      ['start', 'one started'],
      ['save', 'one saved'],
      ['command', 'Sent to one'],
      ['stop', 'one stopped'],
    ] as const) {
      expect(await operate(id, 'one', { command: 'say hello' })).toEqual(['succeeded', message]);
      const state = ['start', 'save', 'command'].includes(id) ? 'running' : 'stopped';
      await fleetWhere(parts.pipeline, () => states()['one'] === state);
    }
    const [backup = ''] = await backupsOf(folder.path, 'one', never);
    expect(await operate('restore', 'one', { backup })).toEqual(['succeeded', 'one is restored']);
    expect((await operate('restore', 'one', { backup: 'none' }))[0]).toBe('failed');
  });

  it('installs and uninstalls in its own words', async () => {
    expect(await operate('install', undefined, wanted)).toEqual(['succeeded', 'two is installed']);
    await fleetWhere(parts.pipeline, () => states()['two'] === 'stopped');
    expect(await operate('remove', 'two')).toEqual(['succeeded', 'two is uninstalled']);
    await fleetWhere(parts.pipeline, () => states()['two'] === undefined);
  });

  it('fails where it says so, although it exits with 0', async () => {
    expect(await operate('restart', 'up')).toEqual([
      'failed',
      expect.stringMatching(/^KGSM reported an error: .*__stop_instance: command not found$/),
    ]);
  });

  it('ends the task and the state of an installation that failed', async () => {
    const [outcome, message] = await operate('install', undefined, { ...wanted, blueprint: 'broken' });
    expect([outcome, message]).toEqual(['failed', 'KGSM reported an error: Failed to download two']);
    await fleetWhere(parts.pipeline, () => states()['two'] === 'failed');
    const open = [...parts.pipeline.fleet().tasks.values()].filter(({ state }) => state === 'running');
    expect(open).toEqual([]);
  });

  it('ends the task of an update that had nothing to do', async () => {
    expect((await operate('update', 'one'))[0]).toBe('succeeded');
    await fleetWhere(parts.pipeline, () => states()['one'] === 'stopped');
    const open = [...parts.pipeline.fleet().tasks.values()].filter(({ state }) => state === 'running');
    expect(open).toEqual([]);
  });

  it('refuses to install over an instance, and to do to a running one what needs a stopped one', async () => {
    expect(await operate('install', undefined, { ...wanted, name: 'one' })).toEqual([
      'refused',
      'There is an instance one already.',
    ]);
    for (const id of ['start', 'backup', 'update', 'remove'])
      expect((await operate(id, 'up'))[0], id).toBe('refused');
    expect(states()['up']).toBe('running');
  });
});
