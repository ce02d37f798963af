import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english } from '../../../../src/core/model/text.ts';
import { Emitter } from '../../../../src/core/playback/emitter.ts';
import { readRecording } from '../../../../src/core/playback/recordingFile.ts';
import { replay, replayDuration } from '../../../../src/core/playback/replay.ts';
import {
  itemsFor,
  itemsOfEvents,
  localDraft,
  type ReplayItem,
} from '../../../../src/core/playback/replayItem.ts';
import { TimelineSelection } from '../../../../src/core/playback/timelineSelection.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import {
  noSecrets,
  core,
  draft,
  fleetWhere,
  kgsmEvent,
  ManualClock,
  realClock,
  openKgsm,
} from '../helpers.ts';

const system = kgsm as unknown as AnySystem;
const items = (...times: number[]): ReplayItem[] =>
  times.map((at) => ({ at, bytes: Buffer.from(String(at)), system: 'kgsm', connection: 'replay' }));
const never = new AbortController().signal;

/** Runs a replay to its end on a clock that is moved step by step; answers when each item went out. */
async function timesOf(all: readonly ReplayItem[], speed: number | 'max'): Promise<number[]> {
  const clock = new ManualClock();
  const start = clock.now();
  const times: number[] = [];
  const state = { done: false };
  const running = replay({
    items: all,
    speed,
    clock,
    signal: never,
    deliver: () => times.push(clock.now() - start) > 0,
  }).then(() => {
    state.done = true;
  });
  for (;;) {
    await new Promise(setImmediate);
    if (state.done) break;
    clock.advance(1);
  }
  await running;
  return times;
}

describe('a replay', () => {
  it('keeps the recorded distances at 1×, shrinks and stretches them at other speeds', async () => {
    expect(await timesOf(items(500, 510, 540), 1)).toEqual([0, 10, 40]);
    expect(await timesOf(items(500, 510, 540), 10)).toEqual([0, 1, 4]);
    expect(await timesOf(items(500, 501, 504), 0.1)).toEqual([0, 10, 40]);
    expect(replayDuration(items(500, 540), 10)).toBe(4);
  });

  it('keeps the order of the recording where clocks stepped back', async () => {
    expect(await timesOf(items(100, 120, 90, 130), 1)).toEqual([0, 20, 20, 30]);
  });

  it('delivers as fast as the target takes it, and never two at once', async () => {
    let inside = 0;
    const order: string[] = [];
    const outcome = await replay({
      items: items(...Array.from({ length: 100 }, (_, i) => i * 60_000)),
      speed: 'max',
      clock: realClock,
      signal: never,
      async deliver({ bytes }) {
        expect(++inside).toBe(1);
        await new Promise(setImmediate);
        inside--;
        order.push(Buffer.from(bytes).toString());
        return true;
      },
    });
    expect(outcome).toEqual({ delivered: 100, failed: 0, left: 0 });
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => String(i * 60_000)));
  });

  it('stops in the middle of a wait when it is cancelled, and says what is left', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const running = replay({
      items: items(0, 1_000_000),
      speed: 1,
      clock,
      signal: abort.signal,
      deliver: () => true,
    });
    await new Promise(setImmediate);
    abort.abort();
    expect(await running).toEqual({ delivered: 1, failed: 0, left: 1 });
    expect(clock.waiting).toBe(0);
  });

  it('goes on after an event that did not arrive, and counts it', async () => {
    const outcome = await replay({
      items: items(1, 2, 3),
      speed: 'max',
      clock: realClock,
      signal: never,
      deliver: ({ at }) => at !== 2,
    });
    expect(outcome).toEqual({ delivered: 2, failed: 1, left: 0 });
  });
});

describe('reading a recording', () => {
  it('takes the lines of a KGSM journal, with their times', () => {
    const content = readFileSync(
      new URL('../../../wire/kgsm-3.16-journal-2026-11-20.ndjson', import.meta.url),
      'utf8',
    );
    const { items: read, problems } = readRecording(content, system);
    expect(problems).toEqual([]);
    expect(read).toHaveLength(content.trim().split('\n').length);
    expect(read[0]?.at).toBe(Date.parse('2026-11-20T18:52:32.214Z'));
    expect(Buffer.from(read[0]?.bytes ?? []).toString()).toBe(content.split('\n')[0]);
  });

  it('takes a recording of ours: header left out, our own notes left out, bytes as they were', () => {
    const lines = [
      { gameServerOpsRecording: 1, base: null },
      { seq: 1, channel: 'control', receivedAt: '2026-01-01T00:00:00Z', raw: '{"type":"connection.state"}' },
      {
        seq: 2,
        channel: 'push',
        receivedAt: '2026-01-01T00:00:01Z',
        raw: '{"EventType":"instance_started"}',
      },
      {
        seq: 3,
        channel: 'push',
        receivedAt: '2026-01-01T00:00:03Z',
        raw: '',
        rawBase64: Buffer.from([1, 255]).toString('base64'),
      },
    ];
    const { items: read } = readRecording(lines.map((l) => JSON.stringify(l)).join('\r\n'), system);
    expect(
      read.map(({ at, bytes }) => [at - (read[0]?.at ?? 0), Buffer.from(bytes).toString('latin1')]),
    ).toEqual([
      [0, '{"EventType":"instance_started"}'],
      [2000, '\u0001ÿ'],
    ]);
  });

  it('leaves out and reports what is no event, and gives untimed events a pace', () => {
    const { items: read, problems } = readRecording(
      `\ufeff${kgsmEvent('instance_started', 'a')}\nnonsense\n7\n\n${kgsmEvent('instance_stopped', 'a')}\n`,
      system,
    );
    expect(read.map(({ at }) => at)).toEqual([100, 200]);
    expect(problems.map(english)).toEqual([
      'line 2 is no JSON object: nonsense',
      'line 3 is no JSON object: 7',
    ]);
  });
});

