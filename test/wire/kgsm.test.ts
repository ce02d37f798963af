import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../src/core/model/fleet.ts';
import type { Decoded, Signal } from '../../src/core/model/signal.ts';
import { english, isText } from '../../src/core/model/text.ts';
import { kgsmDecoder } from '../../src/core/systems/kgsm/decode/decode.ts';
import type { KgsmContext } from '../../src/core/systems/kgsm/decode/decoderState.ts';
import { linesOf, message } from './reading.ts';

interface Line {
  readonly text?: string;
  readonly base64?: string;
  readonly reads?: readonly number[];
}

/** Messages of the connections of a socket recording. */
function connections(name: string): string[] {
  return linesOf(name).map((line) => {
    const { text, base64 } = JSON.parse(line) as Line;
    return text ?? Buffer.from(base64 ?? '', 'base64').toString('utf8');
  });
}

interface Told {
  readonly decoded: readonly Decoded<KgsmContext>[];
  readonly fleet: Fleet;
}

function tell(texts: readonly string[]): Told {
  let context = kgsmDecoder.initial;
  let fleet = emptyFleet;
  const decoded = texts.map((text) => {
    const step = kgsmDecoder.decode(context, message(text));
    context = step.context;
    fleet = fold(fleet, { connection: 'home', system: 'kgsm', receivedAt: 1000 }, step.signals);
    return step;
  });
  return { decoded, fleet };
}

function short(value: string): string {
  return value.length > 100 ? `${value.slice(0, 40)}… (${String(value.length)})` : value;
}

function shown(signal: Signal): string {
  switch (signal.signal) {
    case 'instance': {
      const patch = Object.entries(signal.patch).map(([k, v]) => `${k}=${short(isText(v) ? english(v) : String(v))}`);
      return `instance${signal.onlyIfKnown ? '?' : ''}(${patch.join(' ')})`;
    }
    case 'task': {
      const { state, percent, message: said, title } = signal.patch;
      const parts = [title && `"${english(title)}"`, state, percent !== undefined && percent !== null && `${String(percent)}%`, said && english(said)];
      return `task ${signal.id}(${parts.filter((part) => typeof part === 'string').join(' ')})`;
    }
    default:
      return signal.signal;
  }
}

/** One line per event: type, subject, what it says, what it means, what is wrong with it. */
function golden({ decoded, fleet }: Told): string {
  const events = decoded.map(({ event, signals, problems }) => {
    const subject = event.subject ? `${event.subject.kind}:${JSON.stringify(short(event.subject.key))}` : '-';
    const wrong = problems.map(({ path, message: said }) => ` !${path} ${english(said)}`).join('');
    return `${event.type} ${subject} | ${short(english(event.summary))} | ${signals.map(shown).join(', ')}${wrong}`;
  });
  const end = instancesOf(fleet, 'home').map((i) => `= ${JSON.stringify(short(i.name))} ${i.state} ${short(i.version ?? '')}`);
  const tasks = [...fleet.tasks.values()].map((t) => `= task ${t.id} ${t.state} ${String(t.percent)}`);
  return [...events, ...end.sort(), ...tasks.sort(), ''].join('\n');
}

describe('recordings of KGSM', () => {
  const sockets = ['kgsm-2.2-all-events', 'kgsm-2.2-lifecycle', 'kgsm-2.2-odd-values', 'kgsm-generations'];
  it.each(sockets)('%s gives the types, subjects and signals of its golden file', async (name) => {
    const told = tell(connections(`${name}.jsonl`));
    expect(told.decoded.flatMap(({ problems }) => problems)).toEqual([]);
    await expect(golden(told)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('the journal of 3.16 gives the types, subjects and signals of its golden file', async () => {
    const told = tell(linesOf('kgsm-3.16-journal-2026-11-20.ndjson'));
    expect(told.decoded.flatMap(({ problems }) => problems)).toEqual([]);
    await expect(golden(told)).toMatchFileSnapshot('golden/kgsm-3.16-journal.txt');
  });

  it('holds names as they are, whatever is in them', () => {
    const names = tell(connections('kgsm-2.2-odd-values.jsonl')).decoded.map(({ event }) => event.subject?.key);
    expect(names).toContain('two\nlines');
    expect(names).toContain('quote"back\\slash\ttab');
    expect(names).toContain('<img src=x onerror=alert(1)> $(touch /opt/pwned) [a](command:x)');
    expect(names).toContain('ünïcödé-☃-服务器');
  });
});

describe("the examples of KGSM's own documents", () => {
  const examples = linesOf('kgsm-documents.ndjson').map((line) => JSON.parse(line) as { readonly source: string; readonly text: string });

  it('gives type and subject for every example that is JSON, and keeps those that are only a form', async () => {
    const all = examples.map(({ source, text }) => `# ${source}\n${golden(tell([text]))}`);
    await expect(all.join('\n')).toMatchFileSnapshot('golden/kgsm-documents.txt');
  });
});
