import type { Status } from '../../rpc/inspector.ts';
import { count, eventCount } from '../base/format.ts';
import { t } from '../base/l10n.ts';

/** How long counts rest before a screen reader hears them again; a filter's result is said at once. */
const REST_MS = 15_000;

/** Counts of events for a screen reader. */
export class Announcement {
  #last = { text: '', filter: '', at: 0 };

  /** Says counts rarely while they grow, and at once when the filter has changed them. */
  of({ matched, total, filter }: Status): string {
    const now = performance.now();
    const last = this.#last;
    if (filter === last.filter && now - last.at < REST_MS) return last.text;
    const text = filter === '' ? eventCount(total) : t('{0} of {1} events', count(matched), count(total));
    this.#last = { text, filter, at: now };
    return text;
  }
}
