import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCaps, Journal, type Caps } from '../../../../src/core/journal/journal.ts';
import { JournalView } from '../../../../src/core/journal/view.ts';
import { retentionClasses, type OpsEvent } from '../../../../src/core/model/event.ts';
import { text } from '../../../../src/core/model/text.ts';

function entry(fields: Partial<OpsEvent> = {}): Omit<OpsEvent, 'seq'> {
  return {
    timeline: 'live',
    receivedAt: 1,
    host: 'here',
    connection: 'home',
    system: 'kgsm',
    channel: 'push',
    direction: 'in',
    origin: 'live',
    type: 'instance_started',
    severity: 'info',
    retention: 'lifecycle',
    summary: text('Started'),
    raw: '{}',
    size: 2,
    truncated: false,
    redacted: [],
    problems: [],
    ...fields,
  };
}

function caps(events: number): Caps {
  return { ...defaultCaps, log: { events, bytes: 1e9 }, lifecycle: { events, bytes: 1e9 } };
}

describe('the journal', () => {
  it('lets a flood of one class push out only its own past, and counts what it pushed out', () => {
    const journal = new Journal(caps(10));
    const rare = journal.append(entry());
    for (let n = 0; n < 5000; n++) journal.append(entry({ retention: 'log' }));
    expect(journal.get(rare.seq)).toBe(rare);
    expect(journal.count).toBe(11);
    expect(journal.discarded).toBe(4990);
  });

  it('lets a flood on one timeline push out only the past of that timeline', () => {
    const journal = new Journal(caps(10));
    const live = journal.append(entry());
    for (let n = 0; n < 5000; n++) journal.append(entry({ timeline: 'replay-1' }));
    expect(journal.get(live.seq)).toBe(live);
    expect([journal.count, journal.discarded]).toEqual([11, 4990]);
    journal.clear('replay-1');
    expect([...journal.events()]).toEqual([live]);
    const alone = new Journal();
    alone.append(entry());
    expect(journal.bytes).toBe(alone.bytes);
  });

  it('keeps within its bytes, but always the newest event', () => {
    const journal = new Journal({ ...defaultCaps, log: { events: 1000, bytes: 10_000 } });
    for (let n = 0; n < 100; n++) journal.append(entry({ retention: 'log', raw: 'x'.repeat(1000) }));
    expect(journal.bytes).toBeLessThanOrEqual(10_000);
    const huge = journal.append(entry({ retention: 'log', raw: 'x'.repeat(50_000) }));
    expect([...journal.events()]).toEqual([huge]);
  });

  it('clears one timeline and leaves the others; what the user cleared was not discarded', () => {
    const journal = new Journal();
    journal.append(entry());
    const kept = journal.append(entry({ timeline: 'replay-1' }));
    journal.clear('live');
    expect([...journal.events()]).toEqual([kept]);
    expect(journal.discarded).toBe(0);
    expect(journal.append(entry()).seq).toBe(3);
  });

  it('holds the newest of each class in order, after any sequence of appends', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...retentionClasses), { maxLength: 300 }), (classes) => {
        const journal = new Journal(
          Object.fromEntries(retentionClasses.map((c) => [c, { events: 7, bytes: 1e9 }])) as Caps,
        );
        const model: OpsEvent[] = [];
        for (const retention of classes) model.push(journal.append(entry({ retention })));
        const expected = model.filter(
          (e, i) => model.slice(i + 1).filter((later) => later.retention === e.retention).length < 7,
        );
        expect([...journal.events()]).toEqual(expected);
        expect(journal.count + journal.discarded).toBe(classes.length);
      }),
    );
  });
});

describe('a view of the journal', () => {
  const types = ['instance_started', 'instance_stopped', 'instance_crashed'];

  it('kept up to date event by event equals one made anew, whatever is discarded meanwhile', () => {
    const arrivals = fc.array(fc.tuple(fc.constantFrom(...types), fc.constantFrom(...retentionClasses)), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(arrivals, fc.constantFrom('', 'stop', 'type:crash', '-type:started'), (all, filter) => {
        const journal = new Journal(caps(5));
        const live = new JournalView(journal, 'live');
        live.setFilter(filter);
        for (const [type, retention] of all) journal.append(entry({ type, retention, raw: type }));
        const anew = new JournalView(journal, 'live');
        anew.setFilter(filter);
        expect(live.rows(0, 1000)).toEqual(anew.rows(0, 1000));
        expect([live.length, live.total]).toEqual([anew.length, anew.total]);
        const [some] = live.rows(2, 1);
        if (some) expect(live.indexOf(some.seq)).toBe(2);
        expect(live.between(3, 9)).toEqual(
          anew.rows(0, 1000).flatMap(({ seq }) => (seq >= 3 && seq <= 9 ? seq : [])),
        );
      }),
    );
  });

  it('stays as it is while paused, counts what came, and catches up', () => {
    const journal = new Journal();
    const view = new JournalView(journal, 'live');
    journal.append(entry());
    view.setPaused(true);
    journal.append(entry());
    journal.append(entry());
    expect([view.length, view.unseen, view.total]).toEqual([1, 2, 3]);
    view.setPaused(false);
    expect([view.length, view.unseen]).toEqual([3, 0]);
  });

  it('answers -1 for an event that the filter hides', () => {
    const journal = new Journal();
    const view = new JournalView(journal, 'live');
    const hidden = journal.append(entry({ type: 'a' }));
    journal.append(entry({ type: 'b' }));
    view.setFilter('type:b');
    expect(view.indexOf(hidden.seq)).toBe(-1);
  });

  it('shows one timeline at a time', () => {
    const journal = new Journal();
    const view = new JournalView(journal, 'live');
    journal.append(entry({ timeline: 'replay-1', type: 'replayed' }));
    expect(view.length).toBe(0);
    view.setTimeline('replay-1');
    expect(view.rows(0, 10).map(({ type }) => type)).toEqual(['replayed']);
  });

  it.each([
    ['crash', ['c']],
    ['CRASH', ['c']],
    ['type:crash instance:ark', ['c']],
    ['-type:crash', ['a', 'b']],
    ['instance:"two words"', ['b']],
    ['"two words"', ['b']],
    ['deep value', ['a']],
    ['nofield:x', []],
    ['constructor:x', []],
    ['severity:error', ['c']],
    ['   ', ['a', 'b', 'c']],
    ['(', []],
  ])('finds with %j what it should', (filter, expected) => {
    const journal = new Journal();
    journal.append(entry({ host: 'a', raw: '{"deep":"value"}' }));
    journal.append(entry({ host: 'b', subject: { kind: 'instance', key: 'two words' } }));
    journal.append(
      entry({
        host: 'c',
        type: 'instance_crashed',
        severity: 'error',
        subject: { kind: 'instance', key: 'ARK' },
      }),
    );
    const view = new JournalView(journal, 'live');
    view.setFilter(filter);
    expect(view.rows(0, 10).map(({ host }) => host)).toEqual(expected);
  });
});
