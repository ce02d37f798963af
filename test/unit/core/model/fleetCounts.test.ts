import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, type Fleet } from '../../../../src/core/model/fleet.ts';
import { countFleet } from '../../../../src/core/model/fleetCounts.ts';
import { clientKind } from '../../../../src/core/model/instance.ts';
import type { LifecycleState } from '../../../../src/core/model/lifecycle.ts';
import type { ConnectionState, Signal } from '../../../../src/core/model/signal.ts';

function fleetOf(
  connection: string,
  state: ConnectionState,
  signals: readonly Signal[],
  before: Fleet,
): Fleet {
  const event = { connection, system: 'kgsm', receivedAt: 1 };
  return fold(before, event, [...signals, { signal: 'connection', state }]);
}

const server = (key: string, state: LifecycleState, kind = 'instance'): Signal => ({
  signal: 'instance',
  kind,
  key,
  patch: { state },
});

describe('the counts of a fleet', () => {
  const servers = [
    server('a', 'running'),
    server('b', 'ready'),
    server('c', 'crashed'),
    server('d', 'stopped'),
  ];

  it('are of the servers whose state is known now', () => {
    const fleet = fleetOf('home', 'ready', servers, emptyFleet);
    expect(countFleet(fleet, ['home'])).toMatchObject({ servers: 4, up: 2, offline: [], running: 0 });
    expect(countFleet(fleet, ['home']).broken.map(({ key }) => key)).toEqual(['c']);
  });

  it.each<[ConnectionState, readonly string[]]>([
    ['failed', ['home']],
    ['waiting', ['home']],
    ['connecting', []],
    ['closed', []],
    ['elsewhere', []],
  ])('leave those of a connection out that is %s', (state, offline) => {
    const fleet = fleetOf('home', state, servers, emptyFleet);
    expect(countFleet(fleet, ['home'])).toEqual({ servers: 0, up: 0, broken: [], offline, running: 0 });
  });

  it('leave clients of a notification server out, and connections that are not asked for', () => {
    const one = fleetOf('bell', 'ready', [server('us', 'running', clientKind)], emptyFleet);
    const fleet = fleetOf('other', 'ready', servers, one);
    expect(countFleet(fleet, ['bell'])).toMatchObject({ servers: 0, up: 0 });
  });

  it('have the tasks that run', () => {
    const task = (id: string, state: 'running' | 'failed'): Signal => ({
      signal: 'task',
      id,
      patch: { state },
    });
    const fleet = fleetOf('home', 'ready', [task('1', 'running'), task('2', 'failed')], emptyFleet);
    expect([countFleet(fleet, ['home']).running, countFleet(fleet, []).running]).toEqual([1, 0]);
  });
});
