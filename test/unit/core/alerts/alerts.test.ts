import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alert, AlertKind } from '../../../../src/core/alerts/alert.ts';
import { Alerts } from '../../../../src/core/alerts/alerts.ts';
import { instanceTarget } from '../../../../src/core/alerts/mutes.ts';
import type { AlertRule } from '../../../../src/core/alerts/rules.ts';
import { liveTimeline } from '../../../../src/core/model/event.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import type { JournalStore } from '../../../../src/core/journal/store/journalStore.ts';
import { openTestStore, storedEvent, temporaryFolder } from '../journal/store/helpers.ts';
import { core, draft, kgsmEvent, ManualClock, silentLog } from '../helpers.ts';

interface Given {
  readonly clock?: ManualClock;
  readonly kinds?: readonly AlertKind[];
  readonly rules?: readonly AlertRule[];
  readonly captures?: boolean;
}

/** A window with its pipeline on a journal, which it may share with others. */
async function openWindow(name: string, path: string, given: Given = {}) {
  const { clock = new ManualClock(), kinds = ['crash', 'connectionLost', 'rule'], rules = [] } = given;
  const store: JournalStore = await openTestStore(path);
  await store.follow(5);
  const { pipeline } = core();
  const told: string[] = [];
  /** The same, each message for itself. */
  const messages: (readonly string[])[] = [];
  const sent: string[] = [];
  const state = { focused: true };
  const titles = (alerts: readonly Alert[]): string[] => alerts.map(({ title }) => english(title));
  const alerts = new Alerts({
    timeline: liveTimeline,
    pipeline,
    store: Promise.resolve(store),
    window: name,
    host: 'here',
    clock,
    newId: () => crypto.randomUUID(),
    settings: () => ({ kinds: new Set(kinds), rules }),
    captures: () => given.captures ?? true,
    isServerAlert: () => false,
    nameOf: () => 'Home',
    isFocused: () => state.focused,
    onRaised: (raised) => sent.push(...titles(raised)),
    tell: (shown) => {
      messages.push(titles(shown));
      told.push(...titles(shown));
    },
    onChange: () => undefined,
    log: silentLog,
  });
  onTestFinished(() => {
    alerts.dispose();
  });
  const where = { timeline: liveTimeline, connection: 'home', system: 'kgsm', host: 'here' } as const;
  const connect = (to: 'ready' | 'waiting' = 'ready'): void => {
    pipeline.control({ ...where, receivedAt: clock.now() }, { type: 'connection.state', state: to });
  };
  const send = (type: string, instance: string): void => {
    pipeline.ingest(draft(kgsmEvent(type, instance)));
  };
  /** Lets the pipeline commit and the clock run until what was gathered is raised. */
  const settle = async (): Promise<void> => {
    await new Promise(setImmediate);
    clock.advance(500);
    await alerts.see([]);
    await alerts.see([]);
  };
  return { alerts, clock, connect, messages, pipeline, send, sent, settle, state, store, told };
}
type Window = Awaited<ReturnType<typeof openWindow>>;

async function crash(window: Window, name = 'mc-1'): Promise<void> {
  window.connect();
  window.send('instance_started', name);
  await window.settle();
  window.send('instance_crashed', name);
  await window.settle();
}

const memory = ':memory:';

