/** The forms that KGSM's events have had; `KGSMVersion` is "unknown" wherever the real one says so. */
export type Generation = '1.7' | '2.0' | '2.2' | '3.0' | '3.6' | '3.16';

export interface KgsmEvent {
  readonly type: string;
  /** The fields of `Data` in order, the name of the instance included. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Surroundings {
  readonly now: number;
  readonly host: string;
  /** In 3.x: `discord:bob` came from Discord, a plain name from a shell. */
  readonly actor?: string;
  /** Through what it was asked for, where that is not what the actor's name begins with. */
  readonly origin?: string | null;
}

/** The program that 3.16 names as the writer of a line. */
export const newestVersion = '3.16.0-rc5';

/** One event as its generation puts it on the socket or into the journal, to the byte. */
export function encodeEvent(protocolVersion: Generation, event: KgsmEvent, around: Surroundings): Uint8Array {
  return Buffer.from(`${eventText(protocolVersion, event, around)}\n`, 'utf8');
}

/** The same without the newline at its end: the body of a webhook. */
export function eventText(protocolVersion: Generation, event: KgsmEvent, around: Surroundings): string {
  const data = dataOf(protocolVersion, event);
  const document = {
    ...(protocolVersion === '3.16' ? { V: 1 } : {}),
    EventType: event.type,
    Data: data,
    ...envelopes[protocolVersion](around),
  };
  const compact = protocolVersion === '3.6' || protocolVersion === '3.16';
  const json = JSON.stringify(document, undefined, compact ? undefined : 2);
  // KGSM writes with jq, which escapes DEL and JavaScript does not.
  return json.replaceAll('\u007f', String.raw`\u007f`);
}

function dataOf(protocolVersion: Generation, { type, data }: KgsmEvent): KgsmEvent['data'] {
  if (protocolVersion === '2.2' && managed.has(type)) return { ...data, LifecycleManager: 'standalone' };
  if (protocolVersion !== '1.7') return data;
  const { InstanceName, Blueprint, ...rest } = data;
  return {
    InstanceId: InstanceName,
    ...(typeof Blueprint === 'string' ? { Blueprint: `${Blueprint}.bp` } : {}),
    ...rest,
  };
}

/** Events of 2.2 that have a LifecycleManager. */
const managed: ReadonlySet<string> = new Set(['instance_started', 'instance_stopped']);

const envelopes: Readonly<Record<Generation, (around: Surroundings) => object>> = {
  '1.7': () => ({}),
  '2.0': () => ({}),
  '2.2': ({ now, host }) => ({ Timestamp: seconds(now), Hostname: host, KGSMVersion: 'unknown' }),
  '3.0': (around) => ({ ...recent(around, seconds(around.now)), KGSMVersion: 'unknown' }),
  '3.6': (around) => ({ ...recent(around, seconds(around.now)), KGSMVersion: '3.6.0-rc1' }),
  '3.16': (around) => ({
    ...recent(around, new Date(around.now).toISOString()),
    ProducerVersion: newestVersion,
  }),
};

function recent({ host, actor = 'kgsm', origin }: Surroundings, time: string): object {
  const [provider, user] = actor.split(':');
  return {
    Timestamp: time,
    Actor: actor,
    Origin: origin === undefined ? (user === undefined ? null : provider) : origin,
    Hostname: host,
  };
}

function seconds(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