describe('each event of a replay', () => {
  const trueNasMessage = '{"msg":"connected","session":"x"}';

  it('goes by the system that its line of a recording names; plain lines are of the system that writes such', () => {
    const recorded = (fields: object): string =>
      JSON.stringify({ channel: 'push', receivedAt: 1000, raw: trueNasMessage, ...fields });
    const { items: read } = readRecording(
      [
        recorded({ system: 'truenas', connection: 'nas' }),
        recorded({ system: 'bedrock' }),
        kgsmEvent('instance_started', 'a'),
      ].join('\n'),
      system,
    );
    expect(read.map((item) => [item.system, item.connection])).toEqual([
      ['truenas', 'nas'],
      ['bedrock', 'replay'],
      // A decoder's state belongs to one connection: systems never share one.
      ['kgsm', 'replay (kgsm)'],
    ]);
  });

  it('goes by its own system and connection where a selection holds several', () => {
    const { pipeline } = core();
    const selected = [
      pipeline.ingest(draft(trueNasMessage, { system: 'truenas', connection: 'nas', receivedAt: 5 })),
      pipeline.ingest(draft(kgsmEvent('instance_started', 'a'), { receivedAt: 7 })),
      pipeline.ingest(draft('{}', { channel: 'request' })),
    ];
    const replayed = itemsOfEvents(selected).map((item) =>
      pipeline.ingest(localDraft(item, { timeline: 'replay-1', host: 'h', receivedAt: 9 })),
    );
    expect(
      replayed.map(({ system: id, connection, type, origin }) => [id, connection, type, origin]),
    ).toEqual([
      ['truenas', 'nas', selected[0]?.type, 'replayed'],
      ['kgsm', 'home', 'instance_started', 'replayed'],
    ]);
    expect(itemsOfEvents(selected).map(({ at }) => at)).toEqual([5, 7]);
    expect(itemsFor(itemsOfEvents(selected), system).map(({ at }) => at)).toEqual([7]);
  });
});

describe('a local replay', () => {
  function setUp() {
    const parts = core();
    const left: string[] = [];
    const timelines = new TimelineSelection(parts.pipeline, (timeline) => left.push(timeline));
    const clock = new ManualClock();
    const shown: string[] = [];
    timelines.onDidChange(() => shown.push(timelines.label ?? 'live'));
    const begin = (label: string, count: number) => {
      const { id, signal } = timelines.startReplay(label);
      const all = Array.from({ length: count }, (_, i): ReplayItem => ({
        at: i * 100,
        bytes: Buffer.from(kgsmEvent('instance_started', `${label} ${String(i)}`)),
        system: 'kgsm',
        connection: 'replay',
      }));
      const outcome = replay({
        items: all,
        speed: 1,
        clock,
        signal,
        deliver: (item) =>
          parts.pipeline.ingest(localDraft(item, { timeline: id, host: 'h', receivedAt: clock.now() }))
            .type !== '',
      });
      return { id, outcome };
    };
    const step = async (): Promise<void> => {
      await new Promise(setImmediate);
      clock.advance(100);
      await new Promise(setImmediate);
    };
    return { ...parts, timelines, clock, shown, left, begin, step };
  }

  it('ends when the user goes back to what is live, and its timeline goes with it', async () => {
    const { pipeline, timelines, clock, shown, left, begin, step } = setUp();
    const { id, outcome } = begin('first', 10);
    await step();
    expect(instancesOf(pipeline.fleet(id), 'replay')).toHaveLength(2);
    timelines.showLive();
    expect(await outcome).toEqual({ delivered: 2, failed: 0, left: 8 });
    await step();
    expect([timelines.id, left, clock.waiting]).toEqual(['live', [id], 0]);
    expect(pipeline.fleet(id).connections.size).toBe(0);
    expect(shown).toEqual(['first', 'live']);
  });

  it('ends when another one starts', async () => {
    const { pipeline, timelines, left, begin, step } = setUp();
    const first = begin('first', 10);
    await step();
    const second = begin('second', 2);
    expect((await first.outcome).left).toBe(8);
    await step();
    expect((await second.outcome).left).toBe(0);
    expect(timelines.id).toBe(second.id);
    expect(left).toEqual([first.id]);
    expect(instancesOf(pipeline.fleet(second.id), 'replay')).toHaveLength(2);
  });

  it('ends with the window', async () => {
    const { timelines, begin, step } = setUp();
    const { outcome } = begin('first', 10);
    await step();
    timelines.dispose();
    expect((await outcome).left).toBe(8);
  });
});