describe('a crash', () => {
  it('is an alert: told once, sent once, among the events, and open until it was seen', async () => {
    const window = await openWindow('w1', memory);
    const events: string[] = [];
    window.pipeline.subscribe('test', (change) => events.push(...change.events.map(({ type }) => type)));
    await crash(window);
    await expect.poll(() => window.told).toEqual(['mc-1 crashed']);
    expect(window.sent).toEqual(['mc-1 crashed']);
    await new Promise(setImmediate);
    expect(events.at(-1)).toBe('alert.raised');
    expect(window.alerts.unseen).toMatchObject([{ kind: 'crash', instance: { key: 'mc-1' }, toldBy: 'w1' }]);
    await window.alerts.see(window.alerts.unseen);
    expect(window.alerts.unseen).toEqual([]);
    expect(window.alerts.alerts).toHaveLength(1);
  });

  it('of a server that crashes again and again is one alert in ten minutes', async () => {
    const window = await openWindow('w1', memory);
    for (let n = 0; n < 4; n++) {
      await crash(window);
      window.clock.advance(4 * 60_000);
    }
    await expect.poll(() => window.sent).toEqual(['mc-1 crashed', 'mc-1 crashed']);
  });

  it('is silent while it is muted, and stands in the journal all the same', async () => {
    const window = await openWindow('w1', memory);
    const target = instanceTarget({ connection: 'home', kind: 'instance', key: 'mc-1' });
    window.connect();
    window.send('instance_started', 'mc-1');
    await window.settle();
    const [instance] = window.pipeline.fleet().connections.get('home')?.instances.values() ?? [];
    expect(instance && instanceTarget(instance)).toBe(target);
    await window.alerts.mute(target, window.clock.now() + 60_000);
    window.send('instance_crashed', 'mc-1');
    await window.settle();
    await expect.poll(() => window.alerts.alerts).toMatchObject([{ muted: true }]);
    expect([window.told, window.sent, window.alerts.unseen]).toEqual([[], [], []]);
    await window.alerts.unmute([target]);
    expect(window.alerts.mutes).toEqual([]);
    await crash(window, 'mc-2');
    await expect.poll(() => window.told).toEqual(['mc-2 crashed']);
  });

  it('of 10,000 servers at once is one alert', async () => {
    const window = await openWindow('w1', memory);
    window.connect();
    for (const type of ['instance_started', 'instance_crashed']) {
      for (let n = 0; n < 10_000; n++) window.send(type, `s${n}`);
      await window.settle();
    }
    await expect.poll(() => window.told).toEqual(['10000 servers crashed']);
  });
});

describe('a flood of crashes', () => {
  it('that trickles is a few alerts and one for all others; three messages come at once, the next tells what came within ten seconds', async () => {
    const window = await openWindow('w1', memory);
    window.connect();
    for (let n = 0; n < 60; n++) window.send('instance_started', `s${n}`);
    await window.settle();
    for (let n = 0; n < 60; n++) {
      window.send('instance_crashed', `s${n}`);
      await window.settle();
    }
    expect(window.sent.slice(0, 6)).toEqual([
      ...['s0 crashed', 's1 crashed', 's2 crashed', 's3 crashed', 's4 crashed'],
      '6 servers crashed',
    ]);
    expect(window.sent).toHaveLength(6);
    expect(window.messages).toEqual([
      ['s0 crashed'],
      ['s1 crashed'],
      ['s2 crashed'],
      expect.arrayContaining(['s3 crashed', 's4 crashed']),
    ]);
    expect(window.told.toSorted()).toEqual(window.sent.toSorted());
  });
});

