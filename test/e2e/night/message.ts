import type { ControlFact } from '../../../src/core/journal/control.ts';
import type { Channel, Direction, Origin } from '../../../src/core/model/event.ts';

/** Something that a connection saw, before its system says what it means. */
export interface NightMessage {
  readonly at: number;
  readonly connection: string;
  /** A body as it travelled, or a fact of our own. */
  readonly body: unknown;
  readonly fact?: ControlFact;
  readonly channel?: Channel;
  readonly direction?: Direction;
  readonly origin?: Origin;
  readonly correlation?: string;
  readonly noise?: true;
}

/** A moment of the night, in UTC: `20T02:14:07`. */
export function at(moment: string): number {
  return Date.parse(`2026-11-${moment}Z`);
}

/** An event as KGSM 3 writes it, 40 ms before it arrives. */
export function kgsmEvent(
  moment: number,
  connection: string,
  type: string,
  instance: string,
  data: Readonly<Record<string, unknown>> = {},
): NightMessage {
  return {
    at: moment,
    connection,
    body: {
      V: 1,
      EventType: type,
      Data: { InstanceName: instance, ...data },
      Timestamp: new Date(moment - 40).toISOString(),
      Hostname: connection === 'home' ? 'gamehost' : 'attic',
      ProducerVersion: '3.16.0',
    },
  };
}

/** A message of the WebSocket of Bedrock Server Manager. */
export function bedrockPush(moment: number, type: string, topic: string, data: unknown): NightMessage {
  return { at: moment, connection: 'mc', body: { type, topic, data } };
}

export function bedrockEvent(
  moment: number,
  topic: string,
  server: string,
  result?: { readonly status: string; readonly message: string },
): NightMessage {
  return bedrockPush(moment, 'event', `event:${topic}`, {
    server_name: server,
    ...(result ? { result } : {}),
  });
}

/** A call of Bedrock Server Manager with its answer. */
export function bedrockCall(
  moment: number,
  [method, path]: readonly [method: string, path: string],
  answer: { readonly status: number; readonly body: unknown; readonly afterMs: number },
  marks: Pick<NightMessage, 'correlation' | 'noise'>,
): readonly NightMessage[] {
  const call = { connection: 'mc', ...marks };
  return [
    { ...call, at: moment, channel: 'request', direction: 'out', body: { method, path } },
    {
      ...call,
      at: moment + answer.afterMs,
      channel: 'reply',
      body: { method, path, status: answer.status, body: answer.body },
    },
  ];
}

/** A fact of our own about a connection or an operation. */
export function fact(
  moment: number,
  connection: string,
  own: ControlFact,
  correlation?: string,
): NightMessage {
  return {
    at: moment,
    connection,
    body: own,
    fact: own,
    ...(correlation === undefined ? {} : { correlation }),
  };
}
