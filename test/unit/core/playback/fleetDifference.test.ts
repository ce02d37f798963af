import { describe, expect, it } from 'vitest';
import { recordedFleet } from '../../../../src/core/journal/fleetState.ts';
import type { JournalChange } from '../../../../src/core/journal/store/reader.ts';
import { emptyFleet } from '../../../../src/core/model/fleet.ts';
import type { Task } from '../../../../src/core/model/task.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import {
  connectionParts,
  fleetDifference,
  instanceParts,
} from '../../../../src/core/playback/fleetDifference.ts';
import { home } from '../journal/store/helpers.ts';
import { instanceRow } from './travelHistory.ts';

const connection = (state: string): JournalChange => ({
  seq: 1,
  address: home,
  what: 'connection',
  key: '',
  state: JSON.stringify({ id: 'home', system: 'kgsm', state, since: 0 }),
});
const task = (id: string, given: Partial<Task>): JournalChange => ({
  seq: 1,
  address: home,
  what: 'task',
  key: id,
  state: JSON.stringify({
    ...{ id, connection: 'home', title: text('Back up'), state: 'running', percent: null, steps: [] },
    ...{ startedAt: 1, lastEventAt: 1, cancellable: false, ...given },
  }),
});
const fleetOf = (...changes: readonly Omit<JournalChange, 'seq'>[]): ReturnType<typeof recordedFleet> =>
  recordedFleet(changes.map((change, n) => ({ seq: n + 1, ...change })));

describe('the difference of two fleets', () => {
  it('names state, version and players of each instance, and those that came and went', () => {
    const before = fleetOf(
      instanceRow('b', { state: 'running', players: 3, version: '1' }),
      instanceRow('a10', { state: 'stopped' }),
      instanceRow('gone', {}),
      instanceRow('same', { lastEventAt: 1 }),
      instanceRow('again', { since: 1 }),
    );
    const after = fleetOf(
      instanceRow('b', { state: 'stopped', version: '2', latestVersion: '3' }),
      instanceRow('a10', { state: 'stopped', name: 'a9' }),
      instanceRow('new', { state: 'crashed' }),
      instanceRow('same', { lastEventAt: 2 }),
      instanceRow('again', { since: 2 }),
    );
    const { instances } = fleetDifference(before, after);
    expect(
      instances.map((pair) => [
        (pair.after ?? pair.before)?.name,
        instanceParts(pair).map(english).join(', '),
      ]),
    ).toEqual([
      ['a9', 'name a10 → a9'],
      ['again', 'Running again'],
      ['b', 'Running → Stopped, version 1 → 2, available version – → 3, players 3 → –'],
      ['gone', 'gone'],
      ['new', 'new: Crashed'],
    ]);
  });

  it('names connections that changed their state, and tasks that began or ended', () => {
    const before = fleetOf(
      connection('ready'),
      task('x', {}),
      task('y', {}),
      task('old', { state: 'failed' }),
    );
    const after = fleetOf(
      connection('failed'),
      task('x', { state: 'succeeded', finishedAt: 5 }),
      task('y', { percent: 40 }),
      task('z', { startedAt: 9 }),
    );
    const { connections, tasks } = fleetDifference(before, after);
    expect(connections.map((pair) => connectionParts(pair).map(english))).toEqual([['Connected → Failed']]);
    expect(tasks.map((pair) => [pair.before?.state, pair.after?.state])).toEqual([
      ['running', 'succeeded'],
      [undefined, 'running'],
    ]);
    expect(
      fleetDifference(emptyFleet, before).connections.map((pair) => connectionParts(pair).map(english)),
    ).toEqual([['added: Connected']]);
  });

  it('is empty for the same moment', () => {
    const fleet = fleetOf(connection('ready'), instanceRow('a', {}), task('x', {}));
    expect(fleetDifference(fleet, fleet)).toEqual({ connections: [], instances: [], tasks: [] });
  });
});
