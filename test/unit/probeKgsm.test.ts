import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRoot } from '../../src/simulator/kgsm/root.ts';
import { eventsOf, run } from './probeRun.ts';
import { launch, temporaryFolder } from './simulator/kgsmRoot.ts';

interface Operated {
  readonly outcome: string;
  readonly message: string;
  /** Types of the events that KGSM sent meanwhile. */
  readonly events: readonly unknown[];
  /** Title and state of each task at the end. */
  readonly tasks: readonly string[];
  /** Command lines that KGSM got. */
  readonly calls: string;
}

/** Runs one operation at a KGSM with a server that is down, one that is up, and one whose folder is empty. */
async function operate(
  protocolVersion: '1.7' | '2.2',
  asked: string,
  input: object = { confirm: 'yes' },
): Promise<Operated> {
  using folder = temporaryFolder();
  const root = folder.path;
  makeRoot(root, {
    launch,
    protocolVersion,
    saveSeconds: 0,
    behaviour: {
      stepMs: 0,
      blueprints: { fakegame: '1.1', rootless: '1.0', broken: '2.0' },
      brokenDownloads: ['broken'],
      brokenUpdates: ['rootless'],
    },
    instances: [
      { name: 'down', blueprint: 'rootless' },
      { name: 'up', blueprint: 'fakegame', active: true },
      { name: 'hollow', blueprint: 'fakegame', emptied: true, backups: ['hollow-20261120T180641Z-a1b2c3'] },
    ],
  });
  const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root });
  const args = ['--seconds', '60', '--run', asked, '--input', JSON.stringify(input)];
  const { lines } = await run([connection, ...args]);
  const [operation] = lines.flatMap((line) => (line['operation'] ? [line['operation']] : []));
  const fleet = lines.at(-1)?.['fleet'] as unknown as {
    readonly tasks: readonly { readonly title: string; readonly state: string }[];
  };
  return {
    outcome: String(operation?.['outcome']),
    message: String(operation?.['message']),
    events: eventsOf(lines).flatMap(({ channel, type }) => (channel === 'push' ? [type] : [])),
    tasks: fleet.tasks.map(({ title, state }) => `${title}: ${state}`),
    calls: readFileSync(join(root, 'calls.log'), 'utf8'),
  };
}

describe('the probe at KGSM 1.7, which ends with 0 after most failures', () => {
  const folder = '/srv/games';

  it.each([
    [
      'a restart that misses a command',
      'restart:up',
      { confirm: 'yes' },
      /^KGSM reported an error: .*__stop_instance: command not found$/,
    ],
    ['a backup that leaves no file', 'backup:hollow', {}, 'KGSM made no backup of hollow.'],
    [
      'an update without a root',
      'update:down',
      { confirm: 'yes' },
      'KGSM reported an error: KGSM_ROOT not set',
    ],
    [
      'an installation that could not be downloaded',
      'install',
      { blueprint: 'broken', name: 'new', directory: folder },
      'KGSM reported an error: Failed to download new',
    ],
  ])('says in its words that %s has failed', async (_, asked, input, words) => {
    const { outcome, message, tasks } = await operate('1.7', asked, input);
    expect(outcome).toBe('failed');
    expect(message).toMatch(words);
    expect(tasks.length).toBeGreaterThan(0);
    expect(tasks.filter((task) => !task.endsWith(': failed'))).toEqual([]);
  });

  it('installs nothing under a name that is taken', async () => {
    const wanted = { blueprint: 'fakegame', name: 'up', directory: folder };
    const { outcome, message, events, calls } = await operate('1.7', 'install', wanted);
    expect([outcome, message]).toEqual(['refused', 'There is an instance up already.']);
    expect(events).toEqual([]);
    expect(calls).toContain('"--instances"');
    expect(calls).not.toContain('"--install"');
  });

  it('backs up what can be backed up', async () => {
    const { outcome, message, events } = await operate('1.7', 'backup:down');
    expect([outcome, message]).toEqual(['succeeded', 'down is backed up']);
    expect(events).toEqual(['instance_backup_created']);
  });
});

describe('the probe at KGSM 2.2', () => {
  it.each([
    ['hollow', 'failed', 'KGSM made no backup of hollow.'],
    ['down', 'succeeded', 'down is backed up'],
  ])('knows of the backup of %s that it %s', async (name, outcome, message) => {
    expect(await operate('2.2', `backup:${name}`)).toMatchObject({ outcome, message });
  });
});
