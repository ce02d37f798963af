import { text } from '../../../model/text.ts';
import { unsuitable } from '../../conversation/conversationError.ts';
import { type Fields, isFields, parsedJson } from '../../reading.ts';
import { readFrame, type Protocol } from '../messages.ts';
import { isSecretMethod } from '../redact.ts';

/** After the sign-in the NAS closes the connection over what is longer than this. */
export const maxSaidLength = 65_536;

/** Paths of the protocols, behind the address of the NAS. */
export const paths: Readonly<Record<Protocol, string>> = { jsonrpc: '/api/current', ddp: '/websocket' };

/** A call as the protocol writes it. */
export function callFrame(
  protocol: Protocol,
  id: string,
  method: string,
  params: readonly unknown[],
): Fields {
  return protocol === 'ddp' ? { id, msg: 'method', method, params } : { jsonrpc: '2.0', id, method, params };
}

/** Checks a message that a user wrote: one that would end the connection, or leave a secret in the journal, is refused. */
export function checkOutgoing(raw: string, protocol: Protocol): Fields {
  const value = parsedJson(raw);
  if (value === undefined) throw unsuitable(text('Not sent: this is no JSON, and the NAS would break off.'));
  if (!isFields(value))
    throw unsuitable(text('Not sent: one message is one JSON object; lists are refused.'));
  if (raw.length > maxSaidLength)
    throw unsuitable(text('Not sent: a message may have {0} characters.', maxSaidLength));
  const other = protocol === 'ddp' ? 'JSON-RPC' : 'DDP';
  const own = protocol === 'ddp' ? 'DDP' : 'JSON-RPC';
  if ((value['jsonrpc'] !== undefined) !== (protocol === 'jsonrpc'))
    throw unsuitable(text('Not sent: this is a message of {0}, and this connection speaks {1}.', other, own));
  const frame = readFrame(value);
  switch (frame.frame) {
    case 'call':
      if (isSecretMethod(frame.method))
        throw unsuitable(
          text('Not sent: {0} is about secrets, which belong to the connection.', frame.method.slice(0, 80)),
        );
      if (frame.params !== undefined && !Array.isArray(frame.params))
        throw unsuitable(text('Not sent: "params" is a list.'));
      return value;
    case 'sub':
      if (typeof frame.id !== 'string' || typeof frame.name !== 'string')
        throw unsuitable(
          text('Not sent: "id" and "name" of a subscription are texts, or the NAS breaks off.'),
        );
      return value;
    case 'unsub':
      if (typeof frame.id !== 'string') throw unsuitable(text('Not sent: "id" is a text.'));
      return value;
    case 'ping':
      return value;
    default:
      throw unsuitable(text('Not sent: clients call methods and subscribe; events come from the NAS.'));
  }
}
