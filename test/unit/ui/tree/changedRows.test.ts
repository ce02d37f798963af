import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, type Fleet } from '../../../../src/core/model/fleet.ts';
import type { Signal } from '../../../../src/core/model/signal.ts';
import { text } from '../../../../src/core/model/text.ts';
import {
  drawnNow,
  keepingSelection,
  rowsToDraw,
  type DrawnRow,
} from '../../../../src/ui/tree/changedRows.ts';
import type { Row } from '../../../../src/ui/tree/treeItems.ts';

function after(fleet: Fleet, ...signals: Signal[]): Fleet {
  return fold(fleet, { connection: 'home', system: 'kgsm', receivedAt: ++time }, signals);
}
let time = 0;

function instance(key: string, patch: Extract<Signal, { signal: 'instance' }>['patch'] = {}): Signal {
  return { signal: 'instance', kind: 'server', key, patch };
}
function snapshot(keys: readonly string[], state: 'running' | 'stopped'): Signal {
  return { signal: 'snapshot', instances: keys.map((key) => ({ kind: 'server', key, patch: { state } })) };
}

function drawn({ connections }: Fleet): Map<string, DrawnRow> {
  return new Map([...connections.values()].map((status) => [status.id, drawnNow(status)]));
}
function toDraw(before: Fleet, now: Fleet): ReturnType<typeof rowsToDraw> {
  return rowsToDraw(drawn(before), drawn(now));
}

const start = after(
  emptyFleet,
  { signal: 'connection', state: 'ready' },
  instance('a', { state: 'stopped' }),
  instance('b', { state: 'stopped' }),
  instance('c', { state: 'stopped' }),
);
const list = { row: 'connection', id: 'home' };
const row = (key: string): object => ({ row: 'instance', connection: 'home', kind: 'server', key });

describe('what is drawn anew', () => {
  it('is nothing while nothing looks different', () => {
    expect(toDraw(start, start)).toEqual([]);
    const heard = after(start, instance('a', { state: 'stopped' }), instance('b'));
    expect(heard).not.toBe(start);
    expect(toDraw(start, heard)).toEqual([]);
  });

  it('is each row that looks different, by whatever way it came', () => {
    expect(toDraw(start, after(start, instance('a', { state: 'running' })))).toEqual([row('a')]);
    expect(toDraw(start, after(start, instance('a', { players: 2 }), instance('b')))).toEqual([row('a')]);
    const both = after(start, instance('b', { detail: text('tired') }), snapshot(['a', 'b', 'c'], 'running'));
    expect(toDraw(start, both)).toHaveLength(3);
    const mixed = after(after(start, snapshot(['a', 'b', 'c'], 'stopped')), instance('c', { version: '2' }));
    expect(toDraw(start, mixed)).toEqual([row('c')]);
  });

  it('is the whole list where rows came, went or may stand elsewhere', () => {
    expect(toDraw(start, after(start, instance('d')))).toEqual([list]);
    expect(toDraw(start, after(start, { signal: 'gone', kind: 'server', key: 'a' }))).toEqual([list]);
    expect(toDraw(start, after(start, instance('a', { name: 'z' })))).toEqual([list]);
    expect(toDraw(start, after(start, snapshot(['a', 'b', 'x'], 'stopped')))).toEqual([list]);
  });

  it('is the whole list where its connection changed', () => {
    const waiting = after(start, { signal: 'connection', state: 'waiting', detail: text('gone') });
    expect(toDraw(start, waiting)).toEqual([list]);
    const again = after(waiting, { signal: 'connection', state: 'waiting', detail: text('still gone') });
    expect(toDraw(waiting, again)).toEqual([list]);
  });

  it('is the whole list where its connection changed in the window that has it', () => {
    const elsewhere = after(start, { signal: 'connection', state: 'elsewhere' });
    const held = (state: 'ready' | 'waiting'): Fleet => {
      const status = elsewhere.connections.get('home');
      if (!status) throw new Error('it is there');
      return {
        ...elsewhere,
        connections: elsewhere.connections.set('home', { ...status, holder: { state } }),
      };
    };
    expect(toDraw(held('ready'), held('waiting'))).toEqual([list]);
    expect(toDraw(held('ready'), held('ready'))).toEqual([]);
  });

  it('is the whole list rather than a great many rows', () => {
    const keys = Array.from({ length: 500 }, (_, i) => `s${String(i)}`);
    const many = after(start, snapshot(keys, 'stopped'));
    expect(toDraw(many, after(many, snapshot(keys, 'running')))).toEqual([list]);
  });

  it('is everything where connections came or went', () => {
    expect(toDraw(emptyFleet, start)).toBeUndefined();
    expect(toDraw(start, emptyFleet)).toBeUndefined();
    const other = fold(emptyFleet, { connection: 'away', system: 'kgsm', receivedAt: 1 }, [instance('a')]);
    expect(toDraw(start, other)).toBeUndefined();
  });

  it('is what is new since it was read, its row and its list each by itself', () => {
    const more = after(start, instance('d', { state: 'running' }));
    const [before, now] = [drawnNow(start.connections.get('home')), drawnNow(more.connections.get('home'))];
    const read = (item: DrawnRow, instances: DrawnRow): ReadonlyMap<string, DrawnRow> =>
      new Map([['home', { item: item.item, instances: instances.instances }]]);
    expect(rowsToDraw(read(now, now), drawn(more))).toEqual([]);
    expect(rowsToDraw(read(before, now), drawn(more)), 'it says how many there are').toEqual([list]);
    expect(rowsToDraw(read(now, before), drawn(more))).toEqual([list]);
  });

  it('is nothing of a connection that was never heard of', () => {
    const unheard = new Map([['home', drawnNow(undefined)]]);
    expect(rowsToDraw(unheard, new Map([['home', drawnNow(undefined)]]))).toEqual([]);
    expect(rowsToDraw(unheard, drawn(start))).toEqual([list]);
  });
});