describe('emitting', () => {
  it('journals an event once as emitted, and links the echo that comes through our own listener', async () => {
    const root = await mkdtemp(join(tmpdir(), 'gs-'));
    const parts = core({ correlate: (draft) => emitter.correlate(draft) });
    const emitter: Emitter = new Emitter({
      pipeline: parts.pipeline,
      clock: realClock,
      host: 'h',
      newId: () => 'c-1',
    });
    const connection = openKgsm(parts, { socket: join(root, 'kgsm.sock') });
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
    const bytes = Buffer.from(`${kgsmEvent('instance_started', 'a')}\n`);
    const result = await emitter.emit({
      target: { system, address: join(root, 'kgsm.sock'), connection: 'home', secret: noSecrets() },
      bytes,
      origin: 'emitted',
      signal: never,
    });
    expect(result).toEqual({ ok: true });
    await fleetWhere(parts.pipeline, (fleet) => (fleet.connections.get('home')?.instances.size ?? 0) === 1);
    const pushed = [...parts.journal.events()].filter(({ channel }) => channel === 'push');
    expect(pushed.map(({ direction, origin, correlation }) => [direction, origin, correlation])).toEqual([
      ['out', 'emitted', 'c-1'],
      ['in', 'live', 'c-1'],
    ]);
    await connection.stop();
    await rm(root, { recursive: true });
  });

  it('reads an arriving event for an echo only where one is due, and no longer when it is too late', async () => {
    const clock = new ManualClock();
    const emitter = new Emitter({ ...core(), clock, host: 'h', newId: () => 'c-1' });
    const silent = { ...system, emit: () => Promise.resolve() };
    const emitInto = (connection: string): Promise<unknown> =>
      emitter.emit({
        target: { system: silent, address: '/x.sock', connection, secret: noSecrets() },
        bytes: Buffer.from('{}'),
        origin: 'emitted',
        signal: never,
      });
    const parsesOf = (bytes: string): number => {
      const parse = vi.spyOn(JSON, 'parse');
      emitter.correlate(draft(bytes, { receivedAt: clock.now() }));
      const { length } = parse.mock.calls;
      parse.mockRestore();
      return length;
    };
    await emitInto('elsewhere');
    expect(parsesOf('{"other":1}')).toBe(0);
    await emitInto('home');
    expect(parsesOf('{"other":1}')).toBe(1);
    clock.advance(10_001);
    expect(parsesOf('{"other":1}')).toBe(0);
  });

  it('links several equal emissions to their echoes in order, also where one has expired', async () => {
    const clock = new ManualClock();
    let ids = 0;
    const emitter = new Emitter({ ...core(), clock, host: 'h', newId: () => `c-${String(++ids)}` });
    const silent = { ...system, emit: () => Promise.resolve() };
    const emit = (bytes: string): Promise<unknown> =>
      emitter.emit({
        target: { system: silent, address: '/x.sock', connection: 'home', secret: noSecrets() },
        bytes: Buffer.from(bytes),
        origin: 'emitted',
        signal: never,
      });
    const echo = (bytes: string): string | undefined =>
      emitter.correlate(draft(bytes, { receivedAt: clock.now() }));
    await emit('{"a":1}');
    clock.advance(9000);
    await emit('{"a":1}');
    await emit('{ "b": 1 }');
    await emit('{"a":1}');
    clock.advance(2000);
    expect([echo('{"b":1}'), echo('{"a":1}'), echo('{"a":1}'), echo('{"a":1}')]).toEqual([
      'c-3',
      'c-2',
      'c-4',
      undefined,
    ]);
  });

  it('says why an event did not arrive, and journals that too', async () => {
    const parts = core();
    const emitter = new Emitter({
      pipeline: parts.pipeline,
      clock: realClock,
      host: 'h',
      newId: () => 'c-1',
    });
    const result = await emitter.emit({
      target: { system, address: '/nowhere/x.sock', secret: noSecrets() },
      bytes: Buffer.from('{}'),
      origin: 'replayed',
      signal: never,
    });
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : english(result.message)).toContain('/nowhere/x.sock');
    expect([...parts.journal.events()].map(({ type, correlation }) => [type, correlation])).toEqual([
      ['unreadable', 'c-1'],
      ['emit.failed', 'c-1'],
    ]);
  });
});
