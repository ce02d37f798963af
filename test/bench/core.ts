import { Journal } from '../../src/core/journal/journal.ts';
import { Pipeline } from '../../src/core/journal/pipeline.ts';
import { JournalView } from '../../src/core/journal/view.ts';
import type { Draft } from '../../src/core/model/event.ts';
import { systemOf } from '../../src/core/systems/index.ts';
import { replay } from '../../src/core/playback/replay.ts';
import { line, median, percentile, takeTurns, timed, type Line } from './measure.ts';

const types = [
  'instance_started',
  'instance_ready',
  'instance_stopped',
  'instance_version_updated',
  'instance_backup_created',
];

export function message(n: number, instances: number): Buffer {
  const Data = {
    InstanceName: `server-${String(n % instances)}`,
    NewVersion: `1.${String(n % 50)}`,
    Source: 'world-2026-11-20.backup',
  };
  const event = {
    EventType: types[n % types.length],
    Data,
    Timestamp: '2026-11-20T18:06:41Z',
    Hostname: 'gamehost',
    KGSMVersion: '2.2.0',
  };
  return Buffer.from(`${JSON.stringify(event, null, 2)}\n`);
}

export function pipeline(defer: (run: () => void) => void = setImmediate): {
  readonly journal: Journal;
  readonly pipeline: Pipeline;
} {
  const journal = new Journal();
  return {
    journal,
    pipeline: new Pipeline({
      journal,
      decoderOf: (system) => systemOf(system)?.decoder,
      defer,
      onListenerError: (_listener, error) => {
        throw error;
      },
    }),
  };
}

export function draft(bytes: Uint8Array): Draft {
  return {
    timeline: 'live',
    receivedAt: Date.now(),
    host: 'h',
    connection: 'home',
    system: 'kgsm',
    channel: 'push',
    direction: 'in',
    origin: 'live',
    bytes,
  };
}

/** Messages to the fold inside one process, beside what the parse of the same text alone costs. */
export async function inProcess(): Promise<Line[]> {
  const messages = Array.from({ length: 20_000 }, (_, n) => message(n, 50));
  const { bare, ours } = await takeTurns(
    5,
    () =>
      timed(() => {
        for (const bytes of messages) JSON.parse(bytes.toString());
      }),
    () =>
      timed(() => {
        const parts = pipeline();
        for (const bytes of messages) parts.pipeline.ingest(draft(bytes));
        parts.pipeline.flush();
      }),
  );
  const rate = Math.round(messages.length / (ours / 1000)).toLocaleString('en');
  return [
    line('in-process: decoded, journalled, folded', bare / ours, '× bare JSON.parse', '', `${rate} events/s`),
  ];
}

/** The cost of an event must not grow with the number of instances. */
export async function scale(): Promise<Line[]> {
  const run = async (instances: number): Promise<number> => {
    const parts = pipeline();
    for (let n = 0; n < instances; n++) parts.pipeline.ingest(draft(message(n * 5, instances)));
    parts.pipeline.flush();
    const messages = Array.from({ length: 10_000 }, (_, n) => message(n, instances));
    return timed(() => {
      for (const bytes of messages) parts.pipeline.ingest(draft(bytes));
      parts.pipeline.flush();
    });
  };
  const { bare, ours } = await takeTurns(
    5,
    () => run(20),
    () => run(20_000),
  );
  return [line('an event with 20,000 instances', ours / bare, '× with 20', '≤ 2')];
}

export async function filter(): Promise<Line[]> {
  const parts = pipeline();
  const count = 200_000;
  const before = memory();
  for (let n = 0; n < count; n++) parts.pipeline.ingest(draft(message(n, 50)));
  parts.pipeline.flush();
  const { count: kept } = parts.journal;
  const size = message(0, 50).length;
  const overhead = (memory() - before) / kept - size;
  const view = new JournalView(parts.journal, 'live');
  const search = async (text: string): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < 7; n++)
      times.push(
        await timed(() => {
          view.setFilter(text);
        }),
      );
    return (median(times) * 1_000_000) / kept;
  };
  const over = `measured over ${kept.toLocaleString('en')}`;
  return [
    line('facet filter, as for 1,000,000 events', await search('type:ready'), 'ms', '≤ 30', over),
    line('substring in the payload, as for 1,000,000', await search('"server-7"'), 'ms', '≤ 150', over),
    line('memory over the raw bytes', overhead, 'B an event', '≤ 100', `events of ${size} B`),
  ];
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

/** How late events of a replay go out at 1×, beside bare timers. */
export async function jitter(): Promise<Line[]> {
  const gap = 10;
  const count = 150;
  const late = async (wait: (due: number) => Promise<void>): Promise<number> => {
    const start = performance.now();
    const lateness: number[] = [];
    for (let n = 0; n < count; n++) {
      await wait(start + n * gap);
      lateness.push(performance.now() - start - n * gap);
    }
    return percentile(lateness, 0.95);
  };
  const bare = await late(
    (due) => new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now()))),
  );
  const start = performance.now();
  const lateness: number[] = [];
  await replay({
    items: Array.from({ length: count }, (_, n) => ({ at: n * gap, bytes: Buffer.alloc(0) })),
    speed: 1,
    clock: {
      now: () => performance.now(),
      after(ms, callback) {
        const timer = setTimeout(callback, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
    signal: new AbortController().signal,
    deliver: ({ at }) => lateness.push(performance.now() - start - at) > 0,
  });
  return [
    line(
      'replay jitter at 1×, p95',
      percentile(lateness, 0.95),
      'ms',
      '≤ 5',
      `bare setTimeout ${bare.toFixed(2)} ms`,
    ),
  ];
}
