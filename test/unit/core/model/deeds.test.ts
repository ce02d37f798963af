import { describe, expect, it } from 'vitest';
import { deedsIn, type Deed } from '../../../../src/core/model/deeds.ts';
import { emptyFleet, fold, type Fleet } from '../../../../src/core/model/fleet.ts';
import type { Signal } from '../../../../src/core/model/signal.ts';
import type { Task } from '../../../../src/core/model/task.ts';
import { task } from './tasks.ts';

const about = { connection: 'home', system: 'kgsm', receivedAt: 1 };

function connectedIn(timeline: string, ...states: readonly ('connecting' | 'ready')[]): readonly Deed[] {
  let [before, fleet]: [Fleet, Fleet] = [emptyFleet, emptyFleet];
  for (const state of states) {
    before = fleet;
    fleet = fold(fleet, about, [{ signal: 'connection', state } satisfies Signal]);
  }
  return deedsIn(timeline, before, fleet, 'here');
}

function ended(given: Partial<Task>): readonly Deed[] {
  const tasks = emptyFleet.tasks.set('a', task(given));
  return deedsIn('live', emptyFleet, { ...emptyFleet, tasks }, 'here');
}

describe('a step of the tour', () => {
  it('is done when a connection of the settings is ready, not while it connects', () => {
    expect(connectedIn('live', 'connecting')).toEqual([]);
    expect(connectedIn('live', 'connecting', 'ready')).toEqual(['connected']);
  });

  it('is not done by a connection to simulated servers', () => {
    expect(connectedIn('simulated-1', 'ready')).toEqual([]);
  });

  it('is done when an operation of this window succeeded, not when it began, failed, or was of somebody else', () => {
    expect(ended({ state: 'succeeded', startedBy: { window: 'here' } })).toEqual(['operated']);
    expect(ended({ state: 'running', startedBy: { window: 'here' } })).toEqual([]);
    expect(ended({ state: 'failed', startedBy: { window: 'here' } })).toEqual([]);
    expect(ended({ state: 'succeeded', startedBy: { window: 'there' } })).toEqual([]);
  });
});
