import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { JournalEvent } from '../../../../../src/core/journal/store/records.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { exportEvents, pagesOf } from '../../../../../src/core/playback/recording/exportEvents.ts';
import {
  importRecording,
  type ImportOptions,
  type ImportState,
} from '../../../../../src/core/playback/recording/importRecording.ts';
import { recordingLine } from '../../../../../src/core/playback/recording/recordingLines.ts';
import { systems } from '../../helpers.ts';
import { openTestStore, smallFileSystem, storedEvent, temporaryFolder } from '../../journal/store/helpers.ts';

const never = new AbortController().signal;

async function importInto(
  store: JournalStore,
  content: Readable | string | Buffer,
  given: Partial<ImportOptions> = {},
): Promise<ImportState> {
  return importRecording({
    content: content instanceof Readable ? content : Readable.from([Buffer.from(content)]),
    store,
    plainSystem: 'kgsm',
    name: 'file',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: never,
    onProgress: () => undefined,
    ...given,
  });
}

async function allOf(store: JournalStore): Promise<readonly JournalEvent[]> {
  const handle = await store.query('');
  const events: JournalEvent[] = [];
  for await (const page of pagesOf(handle, Number.MAX_SAFE_INTEGER)) events.push(...page);
  return events;
}

async function exportAll(
  store: JournalStore,
  path: string,
  given: Partial<Parameters<typeof exportEvents>[0]> = {},
): Promise<number> {
  return exportEvents({
    path,
    gzip: false,
    head: '{"gameServerOpsRecording":1}',
    pages: pagesOf(await store.query(''), Number.MAX_SAFE_INTEGER),
    lineOf: recordingLine,
    lineEnd: '\n',
    signal: never,
    onProgress: () => undefined,
    ...given,
  });
}

/** An event as a reader of the recording knows it: in English, without its place in a journal. */
function told({ summary, problems, seq, ...event }: JournalEvent): object {
  return {
    ...event,
    summary: english(summary),
    problems: problems.map(({ path, message }) => ({ path, message: english(message) })),
  };
}

const oddEvents = [
  storedEvent(1),
  storedEvent(2, {
    host: 'north',
    source: 'relay',
    time: Date.UTC(2026, 0, 1),
    correlation: 'c-1',
    task: 't-1',
    channel: 'reply',
    direction: 'in',
    origin: 'replayed',
    subject: { host: 'north', kind: 'app', key: 'a/b\n<i>', name: 'Näme\u202e' },
    redacted: ['password'],
    truncated: true,
    problems: [{ path: 'Data.x', message: { template: 'expected {0}', args: ['number'] } }],
    raw: '{"a":"\\u0000\u2028 \ud83d\ude00"}',
    noise: true,
  }),
  storedEvent(3, { raw: '', rawBase64: Buffer.from([0, 255, 10, 13]).toString('base64'), size: 4 }),
  storedEvent(4, {
    channel: 'control',
    direction: 'none',
    origin: 'derived',
    gap: true,
    retention: 'control',
  }),
  storedEvent(5, { raw: 'no JSON\r\nat all' }),
  storedEvent(6, { raw: '', summary: { template: '{0} of {1}', args: [1] } }),
];

