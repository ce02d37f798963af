import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection } from '../../../../src/core/connections/connection.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { makeRoot } from '../../../../src/simulator/kgsm/root.ts';
import { kgsm as runKgsm, launch } from '../../simulator/kgsmRoot.ts';
import { rounds } from '../../../harness/proof.ts';
import { core, fleetWhere, type Core, openKgsm } from '../helpers.ts';

const noSocat = spawnSync('socat', ['-V']).error !== undefined;

const sent = rounds(100, 10_000);

describe('a KGSM connection and real senders', () => {
  let root = '';
  let parts: Core;
  let connection: Connection;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'gs-'));
    parts = core();
    connection = openKgsm(parts, { socket: join(root, 'kgsm.sock') });
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
  });
  afterEach(async () => {
    await connection.stop();
    // The stand-in of a game may still write while it ends.
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  it.skipIf(noSocat)(
    `receives ${sent} of ${sent} events in order from socat in a loop`,
    { timeout: 600_000, tags: ['proof'] },
    async () => {
      const loop = `for i in $(seq ${sent}); do printf '{"EventType":"instance_version_updated","Data":{"InstanceName":"mc","NewVersion":"%s"}}\\n' $i | socat - UNIX-CONNECT:"$0/kgsm.sock" || exit 1; done`;
      const sender = spawn('sh', ['-c', loop, root], { stdio: ['ignore', 'inherit', 'inherit'] });
      expect((await once(sender, 'exit'))[0]).toBe(0);
      await fleetWhere(parts.pipeline, (fleet) => instancesOf(fleet, 'home')[0]?.version === String(sent));
      const pushed = [...parts.journal.events()].filter(({ channel }) => channel === 'push');
      expect(
        pushed.map(({ raw }) => (JSON.parse(raw) as { Data: { NewVersion: string } }).Data.NewVersion),
      ).toEqual(Array.from({ length: sent }, (_, i) => String(i + 1)));
      expect(pushed.flatMap(({ problems }) => problems)).toEqual([]);
    },
  );

  it("survives that KGSM's socket test removes the socket", async () => {
    makeRoot(root, {
      launch,
      behaviour: { socketTestMs: 50 },
      instances: [{ name: 'mc-1', blueprint: 'minecraft' }],
    });
    await runKgsm(root, '--version');
    expect(await runKgsm(root, '--events', '--test-socket')).toMatchObject({ code: 0 });
    await expect.poll(() => existsSync(join(root, 'kgsm.sock')), { timeout: 10_000 }).toBe(true);
    await runKgsm(root, '-i', 'mc-1', '--start');
    await fleetWhere(parts.pipeline, (fleet) =>
      instancesOf(fleet, 'home').some(({ key, state }) => key === 'mc-1' && state === 'running'),
    );
    expect(connection.state).toBe('ready');
  });
});