describe('what is drawn with it so that the selection stays', () => {
  const [a, b, c, home] = [
    ...['a', 'b', 'c'].map((key): Row => ({ row: 'instance', connection: 'home', kind: 'server', key })),
    { row: 'connection', id: 'home' } as const,
  ] as [Row, Row, Row, Row];

  const keeping = (
    rows: readonly Row[],
    selected: readonly Row[],
    unfolded: readonly Row[] = [],
  ): readonly Row[] | undefined =>
    keepingSelection(
      rows,
      selected,
      (one, other) => keyOf(one).localeCompare(keyOf(other)),
      (row) => unfolded.includes(row),
    );
  const keyOf = (row: Row): string => (row.row === 'instance' ? row.key : '');

  it('is nothing where no selected row is drawn, or one alone is selected', () => {
    expect(keeping([b], [])).toEqual([b]);
    expect(keeping([b], [b])).toEqual([b]);
    expect(keeping([b], [a, c])).toEqual([b]);
    expect(keeping([home], [a])).toEqual([home]);
  });

  it('is every selected row, from top to bottom and last, where one of them is drawn', () => {
    expect(keeping([b, a], [c, a])).toEqual([b, a, c]);
  });

  it('leaves the selected rows above the first that is drawn as they are', () => {
    expect(keeping([b], [a, c, b])).toEqual([b, c]);
  });

  it('is everything where a list is drawn, or a connection, a group or a great many are selected', () => {
    expect(keeping([home], [a, c])).toBeUndefined();
    expect(keeping([a], [home, a])).toBeUndefined();
    const group: Row = { row: 'group', connection: 'home', group: 'ark' };
    expect(keeping([group], [a, c])).toBeUndefined();
    expect(keeping([a], [group, a])).toBeUndefined();
    const many = Array.from({ length: 101 }, (_, i): Row => ({ ...a, key: String(i) }) as Row);
    expect(keeping(many.slice(0, 1), many)).toBeUndefined();
  });

  it('is everything where one of them is unfolded, as far as it would be drawn', () => {
    expect(keeping([a], [a, b], [a])).toBeUndefined();
    expect(keeping([b], [a, b], [a])).toEqual([b]);
    expect(keeping([c], [a, b], [a])).toEqual([c]);
  });

  it('is everything where a selected detail is drawn with its instance', () => {
    const version: Row = { row: 'detail', detail: 'version', connection: 'home', kind: 'server', key: 'a' };
    expect(keeping([a], [version, b])).toBeUndefined();
    expect(keeping([a], [version])).toEqual([a]);
    expect(keeping([c], [version, b])).toEqual([c]);
  });

  it('is nothing where nothing is drawn', () => {
    expect(keeping([], [a, b])).toEqual([]);
  });
});
