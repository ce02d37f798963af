import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertKind, NewAlert } from '../../../../src/core/alerts/alert.ts';
import { alertsOf, summed } from '../../../../src/core/alerts/detect.ts';
import { emptyFleet, fold, type Fleet } from '../../../../src/core/model/fleet.ts';
import type { OpsEvent } from '../../../../src/core/model/event.ts';
import type { InstancePatch } from '../../../../src/core/model/instance.ts';
import type { Signal } from '../../../../src/core/model/signal.ts';
import { english, text } from '../../../../src/core/model/text.ts';

let time = 0;
function after(fleet: Fleet, ...signals: Signal[]): Fleet {
  return fold(fleet, { connection: 'home', system: 'kgsm', receivedAt: ++time }, signals);
}
const server = (key: string, patch: InstancePatch): Signal => ({
  signal: 'instance',
  kind: 'server',
  key,
  patch,
});
const ready: Signal = { signal: 'connection', state: 'ready' };
const start = after(emptyFleet, ready, server('a', { state: 'running' }), server('b', { state: 'running' }));

function found(
  before: Fleet,
  fleet: Fleet,
  given: {
    readonly kinds?: readonly AlertKind[];
    readonly events?: readonly OpsEvent[];
    readonly captured?: boolean;
  } = {},
): readonly NewAlert[] {
  return alertsOf(
    { before, fleet, events: given.events ?? [] },
    {
      captures: () => given.captured ?? true,
      isOn: (kind) => given.kinds?.includes(kind) ?? true,
      isServerAlert: ({ type }) => type === 'alert.list',
    },
  );
}
const words = (alerts: readonly NewAlert[]): string[] =>
  alerts.map(({ kind, title }) => `${kind}: ${english(title)}`);

describe('a commit gives reason for an alert', () => {
  it('when a server crashed or failed, with what is known of it', () => {
    const crashed = after(start, server('a', { state: 'crashed', detail: text('exit code 1') }));
    expect(found(start, crashed)).toMatchObject([
      {
        kind: 'crash',
        connection: 'home',
        instance: { kind: 'server', key: 'a', name: 'a' },
        detail: text('exit code 1'),
      },
    ]);
    expect(words(found(start, after(start, server('b', { state: 'failed' }))))).toEqual([
      'failedStart: b failed',
    ]);
    // What is so already, is no news.
    expect(found(crashed, after(crashed, server('a', { players: 3 })))).toEqual([]);
  });

  it('when a newer version is there, once for each', () => {
    const has = after(start, server('a', { version: '1', latestVersion: '2' }));
    expect(words(found(start, has))).toEqual(['updateAvailable: a can be updated to 2']);
    expect(found(has, after(has, server('a', { players: 1 })))).toEqual([]);
    expect(found(has, after(has, server('a', { version: '2' })))).toEqual([]);
    expect(words(found(has, after(has, server('a', { latestVersion: '3' }))))).toHaveLength(1);
  });

  it('when a task failed, of which another message has told', () => {
    const task = (state: 'running' | 'failed'): Signal => ({
      signal: 'task',
      id: '7',
      patch: { title: text('Update'), state, subject: { kind: 'server', key: 'a' } },
    });
    const runs = after(start, task('running'));
    const failed = after(runs, task('failed'));
    expect(found(runs, failed)).toMatchObject([{ kind: 'failedTask', isTold: true, instance: { key: 'a' } }]);
    expect(found(failed, after(failed, server('b', { players: 1 })))).toEqual([]);
  });

  it('when the server raises one of its own', () => {
    const event = {
      type: 'alert.list',
      connection: 'home',
      summary: text('Alert: {0}', 'Pool is degraded'),
    } as OpsEvent;
    expect(words(found(start, start, { events: [event] }))).toEqual(['serverAlert: Alert: Pool is degraded']);
  });

  it('and none where another window captures, the kind is off, or the connection only begins', () => {
    const crashed = after(start, server('a', { state: 'crashed' }));
    expect(found(start, crashed, { captured: false })).toEqual([]);
    expect(found(start, crashed, { kinds: ['failedStart'] })).toEqual([]);
    const lost = after(start, { signal: 'connection', state: 'connecting' });
    expect(found(lost, after(lost, server('a', { state: 'crashed' })))).toEqual([]);
    // A server that is heard of for the first time may have crashed long ago.
    expect(found(start, after(start, server('new', { state: 'crashed' })))).toEqual([]);
  });
});

describe('many alerts at once', () => {
  const crash = (n: number, connection = 'home'): NewAlert => ({
    kind: 'crash',
    connection,
    instance: { kind: 'server', key: `s${n}`, name: `s${n}` },
    title: text('{0} crashed', `s${n}`),
    cause: `crash/s${n}`,
    quietMs: 1,
  });

  it('of a kind and a connection become one that names some', () => {
    const all = summed(Array.from({ length: 10_000 }, (_, n) => crash(n)));
    expect(all.map(({ title, detail }) => [english(title), detail && english(detail)])).toEqual([
      ['10000 servers crashed', 's0, s1, s2, s3, …'],
    ]);
    expect(summed(Array.from({ length: 6 }, (_, n) => crash(n, `c${n}`)))).toHaveLength(6);
  });

  it('of the same cause are one', () => {
    expect(summed([crash(1), crash(1), crash(2)]).map(({ cause }) => cause)).toEqual([
      'crash/s1',
      'crash/s2',
    ]);
  });

  it('are never more than five of a kind and connection, and none is lost without a word', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.constantFrom('x', 'y'))), (given) => {
        const alerts = given.map(([n, connection]) => crash(n, connection));
        for (const connection of ['x', 'y']) {
          const distinct = new Set(
            alerts.filter((each) => each.connection === connection).map(({ cause }) => cause),
          ).size;
          const shown = summed(alerts).filter((each) => each.connection === connection).length;
          expect(shown).toBe(distinct > 5 ? 1 : distinct);
        }
      }),
    );
  });
});
