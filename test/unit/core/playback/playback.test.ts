import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english } from '../../../../src/core/model/text.ts';
import { Emitter } from '../../../../src/core/playback/emitter.ts';
import { listSource, Player } from '../../../../src/core/playback/player.ts';
import { readRecording } from '../../../../src/core/playback/recordingFile.ts';
import { itemsOfEvents, localDraft, type ReplayItem } from '../../../../src/core/playback/replayItem.ts';
import { planReplay } from '../../../../src/core/playback/replayPlan.ts';
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
const never = new AbortController().signal;

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
    expect(planReplay(itemsOfEvents(selected), [{ system }]).items.map(({ at }) => at)).toEqual([7]);
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
      const player = new Player({
        source: listSource(all),
        clock,
        signal,
        deliver: (item) =>
          parts.pipeline.ingest(localDraft(item, { timeline: id, host: 'h', receivedAt: clock.now() }))
            .type !== '',
      });
      player.play();
      return { id, player };
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
    const { id, player } = begin('first', 10);
    await step();
    expect(instancesOf(pipeline.fleet(id), 'replay')).toHaveLength(2);
    timelines.showLive();
    await player.settled();
    expect(player).toMatchObject({ delivered: 2, failed: 0, position: 2 });
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
    await first.player.settled();
    expect(first.player.position).toBe(2);
    await step();
    await second.player.settled();
    expect(second.player.state).toBe('done');
    expect(timelines.id).toBe(second.id);
    expect(left).toEqual([first.id]);
    expect(instancesOf(pipeline.fleet(second.id), 'replay')).toHaveLength(2);
  });

  it('ends with the window', async () => {
    const { timelines, begin, step } = setUp();
    const { player } = begin('first', 10);
    await step();
    timelines.dispose();
    await player.settled();
    expect(player.position).toBe(2);
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
    expect(result).toMatchObject({ ok: true });
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

describe('a timeline of simulated servers', () => {
  it('stands in the place of the live one, also below a replay, and takes nothing once it is over', () => {
    const { pipeline } = core();
    const left: string[] = [];
    const timelines = new TimelineSelection(pipeline, (timeline) => left.push(timeline));
    const id = timelines.startSimulated();
    expect([timelines.id, timelines.base, timelines.label]).toEqual([id, id, undefined]);
    expect(() => timelines.startSimulated()).toThrow('There are simulated servers already.');
    const replay = timelines.startReplay('night');
    expect([timelines.id, timelines.base]).toEqual([replay.id, id]);
    timelines.showLive();
    expect(timelines.id).toBe(id);
    const where = { timeline: id, host: 'h', receivedAt: 1, channel: 'push', direction: 'in' } as const;
    const event = { ...where, connection: 'c', system: 'kgsm', origin: 'live' } as const;
    const bytes = Buffer.from(kgsmEvent('instance_started', 'survival'));
    pipeline.ingest({ ...event, bytes });
    pipeline.flush();
    expect(instancesOf(pipeline.fleet(id), 'c')).toHaveLength(1);
    timelines.endSimulated();
    pipeline.ingest({ ...event, bytes });
    pipeline.flush();
    expect(instancesOf(pipeline.fleet(id), 'c')).toEqual([]);
    expect([timelines.id, timelines.isSimulated, left]).toEqual(['live', false, [replay.id, id]]);
    expect(timelines.startSimulated()).not.toBe(id);
  });
});
