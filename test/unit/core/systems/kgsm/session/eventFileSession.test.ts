import { appendFile, copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection } from '../../../../../../src/core/connections/connection.ts';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { english, type Text } from '../../../../../../src/core/model/text.ts';
import type { SessionMemory } from '../../../../../../src/core/systems/session.ts';
import {
  core,
  fleetWhere,
  kgsmEvent,
  ManualClock,
  silentLog,
  testMemory,
  type Core,
  openKgsm,
} from '../../../helpers.ts';

const recording = fileURLToPath(
  new URL('../../../../../wire/kgsm-3.16-journal-2026-11-20.ndjson', import.meta.url),
);
const file = '2026-11-20.ndjson';

describe('a connection to a journal of KGSM', () => {
  let directory = '';
  let clock = new ManualClock();
  let parts: Core = core();
  let memory: SessionMemory = testMemory();
  const open: Connection[] = [];
  const warnings: string[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gs-journal-'));
    clock = new ManualClock();
    clock.advance(Date.parse('2026-11-20T19:00:00Z') - clock.now());
    parts = core();
    memory = testMemory();
    warnings.length = 0;
  });
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.stop();
    expect(clock.waiting).toBe(0);
    await rm(directory, { recursive: true });
  });

  function connect(fields: Readonly<Record<string, unknown>> = {}): Connection {
    const connection = openKgsm(
      parts,
      { events: 'journal', journalDir: directory, ...fields },
      {
        clock,
        random: () => 0.999,
        log: { ...silentLog, warn: (message: Text) => warnings.push(english(message)) },
        host: 'here',
        memory: () => memory,
      },
    );
    open.push(connection);
    return connection;
  }

  const pushes = (): string[] =>
    [...parts.journal.events()].filter(({ channel }) => channel === 'push').map(({ type }) => type);
  const knows = async (...names: string[]): Promise<void> => {
    await fleetWhere(parts.pipeline, (fleet) => {
      const known = instancesOf(fleet, 'home').map(({ key }) => key);
      return names.every((name) => known.includes(name));
    });
  };
  const append = (...events: string[]): Promise<void> =>
    appendFile(join(directory, file), events.map((event) => `${event}\n`).join(''));

  it('makes of the recording what happened', async () => {
    await copyFile(recording, join(directory, file));
    connect();
    await append(kgsmEvent('instance_started', 'last'));
    await knows('last');
    expect(pushes()).toHaveLength(42);
    expect([...parts.journal.events()].flatMap(({ problems }) => problems)).toEqual([]);
    const fleet = parts.pipeline.fleet();
    // The recording ends with the removal of its one instance.
    expect(instancesOf(fleet, 'home').map(({ key, state }) => `${key} ${state}`)).toEqual(['last running']);
    expect([...fleet.tasks.values()].filter(({ state }) => state === 'running')).toEqual([]);
  });

  it('goes on after a restart where it stopped', async () => {
    await append(kgsmEvent('instance_started', 'a'));
    const first = connect();
    await knows('a');
    await first.stop();
    await append(kgsmEvent('instance_started', 'b'));
    connect();
    await knows('a', 'b');
    await append(kgsmEvent('instance_started', 'c'));
    await knows('c');
    expect(pushes()).toHaveLength(3);
  });

  it('does not take the place in one journal for one in another', async () => {
    await append(kgsmEvent('instance_started', 'a'));
    const first = connect();
    await knows('a');
    await first.stop();
    await mkdir(join(directory, 'other'));
    await writeFile(join(directory, 'other', file), `${kgsmEvent('instance_started', 'b')}\n`);
    connect({ journalDir: join(directory, 'other') });
    await knows('b');
    expect(warnings).toEqual([]);
  });

  it.each([
    'nonsense',
    { directory: 7 },
    { cursor: { file: '../../etc/passwd', offset: 0 } },
    { cursor: { file, offset: -1 } },
  ])('begins anew when it remembers %j', async (value) => {
    memory.save(typeof value === 'object' ? { directory, ...value } : value);
    await append(kgsmEvent('instance_started', 'a'));
    connect();
    await knows('a');
  });

  it('waits for a directory that is not there yet', async () => {
    const journalDir = join(directory, 'later');
    const waiting = fleetWhere(
      parts.pipeline,
      ({ connections }) => connections.get('home')?.state === 'waiting',
    );
    const connection = connect({ journalDir });
    const { detail } = (await waiting).connections.get('home') ?? {};
    expect(detail && english(detail)).toBe(
      `The journal directory ${journalDir} does not exist; it may come with the first event.`,
    );
    await mkdir(journalDir);
    await writeFile(join(journalDir, file), `${kgsmEvent('instance_started', 'a')}\n`);
    await connection.reconnectNow();
    const ready = await fleetWhere(
      parts.pipeline,
      ({ connections }) => connections.get('home')?.state === 'ready',
    );
    // Ready means up to date.
    expect(instancesOf(ready, 'home').map(({ key }) => key)).toEqual(['a']);
  });

  it('keeps garbage and the beginning of a line over the cap, and reads what follows', async () => {
    const long = kgsmEvent('instance_started', 'long', { Text: 'x'.repeat(2 * 1024 * 1024) });
    await append('}garbage{', long, kgsmEvent('instance_started', 'good'));
    connect({ maxMessageBytes: 1024 });
    await knows('good');
    expect(pushes()).toEqual(['unreadable', 'unreadable', 'instance_started']);
    const cut = [...parts.journal.events()].find(({ truncated }) => truncated);
    expect(cut?.size).toBe(long.length);
    expect(cut?.problems.map(({ message }) => english(message))).toContain(
      `the line has ${String(long.length)} bytes, more than the cap`,
    );
  });

  it('warns of a gap', async () => {
    await append(kgsmEvent('instance_started', 'a'));
    const first = connect();
    await knows('a');
    await first.stop();
    await truncate(join(directory, file));
    connect();
    await append(kgsmEvent('instance_started', 'other'));
    await knows('other');
    // Shorter or already longer again when it is looked at: either is told.
    expect(warnings).toHaveLength(1);
  });
});
