import type { Detail, Row } from '../../../src/rpc/inspector.ts';

/** Markup, line ends, direction overrides and sheer length: what names and texts of real servers contain. */
const INSTANCES = [
  'mc-01',
  'valheim',
  'terraria',
  'factorio-main',
  '<img src=x onerror=alert(1)>',
  'two\nlines',
  'abc\u202edef',
];
const CONNECTIONS = ['home', 'nas', 'bedrock', 'bell'];
const KINDS: readonly (readonly [type: string, summary: string, severity: Row[8]])[] = [
  ['instance_started', 'started by discord:bob', 'info'],
  ['instance_ready', 'ready', 'info'],
  ['instance_installation_finished', 'installed from blueprint minecraft.bp', 'info'],
  ['event:after_server_start', 'did not start: Server is already running.', 'error'],
  ['instance_update_available', '1.4.4.9 → 1.4.5.0', 'warning'],
  ['reporting.realtime', 'cpu 41 % mem 12.1 GB', 'debug'],
  ['instance_crashed', 'exit 139, restart 2', 'error'],
  [
    'broadcast_message',
    `backup of minecraft has ended: ${'a long text that goes on and on, '.repeat(12)}`,
    'info',
  ],
];
const FIRST_AT = Date.UTC(2026, 10, 20, 12, 0, 0);
const GAPS = [400, 215, 2, 322, 362, 1300, 1, 70_000];

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** When an event arrived: the gaps repeat, so that any event can be made without those before it. */
function receivedAt(seq: number): number {
  const round = GAPS.reduce((sum, gap) => sum + gap, 0);
  const rest = GAPS.slice(0, seq % GAPS.length).reduce((sum, gap) => sum + gap, 0);
  return FIRST_AT + Math.floor(seq / GAPS.length) * round + rest;
}

/** The event with that seq, the same on every call. */
export function rowOf(seq: number, above: number | null): Row {
  const [type, summary, severity] = at(KINDS, seq);
  const received = receivedAt(seq);
  const since = above === null ? null : received - receivedAt(above);
  const size = type === 'reporting.realtime' ? 2140 : 160 + ((seq * 7) % 90);
  const isSent = seq % 11 === 5;
  return [
    seq,
    received,
    since,
    at(CONNECTIONS, seq >> 1),
    type === 'reporting.realtime' ? '' : at(INSTANCES, seq % 5 === 0 ? seq : seq % 4),
    type,
    summary,
    size,
    severity,
    isSent ? 'out' : 'in',
    isSent ? 'emitted' : seq % 17 === 3 ? 'replayed' : 'live',
    seq % 8 === 3 ? 2 : 0,
    'vm',
    seq % 13 === 6 ? 120 + (seq % 900) : null,
    [],
    at(CONNECTIONS, seq >> 1),
    isSent,
  ];
}

/** The failure of these rows before or after an event; beyond the last follows the first. */
export function failureBeside(
  rows: readonly Row[],
  seq: number | null,
  direction: 'next' | 'previous',
): number | null {
  const failed = rows.filter((row) => row[8] === 'error').map(([each]) => each);
  const ahead = direction === 'next' ? failed : failed.toReversed();
  const isBeyond = (each: number): boolean =>
    direction === 'next' ? each > (seq ?? 0) : each < (seq ?? Infinity);
  return ahead.find(isBeyond) ?? ahead[0] ?? null;
}

/** Values of the payload of a row, at paths without lists. */
export function valuesOf(row: Row, paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    let place: unknown;
    try {
      place = JSON.parse(rawOf(row));
    } catch {
      return '';
    }
    for (const key of path.split('.').slice(1)) place = (place as Record<string, unknown> | undefined)?.[key];
    return place === undefined ? '' : typeof place === 'string' ? place : JSON.stringify(place);
  });
}

/** Payloads that the detail has to cope with, by the last digits of the seq; the others are usual ones. */
function rawOf(row: Row): string {
  const [seq, received, , , instance, type] = row;
  if (seq % 100 === 90) return `${'['.repeat(500)}1${']'.repeat(500)}`;
  if (seq % 100 === 91)
    return JSON.stringify({ players: Array.from({ length: 5000 }, (_, index) => `player ${index}`) });
  if (seq % 100 === 93) return large();
  if (seq % 100 === 94)
    return JSON.stringify({ log: `${'line of a log, '.repeat(20_000)}needle`, after: 'what follows' });
  if (seq % 100 === 92) return 'ERR not json <b>at all</b>\nsecond line';
  return JSON.stringify({
    EventType: type,
    Data: {
      InstanceName: instance,
      LifecycleManager: 'standalone',
      Players: { online: 3, limit: 20, names: ['alice', 'bob', 'cy "the\tcat"'] },
      id: 0,
      result: { status: 'error', message: "Server 'alpha' is already running.", retry: false, code: null },
    },
    Timestamp: new Date(received - 318).toISOString(),
    Hostname: 'vm',
    KGSMVersion: 'unknown',
  }).replace('"id":0', '"id":12345678901234567890');
}

/** 5 MB: a list of players, as a server may send it. */
let largeText = '';
function large(): string {
  if (largeText === '') {
    const player = (n: number): object => ({
      name: `player ${n}`,
      uuid: n * 7919,
      online: n % 3 === 0,
      tags: ['a', 'b'],
    });
    largeText = JSON.stringify({
      count: 80_000,
      players: Array.from({ length: 80_000 }, (_, n) => player(n)),
    });
  }
  return largeText;
}

export function detailOf(row: Row): Detail {
  const [seq, received, , connection, instance, type, summary, size, severity, direction, origin, problems] =
    row;
  return {
    seq,
    type,
    system: 'kgsm',
    connection,
    instance,
    channel: 'push',
    direction,
    origin,
    severity,
    receivedAt: received,
    time: received - 318,
    host: 'vm',
    correlation: seq % 8 === 3 ? 'call-37aeabc6' : null,
    summary,
    meaning:
      severity === 'error'
        ? 'A start ended. result.status is “error”: it did not start.'
        : 'The server of an instance has started.',
    raw: rawOf(row),
    rawCut: false,
    base64: false,
    size,
    truncated: false,
    redacted: problems > 0 ? ['Data.password', 'Data.token'] : [],
    problems:
      problems > 0
        ? [
            { path: 'Data.attempt', message: 'is not in the catalog (kept)' },
            { path: 'Data.result.status', message: 'was expected to be one of “success”, “failure”' },
          ]
        : [],
    emittable: direction === 'in',
  };
}