describe('several windows', () => {
  it('tell of an alert once, in the one that has the focus', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const captor = await openWindow('captor', path);
    const other = await openWindow('other', path, { captures: false });
    captor.state.focused = false;
    await crash(captor);
    await expect
      .poll(async () => {
        other.clock.advance(250);
        await other.alerts.see([]);
        return other.told;
      })
      .toEqual(['mc-1 crashed']);
    captor.state.focused = true;
    captor.alerts.focused();
    await captor.alerts.see([]);
    expect(captor.told).toEqual([]);
    // The one that raised it sends it on.
    expect([captor.sent, other.sent]).toEqual([['mc-1 crashed'], []]);
    await other.alerts.see(other.alerts.unseen);
    await expect
      .poll(async () => {
        captor.clock.advance(250);
        await captor.alerts.see([]);
        return captor.alerts.unseen;
      })
      .toEqual([]);
  });

  it('tell once also where each has the focus', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const windows = await Promise.all(
      ['a', 'b', 'c'].map((name) => openWindow(name, path, { captures: name === 'a' })),
    );
    const [first] = windows;
    if (!first) throw new Error('there is no window');
    await crash(first);
    const all = async (): Promise<string[]> => {
      for (const { alerts, clock } of windows) {
        clock.advance(250);
        await alerts.see([]);
      }
      return windows.flatMap(({ told }) => told);
    };
    await expect
      .poll(async () => (await all()).length && windows.every(({ alerts }) => alerts.unseen[0]?.toldBy))
      .toBe(true);
    expect(await all()).toEqual(['mc-1 crashed']);
  });

  it('tell after a start what nobody was told of, unless it is old', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const clock = new ManualClock();
    const first = await openWindow('first', path, { clock });
    first.state.focused = false;
    await crash(first, 'mc-1');
    await expect.poll(() => first.sent).toHaveLength(1);
    clock.advance(50 * 60_000);
    await crash(first, 'mc-2');
    await expect.poll(() => first.sent).toHaveLength(2);
    first.alerts.dispose();
    clock.advance(20 * 60_000);
    const second = await openWindow('second', path, { clock });
    await expect.poll(() => second.told).toEqual(['mc-2 crashed']);
    // What is old stands open all the same.
    expect(second.alerts.unseen).toHaveLength(2);
  });
});

it('a connection that is away for a minute is an alert', async () => {
  const window = await openWindow('w1', memory);
  window.connect();
  await window.settle();
  window.connect('waiting');
  await window.settle();
  window.clock.advance(60_000);
  await window.settle();
  await expect.poll(() => window.told).toEqual(['Home has not been reached for a minute']);
});

describe('a rule', () => {
  const failures: AlertRule = { name: 'Failures', query: 'is:failed', moreThan: 2, minutes: 10 };

  it('is an alert once more events match than it allows, with the query that finds them', async () => {
    const window = await openWindow('w1', memory, { rules: [failures] });
    await window.alerts.see([]);
    for (let n = 0; n < 2; n++)
      await window.store.append({ events: [storedEvent(n, { severity: 'error' })] });
    await window.store.append({ events: [storedEvent(3, { severity: 'info' })] });
    expect(window.alerts.alerts).toEqual([]);
    await window.store.append({ events: [storedEvent(10, { severity: 'error' })] });
    await expect.poll(() => window.told).toEqual(['Failures: 3 in 10 minutes']);
    expect(window.alerts.unseen).toMatchObject([{ kind: 'rule', query: 'is:failed', connection: 'home' }]);
    await window.store.append({ events: [storedEvent(20, { severity: 'error' })] });
    await window.alerts.see([]);
    expect(window.told).toHaveLength(1);
  });

  it('counts nothing of before, and nothing once it is gone from the settings', async () => {
    const rules = [{ ...failures, moreThan: 0 }];
    const path = join(temporaryFolder(), 'journal.db');
    const writer = await openTestStore(path);
    await writer.append({ events: [storedEvent(0, { severity: 'error' })] });
    const window = await openWindow('w1', path, { rules });
    await window.alerts.see([]);
    rules.length = 0;
    window.alerts.renew();
    await window.store.append({ events: [storedEvent(10, { severity: 'error' })] });
    await window.alerts.see([]);
    expect(window.alerts.alerts).toEqual([]);
  });
});

it('a test goes the way of all alerts', async () => {
  const window = await openWindow('w1', memory);
  await window.alerts.test('home', text('A test'));
  await window.alerts.test('home', text('A test'));
  expect([window.told, window.sent]).toEqual([
    ['A test', 'A test'],
    ['A test', 'A test'],
  ]);
});

it('rows of another version of an alert are passed over', async () => {
  const window = await openWindow('w1', memory);
  await window.store.alerts({
    deed: 'raise',
    window: 'w1',
    at: 1,
    alerts: [
      {
        id: '1',
        cause: 'x',
        quietMs: 0,
        muted: false,
        kind: 'of the future' as AlertKind,
        connection: 'home',
        title: text('?'),
      },
    ],
  });
  await crash(window);
  await expect.poll(() => window.alerts.alerts).toHaveLength(1);
});
