import { describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { parseRenaming } from '../../../../src/core/playback/names/renaming.ts';
import { parseTarget } from '../../../../src/core/playback/parseTarget.ts';
import { dueTimes } from '../../../../src/core/playback/player.ts';
import { readRecording } from '../../../../src/core/playback/recordingFile.ts';
import type { ReplayItem } from '../../../../src/core/playback/replayItem.ts';
import { dryRunLines, placeIn, planReplay, rewriteItem } from '../../../../src/core/playback/replayPlan.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { allSystems, kgsmEvent, systems } from '../helpers.ts';

const system = kgsm as unknown as AnySystem;
const recordedAt = Date.UTC(2026, 10, 20, 18, 40);

function item(n: number, fields: Partial<ReplayItem> = {}): ReplayItem {
  const raw = `{"EventType":"instance_started","Data":{"InstanceName":"mc"},"Timestamp":"2026-11-20T18:40:0${n}Z"}`;
  return {
    at: recordedAt + n * 1000,
    bytes: Buffer.from(raw),
    system: 'kgsm',
    connection: 'home',
    type: 'instance_started',
    ...fields,
  };
}
const textOf = ({ bytes }: ReplayItem): string => Buffer.from(bytes).toString();

describe('the plan of a replay', () => {
  it('sorts out what no target takes, what was cut off, and counts what was cut out', () => {
    const items = [
      item(0),
      item(1, { truncated: true }),
      item(2, { redacted: true }),
      item(3, { system: 'truenas', type: 'app.query' }),
      // A server says that, no client may.
      item(4, { system: 'bedrock', type: 'event:after_server_start' }),
    ];
    const bedrock = systems.get('bedrock');
    if (!bedrock) throw new Error('it is loaded');
    const plan = planReplay(items, [{ system }, { system: bedrock }]);
    expect(plan.items.map(({ at }) => (at - recordedAt) / 1000)).toEqual([0, 2]);
    expect(plan).toMatchObject({ redacted: 1, truncated: 1 });
    expect([...plan.untaken]).toEqual([
      ['truenas', 1],
      ['bedrock', 1],
    ]);
  });

  it('leaves nothing out for a receiver of everything but what was cut off', () => {
    const items = [item(0), item(1, { system: 'truenas' }), item(2, { system: 'notifier', truncated: true })];
    expect(planReplay(items, [{}])).toMatchObject({ items: items.slice(0, 2), truncated: 1 });
  });

  it('knows of a recording what was cut out and cut off', () => {
    const line = (fields: object): string =>
      JSON.stringify({
        channel: 'push',
        receivedAt: 1000,
        raw: kgsmEvent('a', 'b'),
        system: 'kgsm',
        ...fields,
      });
    const whole = { type: 'a', severity: 'info', retention: 'lifecycle', summary: '', connection: 'home' };
    const { items } = readRecording(
      [line({ truncated: true }), line({ ...whole, redacted: ['password'] }), line(whole)].join('\n'),
      system,
    );
    expect(planReplay(items, [{ system }])).toMatchObject({ redacted: 1, truncated: 1 });
  });
});

describe('a message of a replay', () => {
  const rename = parseRenaming(['*=test-*']);
  if ('problem' in rename) throw new Error(english(rename.problem));

  it('is the recorded one, byte for byte, where nothing is to be changed', () => {
    const given = item(1);
    expect(rewriteItem(given, system, { shiftToNow: false }, 0)).toBe(given);
    const bytes = Buffer.from([0xff, 0x7b]);
    const noText = item(1, { bytes });
    expect(rewriteItem(noText, system, { shiftToNow: true, rename }, recordedAt)).toBe(noText);
  });

  it('has the time of its sending and the new name, the delay of its sender kept', () => {
    const now = recordedAt + 5_000_000;
    expect(textOf(rewriteItem(item(1), system, { shiftToNow: true, rename }, now))).toBe(
      textOf(item(1)).replace('"mc"', '"test-mc"').replace('18:40:01', '20:03:20'),
    );
  });

  it('is shown by a dry run as it would be sent, with its time', () => {
    const items = [item(0), item(4), item(6, { bytes: Buffer.from([0xff]), redacted: true })];
    const lines = [
      ...dryRunLines({
        items,
        speed: 2,
        gaps: { kind: 'capped', ms: 3000 },
        changes: { shiftToNow: true },
        systemOf: () => system,
        now: recordedAt,
      }),
    ].map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ afterMs }) => afterMs)).toEqual([0, 1500, 2500]);
    expect(lines[1]?.['raw']).toContain('"2026-11-20T18:40:01Z"');
    expect(lines[2]).toMatchObject({ redacted: true, rawBase64: '/w==' });
  });
});

describe('the time of each event', () => {
  it('is reckoned from speed and gaps, and never runs back', () => {
    const items = [0, 10, 5, 20].map((at) => ({ at }));
    expect(dueTimes(items, 1)).toEqual([0, 10, 10, 20]);
    expect(dueTimes(items, 1, { kind: 'rate', perSecond: 100 })).toEqual([0, 10, 20, 30]);
    expect(dueTimes(items, 'max')).toEqual([0, 0, 0, 0]);
  });
});

describe('a place in a recording', () => {
  const items = [0, 1, 2, 3].map((n) => item(n));
  it.each([
    ['1', 0],
    ['4', 3],
    ['99', 4],
    ['50%', 2],
    ['2s', 2],
    ['1500ms', 2],
    ['1h', 4],
    ['2026-11-20T18:40:02Z', 2],
  ])('is %s', (written, index) => {
    expect(placeIn(items, written)).toBe(index);
  });
  it.each(['', '0', '-1', '1.5', '101%', 'x', '2026'.repeat(3) + 'x'])('is not %j', (written) => {
    expect(placeIn(items, written)).toBeUndefined();
  });
});

describe('a target as it is typed', () => {
  it.each([
    ['socket:/run/bot.sock', '/run/bot.sock'],
    ['/run/bot.sock', '/run/bot.sock'],
    ['events:/srv/kgsm/events', 'journal:/srv/kgsm/events'],
    ['webhook:http://127.0.0.1:8787/hook', 'http://127.0.0.1:8787/hook'],
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787/'],
  ])('is an address of a system: %s', (written, address) => {
    expect(parseTarget(written, allSystems)).toMatchObject({ address, system: { id: 'kgsm' } });
  });
  it.each(['ws://127.0.0.1:9000/events', 'wss://bot.example.org/', 'tls://localhost:9443?ca=/srv/ca.pem'])(
    'is a receiver of everything: %s',
    (written) => {
      expect(parseTarget(` ${written} `, allSystems)).toEqual({ receiver: written });
    },
  );
  it.each([
    '',
    'socket:',
    'socket:bot.sock',
    'events:x',
    'webhook:nothing',
    'tls://localhost',
    'ws://u:p@h/',
    'ftp://x',
  ])('is refused with words: %j', (written) => {
    const read = parseTarget(written, allSystems);
    expect('problem' in read ? english(read.problem) : '').not.toBe('');
  });
});
