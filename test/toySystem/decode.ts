import type { Decoder } from '../../src/core/model/signal.ts';
import { text } from '../../src/core/model/text.ts';
import { isFields, named, parseMessage, unreadable } from '../../src/core/systems/reading.ts';

/** How often lamps were switched. */
type ToyContext = number;

/** `{"switched":"lamp-1","on":true}` */
export const toyDecoder: Decoder<ToyContext> = {
  initial: 0,
  decode(context, message) {
    const parsed = parseMessage(message);
    const fields = 'value' in parsed && isFields(parsed.value) ? parsed.value : {};
    const lamp = named(fields['switched']);
    if (lamp === undefined) return unreadable(context, text('No message of the toy'), []);
    const state = fields['on'] === true ? 'running' : 'stopped';
    return {
      context: context + 1,
      event: {
        type: 'switched',
        severity: 'info',
        retention: 'lifecycle',
        summary: text('{0} is {1}', lamp, state),
        subject: { kind: 'lamp', key: lamp },
      },
      signals:
        message.direction === 'in' ? [{ signal: 'instance', kind: 'lamp', key: lamp, patch: { state } }] : [],
      problems: [],
    };
  },
  taskLost: (context) => ({ context, signals: [] }),
  save: (context) => context,
  version: 1,
  load: (saved) => (typeof saved === 'number' ? saved : 0),
  redact: (raw) => ({ text: raw, redacted: [] }),
};
