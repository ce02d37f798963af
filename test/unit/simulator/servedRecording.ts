import { Readable } from 'node:stream';
import type { Batch } from '../../../src/core/journal/store/records.ts';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import type { Instance, InstanceKey } from '../../../src/core/model/instance.ts';
import { importRecording } from '../../../src/core/playback/recording/importRecording.ts';
import { recordingLine } from '../../../src/core/playback/recording/recordingLines.ts';
import type {
  ServedChange,
  ServedEvent,
  ServedInstance,
} from '../../../src/core/playback/serving/servedEvents.ts';
import { systems } from '../core/helpers.ts';

/** A recording as a virtual server gets it. */
export interface Served {
  readonly events: readonly ServedEvent[];
  readonly base: readonly ServedInstance[];
}

/** Writes events as a recording, reads that, and folds it. */
export async function served(events: readonly OpsEvent[], plainSystem = 'truenas'): Promise<Served> {
  const lines = events.map(({ timeline, ...event }, seq) =>
    recordingLine({ ...event, seq, source: event.connection }),
  );
  const batches: Batch[] = [];
  await importRecording({
    content: Readable.from([Buffer.from(['{"gameServerOpsRecording":1}', ...lines].join('\n'))]),
    store: {
      waitingBytes: 0,
      append(batch) {
        batches.push(batch);
        return Promise.resolve({ seqs: [], head: 0 } as never);
      },
    },
    plainSystem,
    name: 'file',
    loadSystem: (system) => systems.load(system),
    decoderOf: (system) => systems.get(system)?.decoder,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const found: (ServedEvent & { readonly changes: ServedChange[] })[] = [];
  for (const { events: part, changes = [] } of batches) {
    const at = found.length;
    for (const { type, channel, direction, receivedAt, raw, truncated } of part)
      found.push({
        type,
        channel,
        direction,
        at: receivedAt,
        bytes: Buffer.from(raw),
        truncated,
        changes: [],
      });
    for (const { what, key, state, after = part.length } of changes) {
      if (what === 'instance') found[at + after - 1]?.changes.push(changeOf(key, state));
    }
  }
  const firstPushed = found.findIndex(({ channel }) => ['push', 'metric', 'log'].includes(channel));
  const known = new Map<string, ServedInstance>();
  for (const change of found.slice(0, firstPushed).flatMap(({ changes }) => changes)) {
    if ('gone' in change) known.delete(idOf(change.gone));
    else known.set(idOf(change.instance), change.instance);
  }
  return { events: found, base: [...known.values()] };
}

function changeOf(id: string, state: string | null): ServedChange {
  if (state === null) {
    const [, kind = '', key = ''] = JSON.parse(id) as readonly string[];
    return { gone: { kind, key } };
  }
  return { instance: servedInstance(JSON.parse(state) as Instance) };
}

/** What a virtual server is told of an instance. */
export function servedInstance(instance: Instance): ServedInstance {
  const { kind, key, name, state, game, version, latestVersion, players } = instance;
  return {
    ...{ kind, key, name, state },
    ...(game === undefined ? {} : { game }),
    ...(version === undefined ? {} : { version }),
    ...(latestVersion === undefined ? {} : { latestVersion }),
    ...(players === undefined ? {} : { players }),
  };
}

export function idOf({ kind, key }: InstanceKey): string {
  return JSON.stringify([kind, key]);
}

/** Messages that came unasked: type and exact text. */
export function pushesOf(
  events: readonly Pick<OpsEvent, 'channel' | 'direction' | 'type' | 'raw'>[],
): string[] {
  return events
    .filter(({ channel, direction }) => direction === 'in' && ['push', 'metric', 'log'].includes(channel))
    .map(({ type, raw }) => `${type} ${raw}`);
}
