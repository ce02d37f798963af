import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyFleet,
  findInstance,
  fold,
  forgetConnection,
  instancesOf,
  type Fleet,
} from '../../../../src/core/model/fleet.ts';
import { lifecycle, lifecycleStates } from '../../../../src/core/model/lifecycle.ts';
import type { Signal } from '../../../../src/core/model/signal.ts';
import { text } from '../../../../src/core/model/text.ts';

const at = (
  receivedAt: number,
  connection = 'home',
): { connection: string; system: string; receivedAt: number } => ({
  connection,
  system: 'kgsm',
  receivedAt,
});
const instance = (key: string, patch: Extract<Signal, { signal: 'instance' }>['patch']): Signal => ({
  signal: 'instance',
  kind: 'instance',
  key,
  patch,
});

describe('the fleet', () => {
  it('keeps instances of one name on different connections and of different kinds apart', () => {
    let fleet = fold(emptyFleet, at(1), [instance('a', { state: 'running' })]);
    fleet = fold(fleet, at(2, 'other'), [instance('a', { state: 'stopped' })]);
    fleet = fold(fleet, at(3), [{ signal: 'instance', kind: 'vm', key: 'a', patch: { state: 'paused' } }]);
    expect(instancesOf(fleet, 'home').map((i) => [i.kind, i.state])).toEqual(
      expect.arrayContaining([
        ['instance', 'running'],
        ['vm', 'paused'],
      ]),
    );
    expect(instancesOf(fleet, 'other')).toHaveLength(1);
  });

  it('remembers since when a state holds, and forgets the reason of the state before', () => {
    let fleet = fold(emptyFleet, at(1), [
      instance('a', { state: 'crashed', detail: text('exit code {0}', '139') }),
    ]);
    fleet = fold(fleet, at(2), [instance('a', { players: 1 })]);
    const ref = { connection: 'home', kind: 'instance', key: 'a' };
    expect(findInstance(fleet, ref)).toMatchObject({
      since: 1,
      detail: text('exit code {0}', '139'),
      lastEventAt: 2,
    });
    fleet = fold(fleet, at(3), [instance('a', { state: 'running' })]);
    expect(findInstance(fleet, ref)).toMatchObject({ since: 3, players: 1 });
    expect(findInstance(fleet, ref)).not.toHaveProperty('detail');
    fleet = fold(fleet, at(4), [instance('a', { players: null })]);
    expect(findInstance(fleet, ref)).not.toHaveProperty('players');
  });

  it('does not bring an instance into being for news that only concern a known one', () => {
    const fleet = fold(emptyFleet, at(1), [
      { signal: 'instance', kind: 'instance', key: 'a', patch: { state: 'removing' }, onlyIfKnown: true },
    ]);
    expect(instancesOf(fleet, 'home')).toEqual([]);
  });

  it('takes a snapshot for the whole list, and keeps what it knew of those that are still there', () => {
    let fleet = fold(emptyFleet, at(1), [instance('a', { version: '1' }), instance('b', {})]);
    fleet = fold(fleet, at(2), [
      { signal: 'snapshot', instances: [{ kind: 'instance', key: 'a', patch: { state: 'running' } }] },
    ]);
    expect(instancesOf(fleet, 'home')).toMatchObject([{ key: 'a', version: '1', state: 'running' }]);
  });

  it('keeps the very same instances where a snapshot says nothing new, and remembers when it was heard', () => {
    const listed = (
      ...all: readonly [string, Extract<Signal, { signal: 'instance' }>['patch']][]
    ): Signal => ({
      signal: 'snapshot',
      instances: all.map(([key, patch]) => ({ kind: 'instance', key, patch })),
    });
    const detail = text('exit code {0}', '1');
    const before = fold(emptyFleet, at(1), [
      listed(['a', { state: 'crashed', detail, players: null }], ['b', { players: 1 }]),
    ]);
    const of = (fleet: Fleet) => fleet.connections.get('home');
    const again = fold(before, at(2), [
      listed(['b', { players: 1 }], ['a', { state: 'crashed', detail: { ...detail }, players: null }]),
    ]);
    expect(of(again)?.instances).toBe(of(before)?.instances);
    expect(of(again)).toMatchObject({ lastEventAt: 2, listedAt: 2 });

    const changed = fold(again, at(3), [
      listed(['b', { players: null }], ['a', { state: 'crashed', detail }]),
    ]);
    const [a, b] = ['a', 'b'].map((key) =>
      findInstance(changed, { connection: 'home', kind: 'instance', key }),
    );
    expect(instancesOf(before, 'home')).toContain(a);
    expect(b).toEqual({
      connection: 'home',
      kind: 'instance',
      key: 'b',
      name: 'b',
      state: 'unknown',
      since: 1,
      lastEventAt: 3,
    });
    const fewer = fold(changed, at(4), [listed(['b', {}])]);
    expect(instancesOf(fewer, 'home')).toEqual([b]);
    const state: Signal = { signal: 'connection', state: 'waiting' };
    expect(of(fold(fewer, at(5), [state]))).toMatchObject({ lastEventAt: 4, listedAt: 4 });
  });

  it('forgets a removed connection with all that belongs to it', () => {
    let fleet = fold(emptyFleet, at(1), [
      instance('a', {}),
      { signal: 'task', id: 't', patch: { state: 'succeeded' } },
    ]);
    fleet = fold(fleet, at(1, 'other'), [{ signal: 'task', id: 't', patch: {} }]);
    fleet = forgetConnection(fleet, 'home');
    expect(fleet.connections.has('home')).toBe(false);
    expect([...fleet.tasks.values()].map(({ connection }) => connection)).toEqual(['other']);
    expect([...fleet.taskIds].map(([alias]) => alias)).toEqual(['other/t']);
    expect(fleet.finishedTasks).toEqual([]);
  });

  it('is the same whether signals come one by one or together', () => {
    const patches = fc.record({ state: fc.constantFrom(...lifecycleStates) }, { requiredKeys: [] });
    const signals = fc.array(
      fc.tuple(fc.constantFrom('a', 'b'), patches).map(([key, patch]) => instance(key, patch)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(signals, (all) => {
        const together = fold(emptyFleet, at(1), all);
        const apart = all.reduce((fleet, signal) => fold(fleet, at(1), [signal]), emptyFleet);
        expect(new Set(instancesOf(apart, 'home'))).toEqual(new Set(instancesOf(together, 'home')));
      }),
    );
  });
});

describe('the table of states', () => {
  it('never shows what is unknown, stopped or broken like something that is up', () => {
    const up = lifecycleStates.filter((state) => lifecycle[state].up);
    const down = lifecycleStates.filter((state) => !lifecycle[state].up && !lifecycle[state].transitional);
    const looks = new Set(up.map((state) => `${lifecycle[state].icon} ${lifecycle[state].color}`));
    for (const state of down)
      expect(looks.has(`${lifecycle[state].icon} ${lifecycle[state].color}`), state).toBe(false);
  });
});
