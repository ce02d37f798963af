import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection } from '../../../../../../src/core/connections/connection.ts';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { english, type Text } from '../../../../../../src/core/model/text.ts';
import { appendToEventFile } from '../../../../../../src/simulator/kgsm/eventFiles.ts';
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
    expect(pushes()).toEqual(['unreadable', 'instance_started', 'instance_started']);
    const cut = [...parts.journal.events()].find(({ truncated }) => truncated);
    expect(cut).toMatchObject({ size: long.length, subject: { kind: 'instance', key: 'long' } });
    expect(cut?.problems.map(({ message }) => english(message))).toContain(
      `the line has ${String(long.length)} bytes, more than the cap`,
    );
  });

  describe('over midnight', () => {
    const { TZ } = process.env;
    afterEach(() => {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    });

    // The clocks of Europe go back in this night, and Kiritimati is 14 hours ahead.
    it.each([
      ['Europe/Berlin', 'Pacific/Kiritimati'],
      ['Pacific/Pago_Pago', 'Europe/Berlin'],
    ])('follows the recording into the next day of UTC, from %s to %s', async (first, second) => {
      const lines = readFileSync(recording, 'utf8').trimEnd().split('\n');
      const half = Math.floor(lines.length / 2);
      const timeOf = (line: string): number =>
        Date.parse((JSON.parse(line) as { Timestamp: string }).Timestamp);
      const midnight = Date.parse('2026-10-25T00:00:00Z');
      const shift = midnight - timeOf(lines[half] ?? '');
      const written: string[] = [];
      const write = async (line: string): Promise<void> => {
        const time = timeOf(line) + shift;
        const shifted = line.replace(/"Timestamp":"[^"]*"/, `"Timestamp":"${new Date(time).toISOString()}"`);
        if (time > clock.now()) clock.advance(time - clock.now());
        appendToEventFile(directory, Buffer.from(`${shifted}\n`), time);
        written.push(shifted);
        await fleetWhere(parts.pipeline, () => pushes().length === written.length);
      };
      clock = new ManualClock();
      clock.advance(timeOf(lines[0] ?? '') + shift - clock.now());
      process.env['TZ'] = first;
      let connection = connect();
      for (const line of lines.slice(0, half)) await write(line);
      process.env['TZ'] = second;
      expect(new Date(midnight).getHours()).toBe(second === 'Europe/Berlin' ? 2 : 14);
      for (const line of lines.slice(half, half + 5)) await write(line);
      // A command that began before midnight ends after it.
      await write(lines[half - 1] ?? '');
      await connection.stop();
      connection = connect();
      for (const line of lines.slice(half + 5)) await write(line);
      clock.advance(10 * 60_000);
      await connection.stop();
      const raws = [...parts.journal.events()]
        .filter(({ channel }) => channel === 'push')
        .map(({ raw }) => raw);
      expect(raws).toEqual(written);
      expect(readdirSync(directory)).toEqual(['2026-10-24.ndjson', '2026-10-25.ndjson']);
      expect(warnings).toEqual([]);
    });
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
