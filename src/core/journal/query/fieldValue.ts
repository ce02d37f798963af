import { english } from '../../model/text.ts';
import type { JournalEvent } from '../store/records.ts';
import type { FieldName } from './fields.ts';

/** The value of an event by which the field finds it; undefined where it has none. */
export function fieldValue(event: JournalEvent, field: FieldName): string | undefined {
  switch (field) {
    case 'instance':
      return event.subject?.name ?? event.subject?.key;
    case 'class':
      return event.retention;
    case 'time':
      return new Date(event.time ?? event.receivedAt).toISOString();
    case 'received':
      return new Date(event.receivedAt).toISOString();
    case 'size':
    case 'seq':
      return String(event[field]);
    case 'summary':
      return english(event.summary);
    default:
      return event[field];
  }
}
