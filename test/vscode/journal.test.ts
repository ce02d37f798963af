import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { fleetWhere, inside, journalled, setConnections } from './inside.ts';

describe('the journal of KGSM 3 in a real VS Code', () => {
  after(async () => {
    await setConnections(undefined);
  });

  it('shows what the journal says, and goes on after a disconnection without a line twice', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kj-'));
    const write = (type: string, instance: string): void => {
      const now = new Date().toISOString();
      const line = {
        V: 1,
        EventType: type,
        Data: { InstanceName: instance },
        Timestamp: now,
        Actor: 'root',
        Origin: null,
        Hostname: 'vm',
        ProducerVersion: '3.16.0',
      };
      appendFileSync(join(directory, `${now.slice(0, 10)}.ndjson`), `${JSON.stringify(line)}\n`);
    };
    write('instance_started', 'before');
    await setConnections([
      { kind: 'kgsm', id: 'j', name: 'Journal', events: 'journal', journalDir: directory },
    ]);
    await fleetWhere((fleet) => fleet.connections.get('j')?.state === 'ready', 'the journal is read');
    write('instance_ready', 'before');
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'j').some(({ state }) => state === 'ready'),
      'the new line is read',
    );

    const { runtime } = await inside();
    const connection = runtime.connections.get('j');
    assert.ok(connection);
    await connection.stop();
    write('instance_stopped', 'before');
    connection.start();
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'j').some(({ state }) => state === 'stopped'),
      'the missed line is read',
    );
    const types = (await journalled())
      .filter((e) => e.connection === 'j' && e.channel === 'push')
      .map(({ type }) => type);
    assert.deepEqual(types, ['instance_started', 'instance_ready', 'instance_stopped']);
  });
});
