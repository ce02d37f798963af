import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/rpc/inspector.ts';
import { ago } from '../../../src/webview/base/format.ts';
import { cellLabel, cellText, type CellFacts } from '../../../src/webview/grid/cells.ts';

const at = Date.UTC(2026, 10, 20, 12);
const row: Row = [
  ...([
    7,
    at,
    null,
    'home',
    'ark',
    'instance_ready',
    'ready',
    20,
    'info',
    'in',
    'live',
    0,
    '',
    null,
  ] as const),
  ...([[], 'home', false] as const),
];
const facts = (zone: CellFacts['zone'], later: number): CellFacts => ({
  zone,
  now: at + later,
  focusTime: null,
  paths: [],
});

describe('the time of a row', () => {
  it('is told by its distance from the clock that is passed in', () => {
    expect(cellText('time', row, facts('relative', 190_000))).toBe(ago(at, at + 190_000));
    expect(cellText('time', row, facts('relative', 190_000))).toMatch(/^3 min/);
    expect(cellText('time', row, facts('relative', 7_200_000))).toMatch(/^2 h/);
    expect(cellText('time', row, facts('utc', 190_000))).toBe('12:00:00.000');
  });

  it('stays exact for a screen reader where it is relative, and nowhere else', () => {
    expect(cellLabel('time', row, facts('relative', 190_000))).toMatch(
      /^3 min.*, 2026-11-2\d \d\d:00:00\.000$/,
    );
    expect(cellLabel('time', row, facts('utc', 190_000))).toBe('');
    expect(cellLabel('type', row, facts('relative', 190_000))).toBe('');
    expect(cellLabel('icon', row, facts('local', 0))).toBe('Information');
  });
});

it.each([
  [0, /^now$/],
  [59_900, /^59 sec/],
  [60_000, /^1 min/],
  [119_000, /^1 min/],
  [3_599_000, /^59 min/],
  [86_399_000, /^23 h/],
  [86_400_000, /^yesterday$/],
  [-5_000, /^in 5 sec/],
])('%d ms ago is %s', (later, text) => {
  expect(ago(at, at + later)).toMatch(text);
});
