import { describe, expect, it } from 'vitest';
import type { Direction } from '../../src/core/model/event.ts';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../src/core/model/fleet.ts';
import type { Decoded, Signal } from '../../src/core/model/signal.ts';
import { english, isText } from '../../src/core/model/text.ts';
import { trueNasDecoder } from '../../src/core/systems/truenas/decode/decode.ts';
import type { TrueNasContext } from '../../src/core/systems/truenas/decode/decoderState.ts';
import { linesOf, message } from './reading.ts';

interface Heard {
  readonly text: string;
  readonly direction: Direction;
}

const recordings = ['25.10-websocket', '25.10-jsonrpc', '24.10-websocket'];

function recorded(name: string): Heard[] {
  return linesOf(`truenas-${name}.jsonl`).flatMap((line): Heard[] => {
    const { dir, text } = JSON.parse(line) as { readonly dir?: '<' | '>'; readonly text?: string };
    return dir === undefined || text === undefined ? [] : [{ text, direction: dir === '<' ? 'in' : 'out' }];
  });
}

interface Told {
  readonly lines: readonly string[];
  readonly fleet: Fleet;
  readonly decoded: readonly Decoded<TrueNasContext>[];
}

function tell(messages: readonly Heard[]): Told {
  let context = trueNasDecoder.initial;
  let fleet = emptyFleet;
  const decoded: Decoded<TrueNasContext>[] = [];
  const told = messages.map(({ text, direction }) => {
    const channel = direction === 'out' ? 'request' : 'push';
    const safe = trueNasDecoder.redact(text).text;
    const step = trueNasDecoder.decode(
      context,
      message(safe, { system: 'truenas', connection: 'nas', host: 'nas.local', direction, channel }),
    );
    context = step.context;
    fleet = fold(fleet, { connection: 'nas', system: 'truenas', receivedAt: 1000 }, step.signals);
    decoded.push(step);
    return `${direction} ${shownStep(step)}`;
  });
  return { lines: told, fleet, decoded };
}

function golden({ lines, fleet }: Told): string {
  const end = instancesOf(fleet, 'nas').map(
    (i) => `= ${i.kind} ${i.key} "${i.name}" ${i.state} ${i.version ?? '-'} ${i.latestVersion ?? '-'} ${i.game ?? '-'}`,
  );
  const tasks = [...fleet.tasks.values()].map(
    (task) =>
      `= task ${task.systemId ?? '–'} "${english(task.title)}" ${task.state} ${String(task.percent)} ${task.message ? english(task.message) : '-'}`,
  );
  return [...lines, ...end.sort(), ...tasks.sort(), ''].join('\n');
}

function shownStep({ event, signals, problems }: Decoded<TrueNasContext>): string {
  const subject = event.subject ? `${event.subject.kind}:${event.subject.key}` : '-';
  const wrong = problems.map(({ path, message: said }) => ` !${path} ${english(said)}`).join('');
  const level = event.severity === 'error' || event.severity === 'warning' ? ` [${event.severity}]` : '';
  return `${event.type} ${subject} ${event.correlation ?? '-'}${level} | ${english(event.summary)} | ${signals.map(shown).join(', ')}${wrong}`;
}

function patchOf(patch: object): string {
  return Object.entries(patch)
    .map(([k, v]) => `${k}=${isText(v) ? english(v) : typeof v === 'object' ? JSON.stringify(v) : String(v)}`)
    .join(' ');
}

function shown(signal: Signal): string {
  switch (signal.signal) {
    case 'instance':
      return `${signal.kind}:${signal.key}(${patchOf(signal.patch)})`;
    case 'metrics':
      return `${signal.kind}:${signal.key} measured(${patchOf(signal.values)})`;
    case 'task':
      return `task ${signal.id}(${patchOf(signal.patch)})`;
    case 'gone':
      return `${signal.kind}:${signal.key} gone`;
    default:
      return signal.signal;
  }
}

describe('the recordings of TrueNAS', () => {
  it.each(recordings)('%s gives the events, states and tasks of its golden file', async (name) => {
    const told = tell(recorded(name));
    expect(told.decoded.flatMap(({ problems }) => problems)).toEqual([]);
    await expect(golden(told)).toMatchFileSnapshot(`golden/truenas-${name}.txt`);
  });

  it('end with every task over, whichever protocol told of it', () => {
    for (const name of recordings) {
      const states = [...tell(recorded(name)).fleet.tasks.values()].map(({ state }) => state);
      expect(states).toEqual(expect.arrayContaining(['succeeded', 'failed', 'aborted']));
      expect(states.filter((state) => !['succeeded', 'failed', 'aborted'].includes(state))).toEqual([]);
    }
  });

  it('tell the same of the apps in both protocols', () => {
    const ends = recordings.map((name) =>
      instancesOf(tell(recorded(name)).fleet, 'nas')
        .map(({ kind, key, state }) => `${kind} ${key} ${state}`)
        .sort(),
    );
    expect(ends[1]).toEqual(ends[0]);
  });

  it('hold no type and no answer that is not known', () => {
    const summaries = recordings.flatMap((name) =>
      tell(recorded(name)).decoded.map(({ event }) => english(event.summary)),
    );
    expect(summaries.filter((each) => /^(?:Unknown|Something|An answer to)/.test(each))).toEqual([]);
  });
});

describe('the forms of the documents', () => {
  it('decode, both directions', async () => {
    const all = linesOf('truenas-documents.ndjson').map((each) => {
      const { source, dir, text } = JSON.parse(each) as { readonly source: string; readonly dir: '<' | '>'; readonly text: string };
      const told = tell([{ text, direction: dir === '<' ? 'in' : 'out' }]);
      expect(told.decoded.flatMap(({ problems }) => problems)).toEqual([]);
      return `# ${source}\n${golden(told)}`;
    });
    expect(all.join('')).not.toContain('hunter2');
    await expect(all.join('\n')).toMatchFileSnapshot('golden/truenas-documents.txt');
  });
});
