import { hostname } from 'node:os';
import { systemClock } from '../core/model/clock.ts';
import { english, errorText, errorWords, text } from '../core/model/text.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import { Pipeline } from '../core/journal/pipeline.ts';
import { openDelivery, type Delivery, type Destination } from '../core/playback/delivery.ts';
import type { EmitRequest, EmitResult } from '../core/playback/emitter.ts';
import { parseTarget } from '../core/playback/parseTarget.ts';
import type { AnySystem } from '../core/systems/system.ts';
import { UsageError } from './command.ts';
import { connectionNamed, connectionUsage, secretsOf } from './connectionArgument.ts';
import { log, openConnection, stopConnection } from './openConnection.ts';

/** How a target is written, for the usage of every command that sends. */
export const targetUsage = `  A target is socket:<path>, events:<directory> (KGSM 3), webhook:<url>, ws://… or tls://host:port (any receiver), or a connection:
${connectionUsage}`;

/** An open way to where a command sends to. */
export interface OpenTarget {
  readonly destination: Destination;
  close(): Promise<void>;
}

/** Opens a target as it is written; a connection is ready then. Rejects where that is no target, or cannot be reached. */
export async function openTarget(
  written: string,
  systems: readonly AnySystem[],
  signal: AbortSignal,
  config?: string,
): Promise<OpenTarget> {
  if (written.trimStart().startsWith('{'))
    return openConnected(await connectionNamed([written], undefined), signal);
  const read = parseTarget(written, systems);
  if ('problem' in read) {
    if (config !== undefined) return openConnected(await connectionNamed([written], config), signal);
    throw new UsageError(`--to ${written}: ${english(read.problem)}`);
  }
  const close = (): Promise<void> => Promise.resolve();
  if ('receiver' in read) return { destination: { label: written, address: read.receiver }, close };
  const { system, address } = read;
  const secret = secretsOf('', process.env);
  const target = {
    system,
    address,
    secret: (kind: Parameters<typeof secret>[0]) => Promise.resolve(secret(kind)),
  };
  return { destination: { label: written, address, system, target }, close };
}

/** A connection as a target: its listeners where the system sends to addresses, else its own conversation. */
async function openConnected(configured: ConfiguredConnection, signal: AbortSignal): Promise<OpenTarget> {
  const { system, settings } = configured;
  const secretOf = secretsOf(settings.id, process.env);
  const secret = (kind: Parameters<typeof secretOf>[0]): Promise<string | undefined> =>
    Promise.resolve(secretOf(kind));
  const [address] = system.emitTargets(settings);
  if (address === undefined) throw new Error(`${settings.name} has no address that events can be sent to.`);
  const label = settings.name;
  if (system.targetPrompt)
    return {
      destination: { label, address, system, target: { system, address, secret } },
      close: () => Promise.resolve(),
    };
  const pipeline = new Pipeline({
    decoderOf: () => system.decoder,
    defer: setImmediate,
    onListenerError: (listener, error) => log.error(text('{0} failed: {1}', listener, errorWords(error))),
  });
  const connection = openConnection(configured, secretOf, pipeline, hostname());
  const ready = Promise.withResolvers<undefined>();
  const giveUp = (): void => ready.reject(new Error('The connection was not ready yet.'));
  signal.addEventListener('abort', giveUp, { once: true });
  pipeline.subscribe('target', ({ fleet }) => {
    const status = fleet.connections.get(settings.id);
    if (status?.state === 'ready') ready.resolve(undefined);
    if (status?.state === 'failed')
      ready.reject(new Error(status.detail ? english(status.detail) : 'The connection failed.'));
  });
  connection.start();
  const close = (): Promise<void> => stopConnection(connection);
  try {
    await ready.promise;
  } catch (error) {
    await close();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  const target = {
    system,
    address: connection.session?.address ?? address,
    connection: settings.id,
    secret,
    // Another one after a reconnect.
    get session() {
      return connection.session;
    },
  };
  return { destination: { label, address: target.address, system, target }, close };
}

/** Sends without a journal. */
export function deliverTo(targets: readonly OpenTarget[], systems: readonly AnySystem[]): Delivery {
  return openDelivery({
    destinations: targets.map(({ destination }) => destination),
    emit: send,
    systemOf: (id) => systems.find((system) => system.id === id),
    clock: systemClock,
  });
}

async function send({ target, bytes, signal }: EmitRequest): Promise<EmitResult> {
  try {
    const { system, address, session, secret } = target;
    await system.emit(address, bytes, { signal, session, secret });
    return { ok: true };
  } catch (error) {
    return { ok: false, message: errorText(error) };
  }
}
