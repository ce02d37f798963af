import { oneLine, text, type Text } from '../../model/text.ts';
import { limits } from './reader.ts';

/** A query with a name, as it stands in the settings. */
export interface SavedQuery {
  readonly name: string;
  readonly query: string;
}

/** More names than that are no help any more. */
const maxQueries = 50;
const maxNameLength = 60;
/** Queries that are remembered. */
const maxHistory = 50;

/** Why a text is no name of a saved query; nothing where it is one. */
export function nameProblem(name: string): Text | undefined {
  if (name.trim() === '') return text('A name is needed.');
  if (name.length > maxNameLength) return text('A name has at most {0} characters.', maxNameLength);
  return oneLine(name) === name ? undefined : text('A name is one line of visible characters.');
}

/** Reads the setting; an entry that is none is left out and named. */
export function readSavedQueries(value: unknown): {
  readonly queries: readonly SavedQuery[];
  readonly problems: readonly Text[];
} {
  if (value === undefined || value === null) return { queries: [], problems: [] };
  if (typeof value !== 'object' || Array.isArray(value))
    return { queries: [], problems: [text('it must be an object of names and queries')] };
  const queries: SavedQuery[] = [];
  const problems: Text[] = [];
  for (const [name, query] of Object.entries(value as Readonly<Record<string, unknown>>)) {
    const shown = oneLine(name, maxNameLength);
    const problem = nameProblem(name);
    if (problem) problems.push(text('"{0}": {1}', shown, problem));
    else if (typeof query !== 'string') problems.push(text('"{0}": a query is a text', shown));
    else if (query.length > limits.length)
      problems.push(text('"{0}": a query has at most {1} characters', shown, limits.length));
    else if (queries.length === maxQueries) {
      problems.push(text('more than {0} queries; the rest is left out', maxQueries));
      break;
    } else queries.push({ name, query: query.replace(/[\r\n]+/g, ' ').trim() });
  }
  return { queries, problems };
}

/** The remembered queries with a new one, the newest first; each stands there once. */
export function remembered(history: readonly string[], query: string): readonly string[] {
  const written = query.trim();
  if (written === '' || written.length > limits.length) return history;
  return [written, ...history.filter((each) => each !== written)].slice(0, maxHistory);
}

/** Reads what was remembered, whatever was stored. */
export function readHistory(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  return texts.slice(0, maxHistory);
}
