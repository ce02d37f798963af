import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Channel, Direction } from '../../src/core/model/event.ts';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../src/core/model/fleet.ts';
import type { Decoded, Signal } from '../../src/core/model/signal.ts';
import { english, isText, text as textOf } from '../../src/core/model/text.ts';
import { bedrockDecoder } from '../../src/core/systems/bedrock/decode/decode.ts';
import type { BedrockContext } from '../../src/core/systems/bedrock/decode/decoderState.ts';

interface Line {
  readonly dir?: '<' | '>';
  readonly text?: string;
  readonly http?: string;
  readonly for?: string;
  readonly body?: unknown;
}

interface Heard {
  readonly text: string;
  readonly direction: Direction;
  readonly channel: Channel;
  readonly correlation?: string;
}

function lines(name: string): string[] {
  return readFileSync(new URL(name, import.meta.url), 'utf8').split('\n').filter((line) => line !== '');
}

/** Events that a session would have delivered: requests and answers as they stand in the journal, frames as they are. */
function recorded(name: string): Heard[] {
  let count = 0;
  let correlation = '';
  return lines(name).flatMap((line): Heard[] => {
    const { dir, text = '', http, for: asked, body } = JSON.parse(line) as Line;
    if (dir === '<') return [{ text, direction: 'in', channel: text.startsWith('{"type"') ? 'push' : 'reply' }];
    if (dir === '>') return [{ text, direction: 'out', channel: 'request' }];
    if (http === undefined) return [];
    if (asked === undefined) {
      const [method, path] = http.split(' ');
      correlation = `call-${String(++count)}`;
      return [{ text: JSON.stringify({ method, path, body }), direction: 'out', channel: 'request', correlation }];
    }
    const [method, path] = asked.split(' ');
    let said: unknown = text;
    try {
      said = JSON.parse(text);
    } catch {
      said = '<html>';
    }
    return [{ text: JSON.stringify({ method, path, status: Number(http), body: said }), direction: 'in', channel: 'reply', correlation }];
  });
}

interface Told {
  readonly lines: readonly string[];
  readonly fleet: Fleet;
  readonly decoded: readonly Decoded<BedrockContext>[];
}

function tell(messages: readonly Heard[]): Told {
  let context = bedrockDecoder.initial;
  let fleet = emptyFleet;
  const decoded: Decoded<BedrockContext>[] = [];
  const told = messages.map((message) => {
    const safe = bedrockDecoder.redact(message.text);
    const step = bedrockDecoder.decode(context, {
      timeline: 'live', receivedAt: 1000, host: 'here', connection: 'mc', system: 'bedrock', origin: 'live',
      utf8: true, truncated: false, ...message, text: safe.text,
    });
    context = step.context;
    fleet = fold(fleet, { connection: 'mc', system: 'bedrock', receivedAt: 1000 }, step.signals);
    decoded.push(step);
    return `${message.direction} ${shownStep(step)}`;
  });
  return { lines: told, fleet, decoded };
}

function golden({ lines: told, fleet }: Told): string {
  const end = instancesOf(fleet, 'mc').map((i) => `= ${i.name} ${i.state} ${i.version ?? '-'} ${String(i.players ?? '-')} ${i.detail ? short(english(i.detail)) : ''}`);
  const tasks = [...fleet.tasks.values()].map((t) => `= task ${(t.systemId ?? '').slice(0, 8)} "${english(t.title)}" ${t.state} ${short(english(t.message ?? textOf('-')))}`);
  return [...told, ...end.sort(), ...tasks.sort(), ''].join('\n');
}

function shownStep({ event, signals, problems }: Decoded<BedrockContext>): string {
  const subject = event.subject ? `${event.subject.kind}:${event.subject.key}` : '-';
  const wrong = problems.map(({ path, message: said }) => ` !${path} ${english(said)}`).join('');
  const level = event.severity === 'error' || event.severity === 'warning' ? ` [${event.severity}]` : '';
  return `${event.type} ${subject}${level} | ${short(english(event.summary))} | ${signals.map(shown).join(', ')}${wrong}`;
}

function short(value: string): string {
  return value.length > 100 ? `${value.slice(0, 60)}… (${String(value.length)})` : value;
}

function patchOf(patch: object): string {
  return Object.entries(patch).map(([k, v]) => `${k}=${isText(v) ? short(english(v)) : typeof v === 'object' ? JSON.stringify(v) : String(v)}`).join(' ');
}

function shown(signal: Signal): string {
  switch (signal.signal) {
    case 'instance':
      return `${signal.key}(${patchOf(signal.patch)})`;
    case 'metrics':
      return `${signal.key} measured(${patchOf(signal.values)})`;
    case 'task':
      return `task ${signal.id.slice(0, 8)}(${patchOf(signal.patch)})`;
    case 'snapshot':
      return `snapshot(${signal.instances.map((i) => `${i.key} ${patchOf(i.patch)}`).join('; ')})`;
    default:
      return signal.signal;
  }
}

describe('the recordings of Bedrock Server Manager', () => {
  it.each(['3.10', '3.9', '3.7'])('%s gives the events, states and tasks of its golden file', async (release) => {
    const told = tell(recorded(`bedrock-${release}.jsonl`));
    // The recording says one wrong thing on purpose.
    expect(told.decoded.flatMap(({ problems }) => problems.map(({ path }) => path))).toEqual(['action']);
    await expect(golden(told)).toMatchFileSnapshot(`golden/bedrock-${release}.txt`);
  });

  it('of a task that was skipped, told twice with its end, is one task that failed in the words of the server', () => {
    const { fleet, decoded } = tell(recorded('bedrock-3.7-skipped.jsonl'));
    expect(decoded.map(({ event }) => event.severity)).toEqual(['error', 'error']);
    expect([...fleet.tasks.values()].map(({ state, message }) => [state, message && english(message)])).toEqual([
      ['failed', 'Not done: A world operation is already in progress.'],
    ]);
  });

  it('hold no unknown type', () => {
    const types = ['3.10', '3.9', '3.7'].flatMap((release) => tell(recorded(`bedrock-${release}.jsonl`)).decoded.map(({ event }) => english(event.summary)));
    expect(types.filter((summary) => /^(?:Unknown (?:event|message type)|Something)/.test(summary))).toEqual([]);
  });
});

describe('the forms of the documents', () => {
  it('decode with every topic, whatever else is missing in them', async () => {
    const all = lines('bedrock-documents.ndjson').map((each) => {
      const { source, dir, text } = JSON.parse(each) as { readonly source: string; readonly dir: '<' | '>'; readonly text: string };
      const heard: Heard = dir === '<' ? { text, direction: 'in', channel: 'push' } : { text, direction: 'out', channel: 'request' };
      return `# ${source}\n${golden(tell([heard]))}`;
    });
    await expect(all.join('\n')).toMatchFileSnapshot('golden/bedrock-documents.txt');
  });
});
