import { fieldValue } from '../../core/journal/query/fieldValue.ts';
import { isFieldName } from '../../core/journal/query/fields.ts';
import { parseQuery } from '../../core/journal/query/parse.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';

/** A term of the query language for one value of an event. */
export interface CellTerm {
  readonly field: string;
  readonly value: string;
}

/**
 * The term for the cell that the context of a menu names: a field, whose value is that of the event, or a path into its
 * payload with the value there. The type of the event where the context names neither.
 */
export function cellTerm(context: unknown, event: JournalEvent | undefined): CellTerm | undefined {
  const named: { field?: unknown; path?: unknown; value?: unknown } =
    typeof context === 'object' && context !== null ? context : {};
  const { value } = named;
  const field = named.field ?? named.path;
  const given = typeof value === 'string' ? value : undefined;
  if (typeof field === 'string' && isFieldName(field)) {
    const own = event ? fieldValue(event, field) : given;
    if (own !== undefined) return { field, value: own };
  }
  if (typeof field === 'string' && given !== undefined && isPath(field)) return { field, value: given };
  return event && { field: 'type', value: event.type };
}

function isPath(field: string): boolean {
  const { node, problems } = parseQuery(field);
  return problems.length === 0 && node?.kind === 'path' && node.values.length === 0;
}
