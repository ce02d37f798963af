import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { readServedLine } from '../../../../../src/core/playback/serving/servedEvents.ts';
import {
  writeServedFiles,
  type ServedFiles,
} from '../../../../../src/core/playback/serving/writeServedFiles.ts';
import { kgsmEvent, systems } from '../../helpers.ts';
import { temporaryFolder } from '../../journal/store/helpers.ts';

const at = '2026-11-20T10:50:00.000Z';

function write(lines: readonly object[], gzip = false): Promise<ServedFiles> {
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  return writeServedFiles(temporaryFolder(), {
    content: Readable.from([gzip ? gzipSync(text) : Buffer.from(text)]),
    plainSystem: 'kgsm',
    name: 'night',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: new AbortController().signal,
  });
}

function message(raw: string, more: object = {}): object {
  return {
    receivedAt: at,
    system: 'kgsm',
    connection: 'home',
    channel: 'push',
    direction: 'in',
    raw,
    ...more,
  };
}

function read(file: string): ReturnType<typeof readServedLine>[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map(readServedLine);
}

describe('the files of a recording that is served', () => {
  it('hold each event with the instances that it changed', async () => {
    const started = kgsmEvent('instance_started', 'mc-1');
    const removed = kgsmEvent('instance_uninstalled', 'mc-1');
    const { parts } = await write([{ gameServerOpsRecording: 1 }, message(started), message(removed)]);
    expect(parts).toMatchObject([{ system: 'kgsm', connection: 'home', events: 2, pushes: 2, truncated: 0 }]);
    const [first, second] = read(parts[0]?.file ?? '');
    expect(first?.changes).toEqual([
      { instance: { kind: 'instance', key: 'mc-1', name: 'mc-1', state: 'running' } },
    ]);
    expect(Buffer.from(first?.event?.bytes ?? []).toString()).toBe(started);
    expect(first?.event).toMatchObject({ at: Date.parse(at), type: 'instance_started', channel: 'push' });
    expect(second?.changes).toEqual([{ gone: { kind: 'instance', key: 'mc-1' } }]);
  });

  it('begin with the state of the header', async () => {
    const address = { source: 'home', host: '', connection: 'home', system: 'kgsm' };
    const ark = {
      connection: 'home',
      kind: 'instance',
      key: 'ark',
      name: 'ark',
      state: 'stopped',
      players: 0,
    };
    const state = JSON.stringify({ ...ark, since: 1, lastEventAt: 1 });
    const key = JSON.stringify(['home', 'instance', 'ark']);
    const changes = [
      { seq: 1, address, what: 'connection', key: '', state: JSON.stringify({ state: 'ready' }) },
      { seq: 2, address, what: 'instance', key, state },
    ];
    const { parts } = await write([
      { gameServerOpsRecording: 1, base: { changes } },
      message(kgsmEvent('instance_started', 'mc-1')),
    ]);
    const [before, first] = read(parts[0]?.file ?? '');
    expect(before?.event).toBeUndefined();
    expect(before?.changes).toEqual([
      { instance: { kind: 'instance', key: 'ark', name: 'ark', state: 'stopped', players: 0 } },
    ]);
    expect(first?.changes).toHaveLength(1);
  });

  it('are one for each connection, gzipped or not', async () => {
    const raw = kgsmEvent('instance_started', 'mc-1');
    const { parts } = await write([message(raw), message(raw, { connection: 'far' }), message(raw)], true);
    expect(parts.map(({ connection, events }) => [connection, events])).toEqual([
      ['home', 2],
      ['far', 1],
    ]);
    expect(new Set(parts.map(({ file }) => file)).size).toBe(2);
  });

  it('keep bytes that are no text, and count what cannot be sent', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    const { parts } = await write([
      message('', { rawBase64: bytes.toString('base64') }),
      message('{"EventType":"instance_star', { truncated: true, size: 9000 }),
      message('{}', { channel: 'reply' }),
      message('{}', { direction: 'out' }),
    ]);
    expect(parts).toMatchObject([{ events: 4, pushes: 1, truncated: 1 }]);
    const [first, second] = read(parts[0]?.file ?? '');
    expect(Buffer.from(first?.event?.bytes ?? [])).toEqual(bytes);
    expect(second?.event?.truncated).toBe(true);
  });

  it('survive a hostile recording: wild states, thousands of connections, lines that are no JSON', async () => {
    const address = { source: 'home', host: '', connection: 'home', system: 'kgsm' };
    const wild = [{ name: 5 }, { state: 'exploded' }, { kind: null }].map((fields, seq) => ({
      ...{ seq, address, what: 'instance', key: `k${seq}` },
      state: JSON.stringify({ kind: 'instance', key: `k${seq}`, name: 'x', state: 'running', ...fields }),
    }));
    const many = Array.from({ length: 3000 }, (_, n) =>
      message(kgsmEvent('instance_started', 'x'), { connection: `c${n}` }),
    );
    const written = await write([
      { gameServerOpsRecording: 1, base: { changes: wild } },
      ...many,
      // A line that holds no object.
      Object.assign([1, 2], {}),
    ]);
    expect(written.parts.length).toBeLessThanOrEqual(100);
    expect(written.problems).toBe(1);
    expect(english(written.firstProblems[0] ?? { template: '', args: [] })).toMatch(/no JSON object/);
    for (const { file } of written.parts)
      for (const { changes } of read(file))
        for (const change of changes) expect('instance' in change && change.instance.name).toBe('x');
  });
});