describe('a recording', () => {
  it.each([
    ['plain', 'out.gsops.ndjson', false],
    ['gzipped', 'out.gsops.ndjson.gz', true],
  ])('holds the same events and bytes after the way through a file (%s)', async (_, name, gzip) => {
    const from = await openTestStore();
    const many = Array.from({ length: 2_500 }, (_each, n) => storedEvent(n + 10));
    await from.append({ events: [...oddEvents, ...many] });
    const path = join(temporaryFolder(), name);
    expect(await exportAll(from, path, { gzip })).toBe(2_506);

    const into = await openTestStore();
    const state = await importInto(into, createReadStream(path));
    expect(state).toMatchObject({ events: 2_506, problems: 0, done: true });
    expect(state.cut).toBeUndefined();
    expect(state.header?.gameServerOpsRecording).toBe(1);
    expect((await allOf(into)).map(told)).toEqual((await allOf(from)).map(told));

    const again = join(temporaryFolder(), name);
    await exportAll(into, again, { gzip });
    const linesOf = (file: string): string => {
      const bytes = readFileSync(file);
      return (gzip ? gunzipSync(bytes) : bytes).toString();
    };
    expect(linesOf(again)).toBe(linesOf(path));
  });

  it('is written only up to the newest event that was there when the export began', async () => {
    const store = await openTestStore();
    await store.append({ events: oddEvents });
    const pages = pagesOf(await store.query(''), 4);
    await store.append({ events: [storedEvent(9)] });
    const seqs: number[] = [];
    for await (const page of pages) seqs.push(...page.map(({ seq }) => seq));
    expect(seqs).toEqual([1, 2, 3, 4]);
  });

  it('leaves the file of its name as it was when it is cancelled or cannot be written', async () => {
    const store = await openTestStore();
    await store.append({ events: oddEvents });
    const folder = temporaryFolder();
    const path = join(folder, 'old.ndjson');
    writeFileSync(path, 'precious');
    const cancelled = new AbortController();
    async function* pages(): AsyncGenerator<readonly JournalEvent[]> {
      yield await allOf(store);
      cancelled.abort(new Error('cancelled'));
      yield await allOf(store);
    }
    await expect(exportAll(store, path, { pages: pages(), signal: cancelled.signal })).rejects.toThrow(
      'cancelled',
    );
    expect(readFileSync(path, 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toEqual(['old.ndjson']);
    await expect(exportAll(store, join(folder, 'missing', 'x.ndjson'))).rejects.toThrow('ENOENT');
    const small = smallFileSystem(64);
    if (!small) return;
    const many = Array.from({ length: 1_000 }, (_each, n) => storedEvent(n));
    await store.append({ events: many });
    await expect(exportAll(store, join(small.folder, 'x.ndjson'))).rejects.toThrow('ENOSPC');
    expect(readdirSync(small.folder)).toEqual([]);
  });
});

describe('an opened file', () => {
  const kgsmLine = (n: number): string =>
    JSON.stringify({
      EventType: 'instance_started',
      Data: { InstanceName: `server-${n}` },
      Timestamp: `2026-11-20T18:0${n}:41Z`,
    });

  it('may be an event file of KGSM: its events stand at their own times, decoded', async () => {
    const store = await openTestStore();
    const state = await importInto(store, `\ufeff${kgsmLine(1)}\r\n\r\n${kgsmLine(2)}`);
    expect(state).toMatchObject({ events: 2, problems: 0 });
    expect(
      (await allOf(store)).map(({ type, subject, time, receivedAt, origin, connection }) => ({
        type,
        key: subject?.key,
        at: receivedAt === time && new Date(receivedAt).toISOString(),
        origin,
        connection,
      })),
    ).toEqual(
      [1, 2].map((n) => ({
        type: 'instance_started',
        key: `server-${n}`,
        at: `2026-11-20T18:0${n}:41.000Z`,
        origin: 'imported',
        connection: 'file',
      })),
    );
  });

  it('may hold messages whose meaning is not told: each is decoded by its system', async () => {
    const store = await openTestStore();
    await importInto(
      store,
      JSON.stringify({ receivedAt: 1_700_000_000_000, system: 'kgsm', connection: 'home', raw: kgsmLine(3) }),
    );
    expect(await allOf(store)).toMatchObject([
      { receivedAt: 1_700_000_000_000, connection: 'home', type: 'instance_started', raw: kgsmLine(3) },
    ]);
  });

  it('says which lines hold no event, and goes on behind them', async () => {
    const store = await openTestStore();
    const good = recordingLine({ ...storedEvent(1), seq: 7 });
    const state = await importInto(store, ['[1]', good, '{"broken', 'null', good].join('\n'));
    expect(state).toMatchObject({ events: 2, problems: 3 });
    expect(state.firstProblems.map(english)).toEqual([
      'line 1 is no JSON object: [1]',
      'line 3 is no JSON object: {"broken',
      'line 4 is no JSON object: null',
    ]);
  });

  it('may have fields of wrong types: the line is shown as what it is, and no value of it is believed', async () => {
    const store = await openTestStore();
    const wrong = [
      { severity: 'fatal' },
      { receivedAt: 'yesterday' },
      { receivedAt: 1e300 },
      { time: [] },
      { subject: 'server' },
      { channel: '__proto__' },
      { size: -1 },
      { type: { toString: 1 } },
      { problems: [{}] },
    ].map((given) =>
      JSON.stringify({ ...JSON.parse(recordingLine({ ...storedEvent(1), seq: 1 })), ...given }),
    );
    const state = await importInto(store, wrong.join('\n'));
    expect(state).toMatchObject({ events: 9, problems: 0 });
    expect((await allOf(store)).some(({ type }) => type === 'instance_started')).toBe(false);
  });

  it('may have a line of any length: one that is too long is left out', async () => {
    const store = await openTestStore();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const endless = (function* () {
      yield Buffer.from(`${kgsmLine(1)}\n{"a":"`);
      for (let n = 0; n < 40; n++) yield chunk;
      yield Buffer.from(`"}\n${kgsmLine(2)}\n`);
    })();
    const state = await importInto(store, Readable.from(endless));
    expect(state).toMatchObject({ events: 2, problems: 1 });
    expect(state.firstProblems.map(english)).toEqual(['line 2 is longer than 32 MB']);
  });

  it('may be too large: the events of its beginning are shown, and that there are more', async () => {
    const store = await openTestStore();
    const content = Array.from({ length: 9 }, (_, n) => kgsmLine(n)).join('\n');
    const some = await importInto(store, content, { limits: { events: 4, bytes: 1e9 } });
    expect(some.events).toBe(4);
    expect(some.cut && english(some.cut)).toBe('Only the first 4 events are shown: the file holds more.');

    const bomb = gzipSync(`${kgsmLine(1)}\n${' '.repeat(3_000_000)}\n`);
    const other = await importInto(store, bomb, { limits: { events: 9, bytes: 1_000_000 } });
    expect(other.cut && english(other.cut)).toMatch(/^Only the first 1 events are shown: .* when unpacked/);
  });

  it.each([
    ['a gzip that is cut off', (all: Buffer) => all.subarray(0, all.length - 20)],
    ['a gzip with a wrong byte in its midst', (all: Buffer) => flipped(all)],
  ])('may be %s: the events before are shown, with the reason', async (_, damage) => {
    const store = await openTestStore();
    const lines = Array.from({ length: 3_000 }, (_each, n) =>
      recordingLine({ ...storedEvent(n, { raw: String(Math.sin(n)) }), seq: n + 1 }),
    );
    const state = await importInto(store, damage(gzipSync(lines.join('\n'))));
    expect(state.done).toBe(true);
    expect(state.events).toBeGreaterThan(100);
    expect(state.cut && english(state.cut)).toMatch(/^The file could not be read to its end/);
    expect((await allOf(store)).length).toBe(state.events);
  });

  it('may be of a later version: the cure is named', async () => {
    const store = await openTestStore();
    const state = await importInto(store, '{"gameServerOpsRecording":2}\n{"future":true}');
    expect(state.events).toBe(0);
    expect(state.cut && english(state.cut)).toContain('update the extension');
  });

  it('ends when nobody wants it any more', async () => {
    const store = await openTestStore();
    const closed = new AbortController();
    let given = 0;
    const endless = (function* () {
      for (;;) {
        if (++given === 50) closed.abort();
        yield Buffer.from(`${kgsmLine(1)}\n`);
      }
    })();
    const state = await importInto(store, Readable.from(endless), { signal: closed.signal });
    expect(state.done).toBe(true);
    expect(given).toBeLessThan(1_000);
  });
});

function flipped(all: Buffer): Buffer {
  const copy = Buffer.from(all);
  const at = Math.floor(copy.length / 2);
  copy.fill(0xff, at, at + 64);
  return copy;
}
