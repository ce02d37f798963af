import { text } from '../../model/text.ts';
import type { Address, StoredEvent } from './records.ts';

/** Stands in the journal for events that were dropped. */
export function gapEvent(address: Address, count: number, now: number): StoredEvent {
  const raw = JSON.stringify({ type: 'journal.gap', dropped: count });
  return {
    ...address,
    receivedAt: now,
    channel: 'control',
    direction: 'none',
    origin: 'live',
    type: 'journal.gap',
    severity: 'warning',
    retention: 'control',
    summary: text('{0} events came faster than they could be written and were dropped', count),
    raw,
    size: raw.length,
    truncated: false,
    redacted: [],
    problems: [],
    gap: true,
  };
}
