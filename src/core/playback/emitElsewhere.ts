import type { Connection } from '../connections/connection.ts';
import type { OtherWindows } from '../connections/otherWindows.ts';
import type { RequestBody } from '../connections/requestBodies.ts';
import { text } from '../model/text.ts';
import type { Emitter, EmitRequest, EmitResult } from './emitter.ts';
import { failed, succeeded, type OperationResult } from '../systems/operation.ts';

/** As long as the inspector waits for an event to be sent. */
const sentWithinMs = 15_000;

/** Lets the window that captures the connection of a target send; undefined where this window can do that itself. */
export function forwardEmission(
  { target, bytes, origin, signal }: EmitRequest,
  connections: { get(id: string): Connection | undefined },
  otherWindows: OtherWindows,
): Promise<EmitResult> | undefined {
  const { connection, address } = target;
  if (connection === undefined || connections.get(connection)?.state !== 'elsewhere') return undefined;
  const base64 = Buffer.from(bytes).toString('base64');
  return otherWindows
    .emit(connection, { address, base64, origin }, signal)
    .then(({ outcome, message }) => (outcome === 'succeeded' ? { ok: true } : { ok: false, message }));
}

/** Sends what another window asks for. */
export async function emitForWindow(
  { id, system, session, secret }: Connection,
  { address, base64, origin }: RequestBody<'emission'>,
  emitter: Emitter,
): Promise<OperationResult> {
  const result = await emitter.emit({
    // The address of an open session counts, as in a list of targets here.
    target: { system, address: session?.address ?? address, connection: id, session, secret },
    bytes: Buffer.from(base64, 'base64'),
    origin,
    signal: AbortSignal.timeout(sentWithinMs),
  });
  return result.ok ? succeeded(text('Sent')) : failed(result.message);
}
