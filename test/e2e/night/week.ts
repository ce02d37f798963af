import type { Batch, StoredEvent } from '../../../src/core/journal/store/records.ts';
import { text } from '../../../src/core/model/text.ts';
import { systems } from '../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../src/core/systems/registry.ts';
import { fact, kgsmEvent, type NightMessage } from './message.ts';
import { commits } from './recording.ts';
import { story } from './story.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The server that crashed in the recorded night. */
export const troubled = { connection: 'home', kind: 'instance', key: 'ark-island' } as const;
/** End of the recorded night. */
const nightEnd = Date.parse('2026-11-20T06:20:00Z');
const restart = 'c0ffee00-0000-4000-8000-000000000001';

/**
 * Three times the recorded night of a game host, shifted so that the last one ends at a time: a week with a gap of five hours in
 * which nobody listened, a restart that a window did, and measurements.
 */
export async function recordedWeek(until: number): Promise<readonly Batch[]> {
  const registry = new SystemRegistry(systems);
  await registry.loadAll();
  // The backup that never ended would be told of by the window that opens on this week.
  const night = [
    ...story().filter(
      ({ connection, fact: own, body }) =>
        connection === 'home' && !own && !JSON.stringify(body).includes('zomboid'),
    ),
    kgsmEvent(nightEnd - hour, 'home', 'instance_started', troubled.key),
    kgsmEvent(nightEnd - hour + 4 * minute, 'home', 'instance_ready', troubled.key),
  ];
  const told = [6 * day, 4 * day, 0].flatMap((earlier) =>
    night.map((message) => shifted(message, until - earlier - nightEnd)),
  );
  const ready = (at: number): NightMessage => fact(at, 'home', { type: 'connection.state', state: 'ready' });
  const lost = until - 3 * day;
  const again = kgsmEvent(until - 30 * minute, 'home', 'instance_ready', troubled.key);
  const messages = [
    ...told,
    ready(until - 8 * day),
    kgsmEvent(until - 7.5 * day, 'home', 'instance_ready', troubled.key),
    fact(lost, 'home', { type: 'connection.state', state: 'waiting', heardAt: lost - minute }),
    ready(lost + 5 * hour),
    fact(until - 40 * minute, 'home', {
      type: 'operation.asked',
      id: restart,
      operation: 'restart',
      title: text('Restarting {0}', troubled.key),
      window: 'elsewhere',
      kind: troubled.kind,
      key: troubled.key,
    }),
    kgsmEvent(until - 39 * minute, 'home', 'instance_started', troubled.key),
    again,
    fact(until - 30 * minute + 100, 'home', {
      type: 'operation.finished',
      id: restart,
      operation: 'restart',
      kind: troubled.kind,
      key: troubled.key,
      outcome: 'succeeded',
      message: text('{0} restarted', troubled.key),
    }),
  ];
  return inOrder([
    ...commits(registry, messages, true),
    ...measured(until).map((event) => ({ events: [event] })),
  ]);
}

/** Batches as they would have been committed, each with all that came before the next change. */
function inOrder(batches: readonly Batch[]): readonly Batch[] {
  const timeOf = ({ events }: Batch): number => events[0]?.receivedAt ?? 0;
  const merged: Batch[] = [];
  for (const batch of batches.toSorted((a, b) => timeOf(a) - timeOf(b))) {
    const before = merged.at(-1);
    if (before && !before.changes && !batch.changes)
      merged[merged.length - 1] = { events: [...before.events, ...batch.events] };
    else merged.push(batch);
  }
  return merged;
}

function shifted(message: NightMessage, ms: number): NightMessage {
  const at = message.at + ms;
  const { Timestamp: _, ...body } = message.body as { readonly Timestamp: string };
  return { ...message, at, body: { ...body, Timestamp: new Date(at - 40).toISOString() } };
}

/** Every ten minutes of the week: load that follows the day. */
function measured(until: number): readonly StoredEvent[] {
  return Array.from({ length: 7 * 144 }, (_, n): StoredEvent => {
    const receivedAt = until - 7 * day + n * 10 * minute;
    const part = Math.sin((2 * Math.PI * n) / 144) + 1;
    const { connection, kind, key } = troubled;
    const values = { cpu: 20 + 35 * part, memory: (2 + part) * 1024 ** 3 };
    return {
      source: connection,
      host: '',
      connection,
      system: 'kgsm',
      receivedAt,
      channel: 'metric',
      direction: 'in',
      origin: 'live',
      type: 'metrics',
      subject: { kind, key },
      severity: 'debug',
      retention: 'metric',
      noise: true,
      summary: { template: 'Measured', args: [] },
      raw: '{}',
      size: 2,
      truncated: false,
      redacted: [],
      problems: [],
      metrics: Object.entries(values).map(([name, value]) => ({ kind, key, name, value })),
    };
  });
}
