import { describe, expect, it } from 'vitest';
import { eventsOf, run, type Line, type Watched } from './probeRun.ts';
import { startBedrock, type Rig } from './simulator/bedrockServer.ts';

/** The same evening on every release, of what is a task on all: one server comes up, one is backed up while it runs, one stops, one cannot be backed up. */
async function evening(protocolVersion: '3.7' | '3.8' | '3.9' | '3.10'): Promise<readonly Line[]> {
  await using rig = await startBedrock({
    protocolVersion,
    servers: [{ name: 'alpha', running: true }, { name: 'beta' }, { name: 'gamma', running: true }],
  });
  const connection = JSON.stringify({ kind: 'bedrock', id: 'mc', url: rig.server.url, username: 'admin' });
  const { lines, code, errors } = await run(
    [connection, '--seconds', '60'],
    async (probe) => {
      const finished = (): number =>
        eventsOf(probe.lines).filter(
          ({ type, raw }) => type === 'task_update' && !String(raw).includes('in_progress'),
        ).length;
      const calls = [
        ['/api/server/beta/restart', undefined],
        ['/api/server/alpha/backup/action', { backup_type: 'world' }],
        ['/api/server/gamma/stop', undefined],
        // A file that does not exist: handled, and a failure all the same.
        ['/api/server/gamma/backup/action', { backup_type: 'config', file_to_backup: 'none.json' }],
      ] as const;
      for (const [i, [path, body]] of calls.entries()) {
        const { status } = await rig.ask('POST', path, body);
        expect(status).toBe(202);
        await probe.until(() => finished() === i + 1);
      }
    },
    { GSOPS_SECRET: 'secret' },
  );
  expect(errors).not.toContain('secret');
  expect(code).toBe(0);
  return lines;
}

interface Scene {
  /** Happenings before the probe comes. */
  readonly before?: (rig: Rig) => Promise<void>;
  readonly meanwhile?: (rig: Rig, probe: Watched, go: () => void) => Promise<void>;
}

interface FleetLine {
  readonly instances: readonly { readonly key: string; readonly state: string; readonly version: string }[];
  readonly tasks: readonly { readonly state: string; readonly subject?: string }[];
}

describe('the probe at Bedrock Server Manager', () => {
  it.each(['3.7', '3.8', '3.9', '3.10'] as const)(
    'sees the same fleet and tasks of the same scenario on %s, and decodes every event',
    async (protocolVersion) => {
      const lines = await evening(protocolVersion);
      const fleet = lines.at(-1)?.['fleet'] as unknown as FleetLine;
      expect(fleet.instances.map(({ key, state }) => `${key} ${state}`).sort()).toEqual([
        'alpha running',
        'beta running',
        'gamma stopped',
      ]);
      // Others asked for them, so what each is about is known only where the server tells.
      expect(fleet.tasks.map(({ state }) => state).sort()).toEqual([
        'failed',
        'succeeded',
        'succeeded',
        'succeeded',
      ]);
      expect(lines.flatMap((line) => line['problem'] ?? [])).toEqual([]);
    },
  );

  /** Runs an operation at a server whose backups go on until they are let go on. */
  async function operate(
    protocolVersion: '3.7' | '3.10',
    asked: readonly [operation: string, input: object],
    { before, meanwhile }: Scene,
  ): Promise<string> {
    const gate = Promise.withResolvers<undefined>();
    await using rig = await startBedrock({
      protocolVersion,
      timing: { backupMs: 7777 },
      wait: (ms) => (ms === 7777 ? gate.promise : Promise.resolve()),
    });
    await before?.(rig);
    const connection = JSON.stringify({ kind: 'bedrock', id: 'mc', url: rig.server.url });
    const [operation, input] = asked;
    const { lines } = await run(
      [connection, '--seconds', '60', '--run', operation, '--input', JSON.stringify(input)],
      async (probe) => {
        await meanwhile?.(rig, probe, () => gate.resolve(undefined));
        await probe.until(() => probe.lines.some((line) => line['operation']));
      },
      { GSOPS_SECRET: 'secret' },
    );
    const told = lines.flatMap((line) => (line['operation'] ? [line['operation']] : []));
    return told.map(({ outcome, message }) => `${String(outcome)}: ${String(message)}`).join('\n');
  }

  const world = { type: 'world', confirm: 'yes' };

  it.each([
    ['3.7', 1001],
    ['3.10', 1008],
  ] as const)('knows how an operation on %s ended whose connection broke with %i', async (release, code) => {
    const outcome = await operate(release, ['backup:alpha', world], {
      async meanwhile(rig, probe, go) {
        await probe.until(() => eventsOf(probe.lines).some(({ type }) => type === 'event:before_backup'));
        rig.server.killSockets(code);
        const isReady = (line: Line): boolean => line['connection']?.['state'] === 'ready';
        await probe.until(() => probe.lines.filter(isReady).length === 2);
        go();
      },
    });
    expect(outcome).toBe('succeeded: alpha is backed up');
  });

  it('follows the task of any request, and says in the words of the server that it was skipped', async () => {
    const call = { method: 'POST', path: '/api/server/alpha/backup/action', body: { backup_type: 'world' } };
    const outcome = await operate('3.7', ['request', { ...call, confirm: 'yes' }], {
      async before(rig) {
        const { status } = await rig.ask('POST', '/api/server/beta/backup/action', { backup_type: 'world' });
        expect(status).toBe(202);
      },
    });
    expect(outcome).toBe('failed: Not done: Backup/restore operation already in progress.');
  });

  it('signs in with what the environment gives, and says which secret was wrong', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const connection = JSON.stringify({ kind: 'bedrock', id: 'mc', url: rig.server.url });
    const { code, errors } = await run([connection, '--seconds', '60'], undefined, { GSOPS_SECRET: 'wrong' });
    expect(code).toBe(1);
    expect(errors).toMatch(/does not let admin in/);
    expect(errors).not.toContain('wrong');
  });
});
