import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendToUnixSocket } from '../../src/core/wire/unixSender.ts';
import { makeRoot } from '../../src/simulator/kgsm/root.ts';
import { systems } from '../../src/core/systems/index.ts';
import { kgsmEvent } from './core/helpers.ts';
import type { CliResult } from '../../src/core/systems/kgsm/program/runKgsm.ts';
import { eventsOf, pushedTypes, run } from './probeRun.ts';
import { kgsm, launch, temporaryFolder } from './simulator/kgsmRoot.ts';

const kinds = Object.keys(systems).join(', ');

describe('the probe', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let root = '';
  beforeEach(() => {
    folder = temporaryFolder();
    root = folder.path;
  });
  afterEach(() => {
    folder[Symbol.dispose]();
  });

  it('prints connection, events, problems and the fleet as JSON lines, and ends well', async () => {
    const socket = join(root, 'kgsm.sock');
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', name: 'Home', socket });
    const { lines, code } = await run([connection, '--seconds', '60'], async () => {
      const send = (text: string): Promise<void> => sendToUnixSocket(socket, Buffer.from(text));
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

  it('refuses a command that KGSM 3 would refuse, and names the characters', async () => {
    mkdirSync(join(root, 'events'));
    makeRoot(root, {
      launch,
      protocolVersion: '3.16',
      instances: [{ name: 'mc-1', blueprint: 'minecraft', active: true }],
    });
    const input = JSON.stringify({ command: 'say a; b' });
    const connection = JSON.stringify({ kind: 'kgsm', root });
    const args = [connection, '--seconds', '30', '--run', 'command:mc-1', '--input', input];
    const { lines } = await run(args);
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([
      {
        outcome: 'refused',
        message: expect.stringContaining('KGSM 3 refuses a command that contains ;') as string,
      },
    ]);
    expect(readFileSync(join(root, 'calls.log'), 'utf8')).not.toContain('say');
  });

  it("leaves its socket to KGSM's own test of it, and goes on afterwards", async () => {
    makeRoot(root, {
      launch,
      behaviour: { socketTestMs: 500 },
      instances: [{ name: 'mc-1', blueprint: 'minecraft' }],
    });
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root });
    let tested: CliResult | undefined;
    const { lines, errors } = await run([connection, '--seconds', '60'], async (probe) => {
      tested = await kgsm(root, '--events', '--test-socket');
      await expect.poll(() => existsSync(join(root, 'kgsm.sock')), { timeout: 30_000 }).toBe(true);
      await kgsm(root, '-i', 'mc-1', '--start');
      await probe.until(() => pushedTypes(probe.lines).includes('instance_started'));
    });
    expect(tested).toMatchObject({ code: 0 });
    expect(errors).toContain('was removed and has been created again');
    expect(pushedTypes(lines)).not.toContain('socket_test');
  });

  it('keeps type and instance of an event over the cap, and says that it was cut', async () => {
    const socket = join(root, 'kgsm.sock');
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', socket, maxMessageBytes: 1024 });
    const { lines } = await run([connection, '--seconds', '60'], async (probe) => {
      const long = kgsmEvent('instance_started', 'mc-1', { Notes: 'n'.repeat(2000) });
      await sendToUnixSocket(socket, Buffer.from(long));
      await probe.until(() => pushedTypes(probe.lines).length > 0);
    });
    expect(eventsOf(lines)).toMatchObject([{ type: 'instance_started', subject: 'mc-1' }]);
    expect(lines.flatMap((line) => line['problem']?.['message'] ?? [])).toEqual([
      expect.stringMatching(/^\d+ bytes arrived, more than the cap$/),
      'cut off: only the beginning was kept',
    ]);
    expect(lines.at(-1)?.['fleet']).toMatchObject({ instances: [{ key: 'mc-1', state: 'running' }] });
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
    [['{"kind":"kgsm","rooot":"/r"}'], '"rooot" is not a setting of this kind of connection'],
    [['{"kind":"kgsm","root":"/r"}', '--seconds', 'soon'], '--seconds must be a number'],
    [['{"kind":"kgsm","root":"/r"}', '--run', 'start:a', '--input', '{'], '--input is not readable'],
    [['{"kind":"kgsm","root":"/r"}', '--fast'], '--fast'],
  ])('says on stderr what is wrong with %j, and exits 2', async (args, message) => {
    const { errors, code } = await run(args);
    expect(errors).toContain(message);
    expect(code).toBe(2);
  });

  it.each([
    ['a folder that does not exist', () => '/nowhere-at-all', 'There is no kgsm.sh in /nowhere-at-all'],
    ['a folder without the program', () => root, 'There is no kgsm.sh in'],
    [
      'a program that may not be executed',
      () => {
        writeFileSync(join(root, 'kgsm.sh'), '#!/bin/sh\n');
        return root;
      },
      'kgsm.sh may not be executed by this user',
    ],
  ])('binds nothing for %s, exits 1 and says why', async (_, given, words) => {
    const { lines, errors, code } = await run([
      JSON.stringify({ kind: 'kgsm', root: given() }),
      '--seconds',
      '60',
    ]);
    expect(lines.flatMap((line) => line['connection']?.['state'] ?? [])).toEqual(['connecting', 'failed']);
    expect(errors).toContain(words);
    expect(code).toBe(1);
    expect(existsSync(join(root, 'kgsm.sock'))).toBe(false);
  });

  it('keeps to its time while a program that it began does not end', async () => {
    const paths = [join(root, 'kgsm.sh'), join(root, 'began')] as const;
    // Ends with its folder.
    const stubborn = "#!/bin/sh\ntrap '' TERM\ntouch began\nwhile [ -e kgsm.sh ]; do sleep 0.1; done\n";
    writeFileSync(paths[0], stubborn, { mode: 0o755 });
    const { lines, errors, code } = await run([JSON.stringify({ kind: 'kgsm', root }), '--seconds', '2']);
    expect(existsSync(paths[1])).toBe(true);
    expect(code).toBe(1);
    expect(lines.at(-1)).toHaveProperty('fleet');
    // Said by the connection, which has more patience.
    expect(errors).not.toContain('did not end in time');
  });

  it('takes the path of the program for its folder', async () => {
    makeRoot(root, { launch, instances: [{ name: 'mc-1', blueprint: 'minecraft' }] });
    const connection = JSON.stringify({ kind: 'kgsm', root: join(root, 'kgsm.sh') });
    const { lines } = await run([connection, '--seconds', '30', '--run', 'start:mc-1']);
    expect(lines.flatMap((line) => line['operation'] ?? [])).toMatchObject([{ outcome: 'succeeded' }]);
  });
});
