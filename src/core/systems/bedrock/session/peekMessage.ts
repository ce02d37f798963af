import { isFields, parsedJson } from '../../reading.ts';

interface PeekedMessage {
  readonly type: string;
  readonly topic: string;
  readonly data: unknown;
  /** The whole message, where it had to be parsed. */
  readonly parsed?: unknown;
}

/** The beginning of a message is in its first bytes. */
const headBytes = 400;

/** Beginning of every message as the program writes it; a message that begins otherwise is parsed whole. */
const beginning = /^\{"type": ?"([a-z_]+)", ?"topic": ?"([^"\\]{1,300})"/;
/** Events that the session itself reads; all others are left to the decoder. */
const ours =
  /^event:(?:before_|after_server_st|after_server_install|after_server_update|after_delete_server_data)/;

/** Reads the parts of a message that the session itself needs. Reports no problems: the decoder does. */
export function peekMessage(bytes: Buffer, truncated: boolean): PeekedMessage {
  const nothing: PeekedMessage = { type: '', topic: '', data: undefined };
  if (truncated) return nothing;
  const head = bytes.toString('utf8', 0, headBytes);
  const [, type = '', topic = ''] = beginning.exec(head) ?? [];
  if (type === 'resource_update' || (type === 'event' && !ours.test(topic)))
    return { type, topic, data: undefined };
  const value = parsedJson(bytes.length > headBytes ? bytes.toString('utf8') : head);
  if (!isFields(value)) return nothing;
  const { type: said, topic: about, data } = value;
  return {
    type: typeof said === 'string' ? said : '',
    topic: typeof about === 'string' ? about : '',
    data,
    parsed: value,
  };
}
