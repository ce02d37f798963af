import { Pipeline } from '../../src/core/journal/pipeline.ts';
import type { Draft } from '../../src/core/model/event.ts';
import { kgsm } from '../../src/core/systems/kgsm/index.ts';
import { line, perSecond, ratio, takeTurns, timed, type Line } from './measure.ts';

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

export function pipelineOn(): Pipeline {
  return new Pipeline({
    decoderOf: () => kgsm.decoder,
    defer: setImmediate,
    onListenerError: (_listener, error) => {
      throw error;
    },
  });
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
        const pipeline = pipelineOn();
        for (const bytes of messages) pipeline.ingest(draft(bytes));
        pipeline.flush();
      }),
  );
  const what = 'in-process: decoded, folded';
  return [ratio(what, bare, ours, '× bare JSON.parse', '', perSecond(messages.length, ours))];
}

/** The cost of an event must not grow with the number of instances. */
export async function scale(): Promise<Line[]> {
  const run = async (instances: number): Promise<number> => {
    const pipeline = pipelineOn();
    for (let n = 0; n < instances; n++) pipeline.ingest(draft(message(n * 5, instances)));
    pipeline.flush();
    const messages = Array.from({ length: 10_000 }, (_, n) => message(n, instances));
    return timed(() => {
      for (const bytes of messages) pipeline.ingest(draft(bytes));
      pipeline.flush();
    });
  };
  const { bare, ours } = await takeTurns(
    5,
    () => run(20),
    () => run(20_000),
  );
  return [line('an event with 20,000 instances', ours / bare, '× with 20', '≤ 2')];
}
