import type { JournalView } from './journalView.ts';
import type { JournalStore } from './store/journalStore.ts';

/**
 * The failure of a view after an event or before it; beyond the last one follows the first. Without an event, the
 * outermost one. Undefined where the view has none.
 */
export async function failureBeside(
  { filter, order, cleared }: JournalView,
  store: JournalStore,
  seq: number | null,
  direction: 'next' | 'previous',
): Promise<number | undefined> {
  const failed = filter.trim() === '' ? 'is:failed' : `(${filter}) is:failed`;
  const handle = await store.query(failed, order, cleared?.seq);
  try {
    const [side, outermost] =
      direction === 'next' ? (['newer', 'oldest'] as const) : (['older', 'newest'] as const);
    const isKept = seq !== null && (await store.event(seq)) !== undefined;
    for (const anchor of [...(isKept ? [{ seq }] : []), outermost]) {
      const { rows } = await handle.rows({ anchor, direction: side, count: 1 });
      if (rows[0]) return rows[0].seq;
    }
    return undefined;
  } finally {
    handle.close();
  }
}
