import { describe, expect, it } from 'vitest';
import { instanceId, type Instance } from '../../../../../src/core/model/instance.ts';
import { home, openTestStore, storedEvent } from './helpers.ts';

const begin = Date.UTC(2026, 10, 27);
const minute = 60_000;
const server = { connection: 'home', kind: 'instance', key: 'server-0' };

describe('players of a server that measures nothing', () => {
  it('are counted by its states, as long as it is up', async () => {
    const store = await openTestStore();
    const told: readonly (readonly [minutes: number, state: Instance['state'], players: number])[] = [
      [0, 'ready', 0],
      [10, 'ready', 4],
      [30, 'stopped', 4],
      [50, 'ready', 1],
    ];
    for (const [minutes, state, players] of told) {
      const at = begin + minutes * minute;
      const is: Instance = { ...server, name: 'a', state, players, since: at, lastEventAt: at };
      await store.append({
        events: [storedEvent(0, { receivedAt: at })],
        changes: [{ address: home, what: 'instance', key: instanceId(server), state: JSON.stringify(is) }],
      });
    }
    const to = begin + 60 * minute;
    const asked = { instance: server, from: begin, to, step: 10 * minute, heardUntil: to };
    const [series] = await store.playerCounts(asked);
    expect(series?.name).toBe('players');
    expect(series?.points.map(({ at, mean }) => [(at - begin) / minute, mean])).toEqual([
      [0, 0],
      [10, 4],
      [20, 4],
      [50, 1],
    ]);
    expect(await store.playerCounts({ ...asked, instance: { ...server, key: 'other' } })).toEqual([]);
  });
});
