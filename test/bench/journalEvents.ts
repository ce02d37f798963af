import type { StoredEvent } from '../../src/core/journal/store/records.ts';

/** Bytes of the payload of each event. */
export const rawBytes = 220;
export const firstAt = Date.UTC(2026, 10, 1);
/** A day has 1,000,000 events. */
export const gapMs = 86;

const types = ['started', 'ready', 'stopped', 'version_updated', 'backup_created'].map(
  (name) => `instance_${name}`,
);
const sourceOf = (n: number): string => {
  if (n % 1000 === 7) return 'Needle';
  return n % 1000 === 13 || n % 1000 === 14 ? 'Müller' : 'world-2026.backup';
};

/** Event of a number: five types, 50 instances, two connections, words that one in a thousand has. */
function benchEvent(n: number): StoredEvent {
  const connection = n % 10 === 3 ? 'attic' : 'home';
  const key = `server-${n % 50}`;
  const type = types[n % types.length] ?? '';
  const receivedAt = firstAt + n * gapMs;
  const time = Math.floor(receivedAt / 1000) * 1000;
  const message = {
    EventType: type,
    Data: { InstanceName: key, NewVersion: `1.${n % 50}`, Source: sourceOf(n) },
    Timestamp: new Date(time).toISOString(),
    Hostname: 'gamehost',
    KGSMVersion: '3.16.0',
    n,
  };
  // Half of the senders escape what is not ASCII.
  const raw = JSON.stringify(message).replace('ü', n % 2 === 0 ? '\\u00fc' : 'ü');
  return {
    source: connection,
    host: '',
    connection,
    system: 'kgsm',
    receivedAt,
    time,
    channel: 'push',
    direction: 'in',
    origin: 'live',
    type,
    subject: { kind: 'instance', key },
    severity: n % 200 === 0 ? 'error' : 'info',
    retention: 'lifecycle',
    summary: { template: '{0} is ready', args: [key] },
    raw: raw + ' '.repeat(Math.max(0, rawBytes - Buffer.byteLength(raw))),
    size: rawBytes,
    truncated: false,
    redacted: [],
    problems: [],
  };
}

export function benchEvents(from: number, count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, n) => benchEvent(from + n));
}
