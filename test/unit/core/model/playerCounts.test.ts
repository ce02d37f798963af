import { describe, expect, it } from 'vitest';
import { playerPoints } from '../../../../src/core/model/playerCounts.ts';

const range = { from: 0, to: 400, step: 100 };
const heard = [{ from: 0, to: 400 }];

describe('players over time', () => {
  it('are a point for each span, weighted by how long so many played', () => {
    const changes = [
      { at: 50, players: 2 },
      { at: 175, players: 6 },
      { at: 300, players: null },
    ];
    expect(playerPoints(changes, heard, range)).toEqual([
      { at: 0, count: 1, min: 2, max: 2, mean: 2 },
      { at: 100, count: 2, min: 2, max: 6, mean: 3 },
      { at: 200, count: 1, min: 6, max: 6, mean: 6 },
    ]);
  });

  it('begin with those who were there before, and are not known while nobody listened', () => {
    const captured = [
      { from: -500, to: 100 },
      { from: 300, to: 400 },
    ];
    const points = playerPoints([{ at: -900, players: 3 }], captured, range);
    expect(points.map(({ at, mean }) => [at, mean])).toEqual([
      [0, 3],
      [300, 3],
    ]);
    expect(playerPoints([{ at: 0, players: 3 }], [], range)).toEqual([]);
  });
});
