/** The forms that KGSM's socket events have had; `KGSMVersion` is "unknown" wherever the real one says so. */
export type Generation = '2.0' | '2.2' | '3.0' | '3.6';

export interface KgsmEvent {
  readonly type: string;
  /** What stands in `Data`, in its order, the name of the instance with it. */
  readonly data: Readonly<Record<string, unknown>>;
}

interface Surroundings {
  readonly now: number;
  readonly host: string;
  /** Who asked for it; only 3.x tells. `discord:bob` came from Discord, a plain name from a shell. */
  readonly actor?: string;
}

/** One event as its generation puts it on the socket, to the byte. */
export function encodeEvent(generation: Generation, event: KgsmEvent, around: Surroundings): Uint8Array {
  const data =
    generation === '2.2' && managed.has(event.type)
      ? { ...event.data, LifecycleManager: 'standalone' }
      : event.data;
  const document = { EventType: event.type, Data: data, ...envelopes[generation](around) };
  const compact = generation === '3.6';
  const json = JSON.stringify(document, undefined, compact ? undefined : 2);
  // KGSM writes with jq, which escapes DEL and JavaScript does not.
  return Buffer.from(`${json.replaceAll('\u007f', String.raw`\u007f`)}\n`, 'utf8');
}

/** Which say what holds the process, in 2.2 alone. */
const managed: ReadonlySet<string> = new Set(['instance_started', 'instance_stopped']);

const envelopes: Readonly<Record<Generation, (around: Surroundings) => object>> = {
  '2.0': () => ({}),
  '2.2': ({ now, host }) => ({ Timestamp: seconds(now), Hostname: host, KGSMVersion: 'unknown' }),
  '3.0': (around) => ({ ...recent(around), KGSMVersion: 'unknown' }),
  '3.6': (around) => ({ ...recent(around), KGSMVersion: '3.6.0-rc1' }),
};

function recent({ now, host, actor = 'kgsm' }: Surroundings): object {
  const [origin, user] = actor.split(':');
  return {
    Timestamp: seconds(now),
    Actor: actor,
    Origin: user === undefined ? null : origin,
    Hostname: host,
  };
}

function seconds(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
