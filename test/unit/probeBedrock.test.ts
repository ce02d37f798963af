import { describe, expect, it } from 'vitest';
import { eventsOf, run, type Line } from './probeRun.ts';
import { startBedrock } from './simulator/bedrockServer.ts';

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
        // There is no such file: handled, and a failure all the same.
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

  it('signs in with what the environment gives, and says which secret was wrong', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const connection = JSON.stringify({ kind: 'bedrock', id: 'mc', url: rig.server.url });
    const { code, errors } = await run([connection, '--seconds', '60'], undefined, { GSOPS_SECRET: 'wrong' });
    expect(code).toBe(1);
    expect(errors).toMatch(/does not let admin in/);
    expect(errors).not.toContain('wrong');
  });
});
