import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../src/core/model/fleet.ts';
import { lifecycle } from '../../src/core/model/lifecycle.ts';
import { isFinished } from '../../src/core/model/task.ts';
import { kgsmDecoder } from '../../src/core/systems/kgsm/decode/decode.ts';
import { linesOf, message } from './reading.ts';

interface Event {
  readonly EventType: string;
  readonly Data: Readonly<Record<string, unknown>>;
}

/** The recorded events of each instance, in their order. */
function lifecycles(): (readonly Event[])[] {
  const journal = linesOf('kgsm-3.16-journal-2026-11-20.ndjson').map((line) => JSON.parse(line) as Event);
  const sockets = ['kgsm-2.2-lifecycle.jsonl', 'kgsm-2.2-all-events.jsonl'].map((name) =>
    linesOf(name).map((line) => JSON.parse((JSON.parse(line) as { text: string }).text) as Event),
  );
  return [journal, ...sockets].flatMap((events) => {
    const byInstance = new Map<string, Event[]>();
    for (const event of events) {
      const name = event.Data['InstanceName'];
      if (typeof name !== 'string') continue;
      byInstance.set(name, [...(byInstance.get(name) ?? []), event]);
    }
    return [...byInstance.values()];
  });
}

function named(event: Event, name: string): string {
  return JSON.stringify({ ...event, Data: { ...event.Data, InstanceName: name } });
}

function tell(texts: readonly string[]): Fleet {
  let context = kgsmDecoder.initial;
  let fleet = emptyFleet;
  for (const [i, text] of texts.entries()) {
    const step = kgsmDecoder.decode(context, message(text, { receivedAt: i }));
    context = step.context;
    fleet = fold(fleet, { connection: 'home', system: 'kgsm', receivedAt: i }, step.signals);
  }
  return fleet;
}

/** Events after which a server is down, whatever came before them. */
const downs = new Set(['instance_stopped', 'instance_crashed', 'instance_failed', 'instance_restart_stopped']);
const ups = new Set(['instance_started', 'instance_ready', 'instance_restarted']);

const recorded = lifecycles();
/** Some of the recorded lives, each cut off, with events missing and repeated as real systems do it. */
const life = fc
  .record({
    which: fc.nat(recorded.length - 1),
    odd: fc.array(fc.record({ at: fc.nat(60), what: fc.constantFrom('drop', 'repeat') }), { maxLength: 6 }),
    end: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ which, odd, end }) => {
    const events = (recorded[which] ?? []).slice(0, end);
    return events.flatMap((event, i) => {
      const here = odd.find(({ at }) => at === i);
      return here === undefined ? [event] : here.what === 'drop' ? [] : [event, event];
    });
  });

describe('any interleaving of recorded lifecycles', () => {
  it('has lives to interleave, among them whole ones', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(3);
    expect(recorded.some((events) => events.length > 12)).toBe(true);
  });

  it('gives every instance what it has alone, and nothing runs that stopped last', () => {
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat(1000)), (lives, dice) => {
        const waiting = lives.map((events, i) => events.map((event) => ({ event, name: `i-${String(i)}` })));
        const mixed: { event: Event; name: string }[] = [];
        while (waiting.some((queue) => queue.length > 0)) {
          const full = waiting.filter((queue) => queue.length > 0);
          const next = full[(dice.next().value ?? 0) % full.length]?.shift();
          if (next) mixed.push(next);
        }
        const fleet = tell(mixed.map(({ event, name }) => named(event, name)));
        for (const [i, events] of lives.entries()) {
          const name = `i-${String(i)}`;
          const alone = tell(events.map((event) => named(event, name)));
          const state = (of: Fleet): string | undefined => instancesOf(of, 'home').find(({ key }) => key === name)?.state;
          expect(state(fleet)).toBe(state(alone));
          const last = events.findLast(({ EventType }) => downs.has(EventType) || ups.has(EventType));
          const now = state(fleet);
          if (last && downs.has(last.EventType) && now !== undefined)
            expect(lifecycle[now as keyof typeof lifecycle].up && !lifecycle[now as keyof typeof lifecycle].transitional).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves no more open tasks than works that were begun and not ended', () => {
    fc.assert(
      fc.property(life, (events) => {
        const fleet = tell(events.map((event) => named(event, 'one')));
        const open = [...fleet.tasks.values()].filter(({ state }) => !isFinished(state));
        const begun = events.filter(({ EventType }) => /_started$|_created$/.test(EventType)).length;
        expect(open.length).toBeLessThanOrEqual(begun);
      }),
      { numRuns: 200 },
    );
  });
});
