import type { InstanceRef } from '../../model/instance.ts';
import type { QueryNode } from './ast.ts';
import { insertValue } from './complete.ts';
import { parseQuery } from './parse.ts';

/**
 * How a term joins a query: beside what stands there, as something to exclude, or alone. Alone it keeps what every view
 * has: the times and whether noise is shown.
 */
export type Joining = 'only' | 'and' | 'not';

/** The query with a term for exactly this value. A query that cannot be understood gives way to the term. */
export function withTerm(query: string, field: string, value: string, joining: Joining): string {
  const term = termOf(field, value);
  if (joining === 'only') return [...frameOf(query, field), term].join(' ');
  const opposite = joining === 'and';
  const rest = withoutTerm(query, field, value, opposite);
  if (hasTerm(rest, field, value, !opposite)) return rest;
  return appended(rest, opposite ? term : `-${term}`);
}

/** The query for what one instance has of it. */
export function withInstance(query: string, { connection, key, host }: InstanceRef): string {
  const own = withTerm(withTerm(query, 'connection', connection, 'and'), 'instance', key, 'and');
  return host === undefined ? own : withTerm(own, 'host', host, 'and');
}

/** The query with other times at its top: from and to in milliseconds since the epoch, both inclusive; none for all times. */
export function withTime(query: string, range?: { readonly from: number; readonly to: number }): string {
  const parts = partsOf(query);
  const term = range && `time:${new Date(range.from).toISOString()}..${new Date(range.to).toISOString()}`;
  const isTime = (part: QueryNode): boolean => part.kind === 'times' && part.field === 'time';
  const first = parts?.find(isTime);
  if (!parts || !first) return term === undefined ? query : appended(query, term);
  const rest = without(query, parts, (part) => isTime(part) && (term === undefined || part !== first));
  if (term === undefined) return rest;
  const place = partsOf(rest)?.find(isTime) ?? first;
  return rest.slice(0, place.from) + term + rest.slice(place.to);
}

/** The query without this term at its top; with `excluded`, without its exclusion. */
export function withoutTerm(query: string, field: string, value: string, excluded = false): string {
  const parts = partsOf(query);
  const isIt = matcher(query, field, value, excluded);
  return parts?.some(isIt) ? without(query, parts, isIt) : query;
}

/** Whether the term stands at the top of the query; with `excluded`, whether its exclusion does. */
export function hasTerm(query: string, field: string, value: string, excluded = false): boolean {
  return partsOf(query)?.some(matcher(query, field, value, excluded)) ?? false;
}

function termOf(field: string, value: string): string {
  return `${field}:${insertValue(value)}`;
}

/** The parts that must all hold; undefined where the query is not understood. */
function partsOf(query: string): readonly QueryNode[] | undefined {
  const { node, problems } = parseQuery(query);
  if (problems.length > 0) return undefined;
  if (!node) return [];
  // In parentheses it is one part, whose span begins before that of its first.
  return node.kind === 'and' && node.parts[0]?.from === node.from ? node.parts : [node];
}

/** Terms about the view, not about some events; without those that a term of this field could contradict. */
function frameOf(query: string, field: string): string[] {
  const isNoise = matcher(query, 'is', 'noise', true);
  const isFrame = (part: QueryNode): boolean =>
    (field !== 'is' && isNoise(part)) || (field !== 'time' && part.kind === 'times' && part.field === 'time');
  return (partsOf(query) ?? []).filter(isFrame).map(({ from, to }) => query.slice(from, to));
}

function appended(query: string, term: string): string {
  const parts = partsOf(query);
  if (!parts || parts.length === 0) return term;
  const [only] = parts;
  const isOpenChoice = parts.length === 1 && only?.kind === 'or' && only.parts[0]?.from === only.from;
  return isOpenChoice ? `(${query.trim()}) ${term}` : `${query.trimEnd()} ${term}`;
}

/** The query without some of its parts, and without what joined them to the others. */
function without(query: string, parts: readonly QueryNode[], isGone: (part: QueryNode) => boolean): string {
  let [kept, from, isFirst] = ['', 0, true];
  for (const [index, part] of parts.entries()) {
    if (!isGone(part)) {
      kept += query.slice(from, part.to);
      from = part.to;
      isFirst = false;
    } else from = isFirst ? (parts[index + 1]?.from ?? part.to) : part.to;
  }
  return kept + query.slice(from).trimEnd();
}

function matcher(
  query: string,
  field: string,
  value: string,
  excluded: boolean,
): (part: QueryNode) => boolean {
  const term = termOf(field, value);
  const { node } = parseQuery(term);
  return (part) => {
    if ((part.kind === 'not') !== excluded) return false;
    const inner = part.kind === 'not' ? part.part : part;
    return node !== undefined && (query.slice(inner.from, inner.to) === term || meansSame(inner, node));
  };
}

/** Whether two terms are the same but for how they are written. Times and sizes are compared as they are written. */
function meansSame(a: QueryNode, b: QueryNode): boolean {
  const meanings = [a, b].map((node) => {
    switch (node.kind) {
      case 'names':
        return [node.field, node.values.map(({ parts }) => parts)];
      case 'codes':
        return [node.field, node.codes];
      case 'flags':
        return [node.table, node.names];
      case 'path':
        return [node.steps, node.operator, node.values.map(({ parts, quoted }) => [parts, quoted])];
      default:
        return undefined;
    }
  });
  return meanings[0] !== undefined && JSON.stringify(meanings[0]) === JSON.stringify(meanings[1]);
}
