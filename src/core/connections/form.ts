import type { AnySystem } from '../systems/system.ts';
import type { FormAnswers, FormField } from '../systems/form.ts';

/** The questions of a system. */
export interface Form {
  readonly kind: string;
  readonly fields: readonly FormField[];
}

export async function formOf(system: AnySystem): Promise<Form> {
  return { kind: system.id, fields: await system.form() };
}

/** The questions that are asked with these answers, in their order. */
export function fieldsFor(form: Form, given: FormAnswers): readonly FormField[] {
  return form.fields.filter((field) => field.when?.(given) !== false);
}

/**
 * The settings entry that the answers give. What an existing entry has beside them stays: somebody wrote it by hand.
 * Secrets are not in it.
 */
export function entryOf(
  form: Form,
  given: FormAnswers,
  base: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const entry: Record<string, unknown> = { ...structuredClone(base), kind: form.kind };
  const asked = new Set(fieldsFor(form, given));
  // A question may have two forms; the one that is asked comes last, so that it counts.
  const fields = [...form.fields.filter((field) => !asked.has(field)), ...asked];
  for (const field of fields) {
    if (field.type === 'secret') continue;
    const value = asked.has(field) ? (given[field.field] ?? '').trim() : '';
    write(entry, field.field.split('.'), value === '' ? undefined : typed(field, value));
  }
  return entry;
}

/** The answers that an entry would have been given. */
export function answersOf(form: Form, entry: Readonly<Record<string, unknown>>): FormAnswers {
  const answers: Record<string, string> = {};
  for (const { field, type } of form.fields) {
    if (type === 'secret') continue;
    const value = read(entry, field.split('.'));
    if (typeof value === 'string') answers[field] = value;
    else if (typeof value === 'number' || typeof value === 'boolean') answers[field] = String(value);
  }
  return answers;
}

function typed({ type }: FormField, value: string): unknown {
  if (type === 'number') return Number(value);
  return type === 'choice' && (value === 'true' || value === 'false') ? value === 'true' : value;
}

function read(from: Readonly<Record<string, unknown>>, [key = '', ...rest]: readonly string[]): unknown {
  const value = from[key];
  if (rest.length === 0) return value;
  return isObject(value) ? read(value, rest) : undefined;
}

function write(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) {
    const inner = isObject(into[key]) ? into[key] : {};
    write(inner, rest, value);
    if (Object.keys(inner).length > 0) into[key] = inner;
    else Reflect.deleteProperty(into, key);
  } else if (value === undefined) Reflect.deleteProperty(into, key);
  else into[key] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
