import { batchOf } from '../../../src/core/journal/recorder.ts';
import { Pipeline } from '../../../src/core/journal/pipeline.ts';
import type { Batch, StoredEvent } from '../../../src/core/journal/store/records.ts';
import { liveTimeline } from '../../../src/core/model/event.ts';
import { recordingLine } from '../../../src/core/playback/recording/recordingLines.ts';
import { systems } from '../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../src/core/systems/registry.ts';
import type { NightMessage } from './message.ts';
import { night, players, polling } from './noise.ts';
import { story } from './story.ts';

const connections: Readonly<Record<string, { readonly system: string; readonly name: string }>> = {
  home: { system: 'kgsm', name: 'Home' },
  attic: { system: 'kgsm', name: 'Attic' },
  mc: { system: 'bedrock', name: 'Bedrock' },
  nas: { system: 'truenas', name: 'NAS' },
  bell: { system: 'notifier', name: 'Bell' },
};

/** Messages of players, and messages of one round of measuring and polling, which is repeated. */
const playerCount = 4000;
const roundSize = 2000;

/**
 * A recording of two days of a game host, the same in every run. The messages are read by the product, so types, words,
 * tasks and links of the events are those that it gives them.
 */
export async function recordedNight(count: number): Promise<string> {
  const registry = new SystemRegistry(systems);
  await registry.loadAll();
  const happened = read(registry, [...story(), ...players(playerCount)]);
  const rounds = Math.ceil((count - happened.length) / roundSize);
  const roundMs = Math.floor((night.to - night.from) / rounds);
  const round = read(registry, polling(roundSize, roundMs));
  const repeated = Array.from({ length: rounds }, (_, n) =>
    round.map((event) => later(event, n, n * roundMs)),
  );
  const events = [...happened, ...repeated.flat().slice(0, count - happened.length)];
  events.sort((a, b) => a.receivedAt - b.receivedAt);
  const header = {
    gameServerOpsRecording: 1,
    name: 'night.gsops.ndjson',
    fromSeq: 1,
    toSeq: count,
    from: new Date(night.from).toISOString(),
    to: new Date(night.to).toISOString(),
    connections: Object.entries(connections).map(([id, each]) => ({ id, ...each })),
  };
  const lines = events.map((event, index) => recordingLine({ ...event, seq: index + 1 }));
  return `${[JSON.stringify(header), ...lines].join('\n')}\n`;
}

/** The events of messages, as the product understands them. */
function read(registry: SystemRegistry, messages: readonly NightMessage[]): readonly StoredEvent[] {
  return commits(registry, messages, false).flatMap(({ events }) => events);
}

/** What the journal is given when these messages come, all at once or one by one. */
export function commits(
  registry: SystemRegistry,
  messages: readonly NightMessage[],
  isEachAlone: boolean,
): readonly Batch[] {
  const batches: Batch[] = [];
  const pipeline = new Pipeline({
    decoderOf: (system) => registry.get(system)?.decoder,
    defer: () => undefined,
    onListenerError: (_, error) => {
      throw error;
    },
  });
  pipeline.subscribe('recording', (change) => batches.push(batchOf(change)));
  for (const message of messages.toSorted((a, b) => a.at - b.at)) {
    ingest(pipeline, message);
    if (isEachAlone) pipeline.flush();
  }
  pipeline.flush();
  return batches;
}

/** The same event in a later round. */
function later(event: StoredEvent, round: number, ms: number): StoredEvent {
  const { correlation } = event;
  return {
    ...event,
    receivedAt: event.receivedAt + ms,
    ...(correlation === undefined ? {} : { correlation: `${correlation}-${String(round)}` }),
  };
}

function ingest(pipeline: Pipeline, message: NightMessage): void {
  const { at, connection, body, fact, channel = 'push', direction = 'in', origin = 'live' } = message;
  const { correlation, noise: isNoise } = message;
  const where = {
    timeline: liveTimeline,
    receivedAt: at,
    connection,
    system: connections[connection]?.system ?? '',
    host: '',
    ...(correlation === undefined ? {} : { correlation }),
  };
  if (fact) {
    pipeline.control(where, fact);
    return;
  }
  pipeline.ingest({
    ...where,
    channel,
    direction,
    origin,
    bytes: Buffer.from(JSON.stringify(body)),
    ...(isNoise ? { noise: true } : {}),
  });
}
