import { isFields } from '../../reading.ts';

interface Glance {
  readonly type: string;
  readonly topic: string;
  readonly data: unknown;
}

/** What the program writes begins so; what begins otherwise is read whole. */
const beginning = /^\{"type": ?"([a-z_]+)", ?"topic": ?"([^"\\]{1,300})"/;
/** The events that the conversation itself has to understand; of all others the decoder makes more than it needs. */
const ours =
  /^event:(?:before_|after_server_st|after_server_install|after_server_update|after_delete_server_data)/;

/** What the conversation itself has to know of a message; the decoder says what is wrong with it. */
export function peekMessage(bytes: Uint8Array, truncated: boolean): Glance {
  const nothing: Glance = { type: '', topic: '', data: undefined };
  if (truncated) return nothing;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [, type = '', topic = ''] = beginning.exec(buffer.toString('utf8', 0, 400)) ?? [];
  if (type === 'resource_update' || (type === 'event' && !ours.test(topic)))
    return { type, topic, data: undefined };
  try {
    const value: unknown = JSON.parse(buffer.toString('utf8'));
    if (!isFields(value)) return nothing;
    const { type: said, topic: about, data } = value;
    return {
      type: typeof said === 'string' ? said : '',
      topic: typeof about === 'string' ? about : '',
      data,
    };
  } catch {
    return nothing;
  }
}
