import type { ServedEvent } from '../../core/playback/serving/servedEvents.ts';
import type { RootGeneration } from '../kgsm/behaviour.ts';
import { isObject } from '../host.ts';
import { namedGeneration } from './generations.ts';

export const rootGenerations: readonly RootGeneration[] = ['1.7', '2.2', '3.16'];

/**
 * The generation that a root has to be for the events of a recording. Those of 2.0, 3.0 and 3.6 go to a socket, and the last
 * root with a socket is 2.2: their bytes are sent as they are, only the command line is that of 2.2.
 */
export function generationOf(first: readonly ServedEvent[], protocolVersion?: string): RootGeneration {
  return (
    namedGeneration('KGSM', rootGenerations, protocolVersion) ??
    firstOf(first, 'push', generationOfMessage) ??
    firstOf(first, 'request', generationOfCall) ??
    '2.2'
  );
}

/** Name of the recorded machine, if its events tell it. */
export function hostOf(first: readonly ServedEvent[]): string | undefined {
  return firstOf(first, 'push', ({ Hostname }) =>
    typeof Hostname === 'string' && Hostname !== '' ? Hostname : undefined,
  );
}

function generationOfMessage(message: Readonly<Record<string, unknown>>): RootGeneration | undefined {
  const { EventType, Data, V } = message;
  if (typeof EventType !== 'string') return undefined;
  if (V === 1) return '3.16';
  return isObject(Data) && 'InstanceId' in Data ? '1.7' : '2.2';
}

/** Recordings without pushes still have the questions for the list, which each generation takes in another form. */
function generationOfCall({ cli }: Readonly<Record<string, unknown>>): RootGeneration | undefined {
  if (!Array.isArray(cli)) return undefined;
  const [command, action] = cli as readonly unknown[];
  if (command === 'instances') return '3.16';
  if (command === '--instances') return action === '--json' ? '2.2' : '1.7';
  return undefined;
}

/** The first fact that messages of a channel tell. */
function firstOf<T>(
  events: readonly ServedEvent[],
  channel: ServedEvent['channel'],
  read: (message: Readonly<Record<string, unknown>>) => T | undefined,
): T | undefined {
  for (const event of events) {
    const message = event.channel === channel ? parsed(event.bytes) : undefined;
    const fact = message && read(message);
    if (fact !== undefined) return fact;
  }
  return undefined;
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
