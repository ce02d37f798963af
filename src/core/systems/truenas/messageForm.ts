import * as z from 'zod/mini';
import type { MessageForm, MessagePlace } from '../emit.ts';
import { callFrame } from './session/protocol.ts';
import type { TrueNasSession } from './session/trueNasSession.ts';

const filled = z.string().check(z.minLength(1));
const id = z.union([filled, z.number()]);
const params = z.array(z.unknown());

/** Method and parameters that JSON-RPC has in the place of a message of DDP. */
const asCall: Readonly<Record<string, readonly [method: string, params: readonly unknown[]]>> = {
  sub: ['core.subscribe', ['alert.list']],
  unsub: ['core.unsubscribe', ['ad4dea8f-53a8-9a5c-1825-523e218c13ca']],
  ping: ['core.ping', []],
  method: ['core.ping', []],
  call: ['core.ping', []],
};

/** A message in the protocol of the session: what only DDP has is a call in JSON-RPC. Without a session each type has its own. */
export function trueNasMessageForm(
  type: string,
  { session, newId }: MessagePlace<TrueNasSession>,
): MessageForm | undefined {
  const call = Object.hasOwn(asCall, type) ? asCall[type] : undefined;
  if (!call) return undefined;
  const protocol = session?.protocol ?? (type === 'call' ? 'jsonrpc' : 'ddp');
  if (protocol === 'jsonrpc')
    return {
      schema: z.looseObject({ jsonrpc: z.literal('2.0'), id, method: filled, params: z.optional(params) }),
      example: callFrame(protocol, newId(), ...call),
    };
  switch (type) {
    case 'sub':
      return {
        schema: z.looseObject({ msg: z.literal('sub'), id: filled, name: filled }),
        example: { msg: 'sub', id: newId(), name: 'alert.list' },
      };
    case 'unsub':
      return {
        schema: z.looseObject({ msg: z.literal('unsub'), id: filled }),
        example: { msg: 'unsub', id: newId() },
      };
    case 'ping':
      return {
        schema: z.looseObject({ msg: z.literal('ping'), id: z.optional(filled) }),
        example: { msg: 'ping' },
      };
    default:
      return {
        schema: z.looseObject({
          id: filled,
          msg: z.literal('method'),
          method: filled,
          params: z.optional(params),
        }),
        example: callFrame(protocol, newId(), ...call),
      };
  }
}
