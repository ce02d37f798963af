import { describe, expect, it } from 'vitest';
import { gridSettings, viewPlace } from '../../../src/rpc/inspectorGrid.ts';
import {
  columnPath,
  shownColumns,
  templateOf,
  withPlace,
  withShown,
  withWidth,
} from '../../../src/webview/grid/columns.ts';

const shown = (settings: Parameters<typeof shownColumns>[0], width = 1200): string[] =>
  shownColumns(settings, width).map(({ id }) => id);

describe('the columns of a grid', () => {
  it('are those that there is room for, until somebody shows or hides one', () => {
    expect(shown([], 1200)).toEqual([
      'icon',
      'time',
      'delta',
      'connection',
      'instance',
      'type',
      'summary',
      'size',
    ]);
    expect(shown([], 420)).toEqual(['icon', 'time', 'type', 'summary']);
    expect(shown(withShown([], 'size', true), 420)).toEqual(['icon', 'time', 'type', 'summary', 'size']);
    expect(shown(withShown([], 'connection', false), 1200)).not.toContain('connection');
  });

  it('keep the type readable as long as there is any room, and let the rows be wider than the grid', () => {
    const sizeOf = (width: number): string | undefined =>
      shownColumns([], width).find(({ id }) => id === 'type')?.size;
    expect(sizeOf(450)).toContain('22ch');
    expect(sizeOf(700)).toContain('22ch');
    expect(sizeOf(300)).not.toContain('22ch');
  });

  it('have the width that was given, but never less than they need', () => {
    const settings = withWidth(withWidth([], 'type', 333.4), 'size', 1);
    const sizes = Object.fromEntries(shownColumns(settings, 1200).map(({ id, size }) => [id, size]));
    expect(sizes['type']).toBe('333px');
    expect(sizes['size']).toBe('40px');
  });

  it('stand where they were put, and new ones of later versions behind them', () => {
    const settings = withPlace([], 'type', 'time');
    expect(shown(settings).slice(0, 4)).toEqual(['icon', 'type', 'time', 'delta']);
    expect(shown(withPlace(settings, 'icon', null)).at(-1)).toBe('icon');
    expect(shown([{ id: 'summary' }, { id: 'unknown' }], 420)).toEqual(['summary', 'icon', 'time', 'type']);
  });

  it('take a path of the payload before the summary, and lose it when it is hidden', () => {
    const settings = withShown([], '$.Data.Version', true);
    expect(shown(settings, 420)).toEqual(['icon', 'time', 'type', '$.Data.Version', 'summary']);
    expect(withShown(settings, '$.Data.Version', true)).toEqual(settings);
    expect(shown(withShown(settings, '$.Data.Version', false), 420)).toEqual(shown([], 420));
  });

  it('fill the grid where none takes what room is left', () => {
    expect(templateOf(shownColumns([], 1200))).not.toContain('1fr');
    expect(templateOf(shownColumns(withWidth([], 'summary', 200), 1200))).toMatch(/ 1fr$/);
  });

  it.each([
    ['Data.Version', '$.Data.Version'],
    ['[0].a', '$[0].a'],
    [' $.a ', '$.a'],
  ])('%j is the column %j', (path, column) => {
    expect(columnPath(path)).toBe(column);
  });
});

describe('looks that were saved', () => {
  it.each([null, 'text', 1])('are none in %j', (saved) => {
    expect(gridSettings(saved)).toBeNull();
    expect(viewPlace(saved)).toBeNull();
  });

  it('lose what is not understood', () => {
    const columns = [
      { id: 'time', width: 80, shown: true, more: 1 },
      { id: 7 },
      null,
      { id: 'a', width: 'x' },
    ];
    expect(gridSettings({ order: 'odd', zone: 'utc', density: 'compact', columns })).toEqual({
      order: 'sent',
      zone: 'utc',
      density: 'compact',
      columns: [{ id: 'time', width: 80, shown: true }, { id: 'a' }],
    });
    expect(gridSettings({ zone: 'relative' })?.zone).toBe('relative');
    expect(gridSettings({ zone: 'moon' })?.zone).toBe('local');
    expect(gridSettings({ columns: new Array(100).fill({ id: 'x' }) })?.columns).toHaveLength(40);
    expect(viewPlace({ seq: 4, offset: '7' })).toBeNull();
    expect(viewPlace({ seq: 4, offset: 7 })).toEqual({ seq: 4, offset: 7, follow: false });
  });
});
