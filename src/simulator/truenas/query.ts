import { isObject } from '../host.ts';
import { errno, uncaught, validationErrors } from './errors.ts';

/** Applies the filters and options of `*.query` and `core.get_jobs`. Throws for those that the middleware refuses. */
export function queried(rows: readonly object[], filters: unknown, options: unknown): unknown {
  const given = isObject(options) ? options : {};
  const wanted = asList(filters).map(condition);
  let found = rows.filter((row) => wanted.every((fits) => fits(row)));
  for (const order of asList(given['order_by']).reverse()) found = ordered(found, String(order));
  const [offset, limit] = [given['offset'], given['limit']].map((n) => (typeof n === 'number' ? n : 0));
  if (given['count'] === true) return found.length;
  if (offset) found = found.slice(offset);
  if (limit) found = found.slice(0, limit);
  const select = asList(given['select']).filter((name) => typeof name === 'string');
  const shown = select.length > 0 ? found.map((row) => selected(row, select)) : found;
  if (given['get'] !== true) return shown;
  if (shown[0] === undefined) throw uncaught('MatchNotFound', '');
  return shown[0];
}

type Condition = (row: object) => boolean;

function condition(filter: unknown): Condition {
  if (!Array.isArray(filter)) throw malformed(filter);
  if (filter.length === 2 && filter[0] === 'OR') {
    const branches = asList(filter[1]).map(branch);
    return (row) => branches.some((fits) => fits(row));
  }
  const [name, op, value] = filter as readonly unknown[];
  if (filter.length !== 3 || typeof name !== 'string' || typeof op !== 'string') throw malformed(filter);
  const test = tests[op];
  if (!test) throw validationErrors([['query-filters', `Invalid operation: ${op}`, errno.invalid]]);
  return (row) => {
    const field = fieldOf(row, name);
    return field !== undefined && test(field, value);
  };
}

/** A branch of an OR is a filter, or a list of filters that all have to fit. */
function branch(given: unknown): Condition {
  if (!Array.isArray(given) || !Array.isArray(given[0])) return condition(given);
  const all = given.map(condition);
  return (row) => all.every((fits) => fits(row));
}

const tests: Readonly<Record<string, (field: unknown, value: unknown) => boolean>> = {
  '=': (field, value) => same(field, value),
  '!=': (field, value) => !same(field, value),
  '>': (field, value) => comparable(field) > comparable(value),
  '>=': (field, value) => comparable(field) >= comparable(value),
  '<': (field, value) => comparable(field) < comparable(value),
  '<=': (field, value) => comparable(field) <= comparable(value),
  '~': (field, value) => new RegExp(String(value)).test(String(field)),
  in: (field, value) => asList(value).some((each) => same(each, field)),
  nin: (field, value) => !asList(value).some((each) => same(each, field)),
  rin: (field, value) => contains(field, value),
  rnin: (field, value) => !contains(field, value),
  '^': (field, value) => String(field).startsWith(String(value)),
  '!^': (field, value) => !String(field).startsWith(String(value)),
  $: (field, value) => String(field).endsWith(String(value)),
  '!$': (field, value) => !String(field).endsWith(String(value)),
};

function contains(field: unknown, value: unknown): boolean {
  if (Array.isArray(field)) return field.some((each) => same(each, value));
  return typeof field === 'string' && field.includes(String(value));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Times are compared by their milliseconds. */
function comparable(value: unknown): number | string {
  if (isObject(value) && typeof value['$date'] === 'number') return value['$date'];
  return typeof value === 'number' ? value : String(value);
}

function fieldOf(row: object, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), { ...row });
}

function ordered(rows: readonly object[], order: string): object[] {
  const down = order.startsWith('-');
  const name = order.replace(/^-/, '');
  const sorted = [...rows].sort((a, b) => {
    const [x, y] = [comparable(fieldOf(a, name)), comparable(fieldOf(b, name))];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  return down ? sorted.reverse() : sorted;
}

function selected(row: object, names: readonly string[]): object {
  return Object.fromEntries(
    names.map((name) => [name, fieldOf(row, name)] as const).filter(([, value]) => value !== undefined),
  );
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? [...(value as readonly unknown[])] : [];
}

function malformed(filter: unknown): Error {
  const message = `Invalid filter ${JSON.stringify(filter)}`;
  return validationErrors([['query-filters', message, errno.invalid]]);
}
