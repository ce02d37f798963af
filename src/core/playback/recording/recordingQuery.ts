import { defaultQuery } from '../../journal/query/defaultQuery.ts';
import { insertValue } from '../../journal/query/complete.ts';
import type { Recording } from '../../journal/store/recordings.ts';

type Range = Pick<Recording, 'fromSeq' | 'toSeq' | 'connections' | 'classes'>;

/** A query that finds all events of a recording, and only those. */
export function rangeQuery({ fromSeq, toSeq, connections, classes }: Range): string {
  const list = (field: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${field}:(${values.map(insertValue).join(',')})`];
  return [
    toSeq === undefined ? `seq>=${fromSeq}` : `seq:${fromSeq}..${Math.max(toSeq, fromSeq - 1)}`,
    ...list('connection', connections),
    ...list('class', classes),
  ].join(' ');
}

/** The query that opens a recording: its view on the range; without one, all but noise. */
export function viewQuery(recording: Range & Pick<Recording, 'query'>): string {
  const { query } = recording;
  return `${rangeQuery(recording)} ${query.trim() === '' ? defaultQuery : `(${query})`}`;
}
