import type * as z from 'zod/mini';
import { oneLine, text, type Text } from '../model/text.ts';

type Read<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Text[] }
  | { readonly ok: false; readonly problems: readonly Text[] };

/**
 * Validates settings and words what is wrong by field and by what is allowed there, which the schema library cannot
 * know. Fields that nobody reads are a warning, not an error: a newer version may have written them.
 */
export function readSettings<T extends z.ZodMiniObject>(
  schema: T,
  value: unknown,
  allowed: Readonly<Record<string, Text>>,
): Read<z.infer<T>> {
  const result = schema.safeParse(value);
  if (!result.success) {
    const fields = new Map<string, Text>();
    for (const issue of result.error.issues) {
      const field = String(issue.path[0] ?? '');
      if (!fields.has(field)) fields.set(field, problem(field, value, allowed[field]));
    }
    return { ok: false, problems: [...fields.values()] };
  }
  const known = new Set(Object.keys(schema.shape));
  const warnings = Object.keys(result.data)
    .filter((field) => !known.has(field))
    .map((field) =>
      text('"{0}" is not a setting of this kind of connection and is ignored', oneLine(field, 60)),
    );
  return { ok: true, value: result.data, warnings };
}

function problem(field: string, value: unknown, allowed: Text | undefined): Text {
  if (field === '') return text('a connection must be an object, not {0}', shown(value));
  const given =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  if (given === undefined) return text('"{0}" is missing', field);
  if (!allowed) return text('"{0}" must not be {1}', field, shown(given));
  return text('"{0}" must be {1}, not {2}', field, allowed, shown(given));
}

function shown(value: unknown): string {
  return oneLine(value === undefined ? 'nothing' : JSON.stringify(value), 60);
}
