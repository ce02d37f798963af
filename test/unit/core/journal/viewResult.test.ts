import { describe, expect, it } from 'vitest';
import type { ResultHandle } from '../../../../src/core/journal/store/journalStore.ts';
import type { Progress } from '../../../../src/core/journal/store/messages.ts';
import type { JournalEvent } from '../../../../src/core/journal/store/records.ts';
import { ViewResult } from '../../../../src/core/journal/viewResult.ts';

/** Rows of a store: those that a scan found, newest first, behind those that came since. */
class Found {
  older: readonly number[] = [];
  newer: readonly number[] = [];
  isDone = false;
  /** Called before a page is read. */
  before: () => void = () => undefined;
  asked = 0;

  get progress(): Progress {
    const { older, newer, isDone } = this;
    return { count: older.length + newer.length, newer: newer.length, done: isDone, held: 0 };
  }

  readonly handle = {
    rows: ({ anchor, count }: { anchor: { position: number }; count: number }) => {
      this.asked++;
      this.before();
      const all = [...this.newer, ...this.older];
      const rows = all
        .slice(anchor.position, anchor.position + count)
        .map((seq) => ({ seq }) as JournalEvent);
      const { length } = this.newer;
      return Promise.resolve({
        rows,
        position: anchor.position,
        total: all.length,
        newer: length,
        done: this.isDone,
      });
    },
    positionOf: (seq: number) => Promise.resolve([...this.newer, ...this.older].indexOf(seq)),
  } as unknown as ResultHandle;
}

const down = (from: number, to: number): number[] =>
  Array.from({ length: from - to + 1 }, (_, n) => from - n);

function searching(): { found: Found; result: ViewResult } {
  const found = new Found();
  found.older = down(100, 91);
  const result = new ViewResult(found.handle, 'sent');
  result.take(found.progress, 0);
  return { found, result };
}

const seqs = async (result: ViewResult, start: number, end: number): Promise<number[] | undefined> =>
  (await result.rows(start, end))?.map(({ seq }) => seq);

describe('the result of a search that goes on', () => {
  it('answers the rows of what was told, however many older events it finds meanwhile', async () => {
    const { found, result } = searching();
    found.before = () => (found.older = down(100, (found.older.at(-1) ?? 0) - 5));
    expect(await seqs(result, 7, 10)).toEqual([98, 99, 100]);
    expect(await seqs(result, 0, 2)).toEqual([91, 92]);
    expect(found.asked).toBe(2);
    expect(await result.indexOf(100)).toBe(9);
    expect(await result.indexOf(91)).toBe(0);
  });

  it('answers them behind events that come meanwhile', async () => {
    const { found, result } = searching();
    found.newer = [102, 101];
    expect(await seqs(result, 7, 10)).toEqual([98, 99, 100]);
    expect(await result.indexOf(100)).toBe(9);
    expect(await result.indexOf(7)).toBe(-1);
  });

  it('gives up where events come between all attempts', async () => {
    const { found, result } = searching();
    found.before = () => (found.newer = down(100 + found.newer.length + 1, 101));
    expect(await seqs(result, 7, 10)).toBeUndefined();
  });

  it('is told four times a second, and at its end at once', () => {
    const { found, result } = searching();
    found.older = down(100, 51);
    expect(result.take(found.progress, 249)).toBe(false);
    expect(result.count).toBe(10);
    expect(result.take(found.progress, 250)).toBe(true);
    expect(result.count).toBe(50);
    found.older = down(100, 1);
    expect(result.take(found.progress, 300)).toBe(false);
    found.isDone = true;
    expect(result.take(found.progress, 301)).toBe(true);
    expect([result.count, result.done]).toEqual([100, true]);
    found.newer = [101];
    expect(result.take(found.progress, 302), 'what comes is told at once').toBe(true);
  });

  it('is told at once where events come among older ones, or where it failed', () => {
    const { found, result } = searching();
    expect(result.take({ ...found.progress, moved: true }, 1)).toBe(true);
    const failure = { message: 'took too long', facts: {} };
    expect(result.take({ ...found.progress, failure }, 2)).toBe(true);
  });
});
