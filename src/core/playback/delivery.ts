import type { Clock } from '../model/clock.ts';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text } from '../model/text.ts';
import type { AnySystem } from '../systems/system.ts';
import type { EmitRequest, EmitResult, EmitTarget } from './emitter.ts';
import { openReceiver, type Receiver } from './receivers.ts';
import type { ReplayItem } from './replayItem.ts';
import { takes, type Taker } from './replayPlan.ts';

/** A taker of the events of a replay: an address of a system, or a plain receiver of all of them. */
export interface Destination extends Taker {
  /** Name for people. */
  readonly label: string;
  readonly address: string;
  /** Absent for a plain receiver. */
  readonly target?: EmitTarget;
}

export interface DeliveryOptions {
  readonly destinations: readonly Destination[];
  readonly emit: (request: EmitRequest) => Promise<EmitResult>;
  readonly systemOf: (id: string) => AnySystem | undefined;
  readonly clock: Clock;
}

/** Why a message did not reach all that take it. */
class DeliveryError extends ReasonedError<'notSent'> {
  override readonly name = 'DeliveryError';
}

/** Open ways to the destinations of a replay. */
export interface Delivery {
  /** Sends a message to all that take it, at once; rejects with the reason of the first that did not get it. */
  send(item: ReplayItem, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function openDelivery({ destinations, emit, systemOf, clock }: DeliveryOptions): Delivery {
  const receivers = new Map<Destination, Receiver>();
  const targetOf = (destination: Destination, id: string): EmitTarget => {
    if (destination.target) return destination.target;
    const system = systemOf(id);
    if (!system) throw new DeliveryError('notSent', text('There is no system “{0}”.', oneLine(id, 60)));
    const { address } = destination;
    const receiver = receivers.get(destination) ?? openReceiver(address, clock);
    receivers.set(destination, receiver);
    return {
      // The event is journalled as one of its own system.
      system: { ...system, emit: (_, bytes, { signal }) => receiver.send(bytes, signal) },
      address,
      secret: () => Promise.resolve(undefined),
    };
  };
  const sendTo = async (destination: Destination, item: ReplayItem, signal: AbortSignal): Promise<void> => {
    const { bytes, system } = item;
    const result = await emit({ target: targetOf(destination, system), bytes, origin: 'replayed', signal });
    if (!result.ok) throw new DeliveryError('notSent', result.message);
  };
  return {
    async send(item, signal) {
      const takers = destinations.filter((destination) => takes(destination, item));
      const sent = await Promise.allSettled(takers.map((destination) => sendTo(destination, item, signal)));
      for (const result of sent) if (result.status === 'rejected') throw result.reason;
    },
    async close() {
      await Promise.all([...receivers.values()].map((receiver) => receiver.close()));
    },
  };
}
