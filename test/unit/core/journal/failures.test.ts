import { describe, expect, it, onTestFinished } from 'vitest';
import { failureBeside } from '../../../../src/core/journal/failures.ts';
import { JournalView, type ViewOptions } from '../../../../src/core/journal/journalView.ts';
import { openTestStore, storedEvent } from './store/helpers.ts';

/** Looks beside seqs in a view of thirty events; those at 5, 15 and 25 tell of an error. */
async function looking(
  options: ViewOptions,
): Promise<(seq: number | null, direction: 'next' | 'previous') => Promise<number | undefined>> {
  const store = await openTestStore();
  const events = Array.from({ length: 30 }, (_, n) => {
    const seq = n + 1;
    // The sender's clock says the opposite of the order of arrival.
    return storedEvent(n, { severity: seq % 10 === 5 ? 'error' : 'info', time: 100_000 - seq * 1000 });
  });
  await store.append({ events });
  const view = new JournalView(() => Promise.resolve(store), options);
  onTestFinished(() => {
    view.dispose();
  });
  return (seq, direction) => failureBeside(view, store, seq, direction);
}

describe('the failure beside an event', () => {
  it('is the nearest in that direction; beyond the last follows the first', async () => {
    const beside = await looking({ order: 'arrival' });
    expect(await beside(7, 'next')).toBe(15);
    expect(await beside(15, 'next')).toBe(25);
    expect(await beside(25, 'next')).toBe(5);
    expect(await beside(15, 'previous')).toBe(5);
    expect(await beside(5, 'previous')).toBe(25);
  });

  it('follows the order of the view', async () => {
    const beside = await looking({ order: 'sent' });
    expect(await beside(15, 'next')).toBe(5);
    expect(await beside(15, 'previous')).toBe(25);
  });

  it('is the outermost where no event has the focus, or one that is gone', async () => {
    const beside = await looking({ order: 'arrival' });
    expect(await beside(null, 'next')).toBe(5);
    expect(await beside(null, 'previous')).toBe(25);
    expect(await beside(99, 'previous')).toBe(25);
    expect(await beside(99, 'next')).toBe(5);
  });

  it('is one that matches the filter, or none', async () => {
    const some = await looking({ order: 'arrival', filter: 'instance:server-4 OR "n":14' });
    expect(await some(7, 'next')).toBe(15);
    const none = await looking({ order: 'arrival', filter: 'severity:info' });
    expect(await none(7, 'next')).toBeUndefined();
  });
});
