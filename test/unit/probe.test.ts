import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendToUnixSocket } from '../../src/core/wire/unixSender.ts';
import { makeRoot } from '../../src/simulator/kgsm/root.ts';
import { systems } from '../../src/core/systems/index.ts';
import { kgsmEvent } from './core/helpers.ts';
import { eventsOf, run } from './probeRun.ts';
import { launch } from './simulator/kgsmRoot.ts';

const kinds = Object.keys(systems).join(', ');

describe('the probe', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gs-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('prints connection, events, problems and the fleet as JSON lines, and ends well', async () => {
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', name: 'Home', root });
    const { lines, code } = await run([connection, '--seconds', '60'], async () => {
      const send = (text: string): Promise<void> =>
        sendToUnixSocket(join(root, 'kgsm.sock'), Buffer.from(text));
      await send(kgsmEvent('instance_created', 'mc-1', { Blueprint: 'minecraft' }));
      await send(kgsmEvent('instance_installed', 'mc-1', { Blueprint: 'minecraft' }));
      await send(kgsmEvent('instance_version_updated', 'mc-1', { NewVersion: '1.1' }));
      await send(kgsmEvent('instance_started', 'mc-1'));
      await send('{"EventType":"instance_started","Data":{"InstanceName":7}}');
    });
    expect(code).toBe(0);
    expect(lines.flatMap((line) => line['connection']?.['state'] ?? [])).toEqual([
      'connecting',
      // How the events come, and where.
      'connecting',
      'connecting',
      'ready',
      'closed',
    ]);
    const events = eventsOf(lines);
    expect(events[0]).toMatchObject({
      connection: 'home',
      system: 'kgsm',
      channel: 'push',
      direction: 'in',
      origin: 'live',
      type: 'instance_created',
      subject: 'mc-1',
      severity: 'info',
      summary: 'Created from minecraft',
      raw: kgsmEvent('instance_created', 'mc-1', { Blueprint: 'minecraft' }),
    });
    expect(new Date(String(events[0]?.['receivedAt'])).toISOString()).toBe(events[0]?.['receivedAt']);
    expect(lines.flatMap((line) => line['problem'] ?? [])).toEqual([
      { connection: 'home', seq: events[4]?.['seq'], path: 'Data.InstanceName', message: 'must be a name' },
    ]);
    expect(lines.at(-1)?.['fleet']).toMatchObject({
      connections: [{ id: 'home', state: 'closed' }],
      instances: [
        {
          connection: 'home',
          kind: 'instance',
          key: 'mc-1',
          name: 'mc-1',
          game: 'minecraft',
          state: 'running',
          version: '1.1',
        },
      ],
      tasks: [{ subject: 'mc-1', title: 'Install mc-1', state: 'succeeded', percent: 100 }],
    });
  });

  it('runs an operation against the simulator and tells its outcome', async () => {
    makeRoot(root, { launch, instances: [{ name: 'mc-1', blueprint: 'minecraft' }] });
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root });
    const { lines, code } = await run([connection, '--seconds', '30', '--run', 'start:mc-1']);
    expect(code).toBe(0);
    expect(lines.flatMap((line) => line['operation'] ?? [])).toEqual([
      { id: 'start', subject: 'mc-1', outcome: 'succeeded', message: 'mc-1 started' },
    ]);
    expect(lines.flatMap((line) => line['event']?.['type'] ?? [])).toContain('instance_started');
  });

  it.each([
    [undefined, 'refused'],
    ['{"confirm":"yes"}', 'refused'],
    ['{"confirm":"mc-1"}', 'succeeded'],
  ])('removes an instance only with its name as the answer: %j is %s', async (input, outcome) => {
    makeRoot(root, { launch, instances: [{ name: 'mc-1', blueprint: 'minecraft' }] });
    const more = input === undefined ? [] : ['--input', input];
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root });
    const { lines } = await run([connection, '--seconds', '30', '--run', 'remove:mc-1', ...more]);
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([
      outcome === 'succeeded'
        ? { outcome }
        : { outcome, message: expect.stringContaining('{"confirm":"mc-1"}') as string },
    ]);
  });

  it.each([
    ['start:nobody', 'refused', 'there is no instance nobody on kgsm'],
    ['fly:mc-1', 'refused', 'there is no operation fly'],
    ['start', 'refused', 'start needs an instance'],
  ])('tells why %s did not work', async (wanted, outcome, message) => {
    makeRoot(root, { launch });
    const { lines } = await run([JSON.stringify({ kind: 'kgsm', root }), '--seconds', '30', '--run', wanted]);
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([
      { outcome, message: expect.stringContaining(message) as string },
    ]);
  });

  it.each([
    [[], 'usage:'],
    [['{'], 'not readable as JSON'],
    [['{"kind":"nope"}'], `"kind" must be one of ${kinds}, not "nope"`],
    [['{"kind":"kgsm"}'], '"root" is missing'],
    [['{"kind":"kgsm","root":"/r"}', '--seconds', 'soon'], '--seconds must be a number'],
    [['{"kind":"kgsm","root":"/r"}', '--run', 'start:a', '--input', '{'], '--input is not readable'],
    [['{"kind":"kgsm","root":"/r"}', '--fast'], '--fast'],
  ])('says on stderr what is wrong with %j, and exits 2', async (args, message) => {
    const { errors, code } = await run(args);
    expect(errors).toContain(message);
    expect(code).toBe(2);
  });

  it('exits 1 when the connection never became ready, and says why', async () => {
    const { errors, code } = await run(['{"kind":"kgsm","root":"/nowhere-at-all"}', '--seconds', '0.5']);
    expect(errors).toContain('/nowhere-at-all');
    expect(code).toBe(1);
  });
});
