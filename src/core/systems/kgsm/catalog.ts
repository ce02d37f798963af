import { oneLine, text, type Text } from '../../model/text.ts';
import { kgsmEntries, type KgsmEntry } from './catalogEntries.ts';
import type { KgsmData } from './messages.ts';

const byType = new Map(kgsmEntries.map((e) => [e.type, e]));

export function catalogEntry(type: string): KgsmEntry | undefined {
  return byType.get(type);
}

/** The line for lists; a field that is missing or null stands as a dash. */
export function summaryOf(found: KgsmEntry, data: KgsmData): Text {
  if (found.fields.length === 0) return found.title;
  return text(
    found.title.template,
    ...found.fields.map((field) => {
      const value = data[field];
      if (typeof value === 'number') return value;
      return typeof value === 'string' ? oneLine(value, 200) : '–';
    }),
  );
}
