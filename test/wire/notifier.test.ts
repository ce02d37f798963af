import { describe, expect, it } from 'vitest';
import type { Channel, Direction } from '../../src/core/model/event.ts';
import { emptyFleet, fold, instancesOf } from '../../src/core/model/fleet.ts';
import type { Decoded, Signal } from '../../src/core/model/signal.ts';
import { english, isText } from '../../src/core/model/text.ts';
import { splitJson } from '../../src/core/wire/jsonDocuments.ts';
import { notifierDecoder } from '../../src/core/systems/notifier/decode.ts';
import { linesOf, message } from './reading.ts';
import type { NotifierContext } from '../../src/core/systems/notifier/decoderState.ts';

interface Spoken {
  readonly client: string;
  readonly dir?: '<' | '>';
  readonly text?: string;
}

interface Heard {
  readonly text: string;
  readonly direction: Direction;
  readonly channel: Channel;
}

/** Lines that one client of the recording said and heard, as its session would have delivered them. */
function conversation(client: string): Heard[] {
  const spoken = linesOf('tcp-notification-manager.jsonl').map((line) => JSON.parse(line) as Spoken);
  return spoken
    .filter((line) => line.client === client && line.text !== undefined)
    .flatMap(({ dir, text = '' }) => splitJson(Buffer.from(text)).map(({ bytes }) => heard(Buffer.from(bytes).toString('utf8'), dir)));
}

function heard(text: string, dir: '<' | '>' = '<'): Heard {
  const direction = dir === '<' ? 'in' : 'out';
  if (text.includes('"request_authentication"')) return { text, direction, channel: 'request' };
  return { text, direction, channel: /"connection_(?:accepted|rejected)"/.test(text) ? 'reply' : 'push' };
}

function golden(messages: readonly Heard[]): string {
  let context = notifierDecoder.initial;
  let fleet = emptyFleet;
  const told = messages.map(({ text, direction, channel }) => {
    const step = notifierDecoder.decode(context, message(text, { connection: 'bell', system: 'notifier', direction, channel }));
    context = step.context;
    fleet = fold(fleet, { connection: 'bell', system: 'notifier', receivedAt: 1000 }, step.signals);
    return `${direction} ${line(step)}`;
  });
  const end = instancesOf(fleet, 'bell').map((i) => `= ${i.kind}:${i.key} ${i.state} ${i.detail ? english(i.detail) : ''}`);
  return [...told, ...end.sort(), ''].join('\n');
}

function line({ event, signals, problems }: Decoded<NotifierContext>): string {
  const subject = event.subject ? `${event.subject.kind}:${event.subject.key}` : '-';
  const time = event.time === undefined ? '-' : new Date(event.time).toISOString();
  const wrong = problems.map(({ path, message: said }) => ` !${path} ${english(said)}`).join('');
  return `${event.type} ${subject} ${time} | ${english(event.summary)} | ${signals.map(shown).join(', ')}${wrong}`;
}

function shown(signal: Signal): string {
  if (signal.signal === 'instance') {
    const patch = Object.entries(signal.patch).map(([k, v]) => `${k}=${isText(v) ? english(v) : String(v)}`);
    return `${signal.kind}:${signal.key}(${patch.join(' ')})`;
  }
  return signal.signal === 'gone' ? `gone ${signal.kind}:${signal.key}` : signal.signal;
}

describe('the recording of the notification server', () => {
  it.each(['a', 'b', 'c'])('gives client %s the events, clients and summaries of its golden file', async (client) => {
    await expect(golden(conversation(client))).toMatchFileSnapshot(`golden/notifier-recording-${client}.txt`);
  });
});

describe("the examples of the server's own document", () => {
  it('give their types, though most of them are no strict JSON', async () => {
    const examples = linesOf('notifier-documents.ndjson').map((each) => JSON.parse(each) as { readonly source: string; readonly text: string });
    const all = examples.map(({ source, text }) => `# ${source}\n${golden([heard(text)])}`).join('\n');
    expect(all).not.toContain('unreadable');
    await expect(all).toMatchFileSnapshot('golden/notifier-documents.txt');
  });
});
