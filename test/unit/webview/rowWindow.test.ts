import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/rpc/inspector.ts';
import { RowWindow } from '../../../src/webview/grid/row-window.ts';

interface Asked {
  readonly start: number;
  readonly count: number;
  readonly paths: readonly string[];
}

/** A window over so many rows, whose requests are answered at once; and what it asked. */
function windowOver(total: number): { window: RowWindow; asked: Asked[]; settled: () => Promise<void> } {
  const asked: Asked[] = [];
  const window = new RowWindow(
    (start, count, paths) => {
      asked.push({ start, count, paths });
      const rows = Array.from({ length: Math.min(count, total - start) }, (_, n) => [start + n]);
      return Promise.resolve({ revision: 1, start, rows: rows as unknown as readonly Row[] });
    },
    () => undefined,
  );
  window.reset(1, 0, []);
  return { window, asked, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}

describe('the loaded rows', () => {
  it('come before they are wanted, in the direction of the scrolling', async () => {
    const { window, asked, settled } = windowOver(10_000);
    window.want(5000, 5040, 10_000);
    await settled();
    expect(asked.map(({ start, count }) => [start, count])).toEqual([[4984, 72]]);
    window.want(4990, 5030, 10_000);
    await settled();
    expect(asked.at(-1)).toMatchObject({ start: 4920, count: 64 });
    expect(window.at(4930)?.[0]).toBe(4930);
    const before = asked.length;
    window.want(4985, 5025, 10_000);
    await settled();
    expect(asked.length, 'enough is there').toBe(before);
    window.want(5012, 5052, 10_000);
    await settled();
    expect(asked.at(-1)).toMatchObject({ start: 5056, count: 64 });
  });

  it('are asked for as the newest ones come, and no more', async () => {
    const { window, asked, settled } = windowOver(1002);
    window.want(960, 1000, 1000);
    await settled();
    window.want(962, 1002, 1002);
    await settled();
    expect(asked.map(({ start, count }) => [start, count])).toEqual([
      [944, 56],
      [1000, 2],
    ]);
  });

  it('are loaded anew for other paths of the payload', async () => {
    const { window, asked, settled } = windowOver(100);
    window.want(0, 40, 100);
    await settled();
    window.setPaths(['$.a']);
    window.setPaths(['$.a']);
    await settled();
    expect(asked.map(({ paths }) => paths)).toEqual([[], ['$.a']]);
    expect(window.at(39)?.[0]).toBe(39);
  });
});
