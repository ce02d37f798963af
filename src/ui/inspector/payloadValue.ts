import { payloadValue } from '../../core/journal/query/payloadValues.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';

/** Path of the payload that the context of a menu names. */
export function pathIn(context: unknown): string | undefined {
  const path = typeof context === 'object' && context && 'path' in context ? context.path : undefined;
  return typeof path === 'string' ? path : undefined;
}

/** The value there: as the context has it, else from the event, because a menu takes no long ones. */
export function valueIn(context: unknown, event: JournalEvent | undefined): string | undefined {
  const value = typeof context === 'object' && context && 'value' in context ? context.value : undefined;
  if (typeof value === 'string') return value;
  const path = pathIn(context);
  if (path === undefined || !event) return undefined;
  if (path === '$') return event.raw;
  return payloadValue(event, path);
}
