import { l10n } from 'vscode';
import type { JournalStore } from '../../core/journal/store/journalStore.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';

/** Payload that a replay holds in memory at most. */
const maxBytes = 64 * 1024 * 1024;

/** The events of a journal that a query finds, oldest first. Rejects where they are too many for a replay. */
export async function recordedEvents(
  store: Pick<JournalStore, 'range'>,
  query: string,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): Promise<readonly JournalEvent[]> {
  const events: JournalEvent[] = [];
  let bytes = 0;
  for (let next: number | undefined = from; next !== undefined;) {
    const page = await store.range(query, next, to);
    for (const event of page.events) {
      bytes += event.size;
      events.push(event);
    }
    if (bytes > maxBytes)
      throw new Error(
        l10n.t(
          'more than {0} MB cannot be played in one piece; narrow the filter, trim or export it',
          maxBytes / 1024 / 1024,
        ),
      );
    next = page.next;
  }
  return events;
}
