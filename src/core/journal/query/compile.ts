import { createContext, Script } from 'node:vm';
import { text, type Text } from '../../model/text.ts';
import type { Operator, QueryNode, Value } from './ast.ts';
import { fields, flagTables, type FieldName } from './fields.ts';
import { Payload, pathPatterns, pathTest, type QueryRow } from './payload.ts';
import { longestLiteral } from './regex.ts';
import { containsTest, globPattern, isCaseSensitive, textPattern } from './text.ts';
import type { QueryClock } from './values.ts';

type SqlValue = string | number;

/** A query over `events AS e`, and `payload AS p` of the same seq where it needs that. */
export interface CompiledQuery {
  /** Holds for every event that matches; for these alone where there is no check. */
  readonly where: string;
  /** Values of the named parameters in `where` and `columns`. */
  readonly params: Readonly<Record<string, SqlValue>>;
  readonly needs: 'events' | 'payload';
  /** Expressions, with their names, that a row for the check has; empty without one. */
  readonly columns: readonly string[];
  /** Decides on a row that `where` found. Runs regular expressions: hand rows to `matchingRows`, which ends in time. */
  readonly check?: (row: QueryRow) => boolean;
  readonly hasRegex: boolean;
}

type Test = (payload: Payload) => boolean;

/** A part of a query as SQL that holds for all its events. */
interface Part {
  readonly sql: string;
  /**
   * Decides where SQL cannot; absent where `sql` holds for no other event. `given` says that `sql` is known to hold for
   * the row, which saves work.
   */
  readonly test?: (given: boolean) => Test;
}

/** A payload that SQL cannot search: bytes, or a text that is stored as UTF-16. */
const leftToCheck = "typeof(p.raw) = 'blob'";

export function compileQuery(node: QueryNode | undefined, clock: QueryClock): CompiledQuery {
  return new QueryCompiler(clock).compile(node);
}

class QueryCompiler {
  readonly #clock: QueryClock;
  readonly #params: Record<string, SqlValue> = {};
  readonly #columns: string[] = [];
  #hasRegex = false;
  #needsPayload = false;
  /** Some test reads the payload of every row, not of those alone that SQL leaves to it. */
  #readsAll = false;

  constructor(clock: QueryClock) {
    this.#clock = clock;
  }

  compile(node: QueryNode | undefined): CompiledQuery {
    const part: Part = node ? this.#part(node, false) : { sql: '1' };
    const test = part.test?.(true);
    const raw = this.#readsAll ? 'p.raw AS raw' : `CASE WHEN ${leftToCheck} THEN p.raw END AS raw`;
    return {
      where: part.sql,
      params: this.#params,
      needs: this.#needsPayload ? 'payload' : 'events',
      columns: test ? ['e.flags AS flags', raw, ...this.#columns] : [],
      ...(test ? { check: (row) => test(new Payload(row)) } : {}),
      hasRegex: this.#hasRegex,
    };
  }

  /** A negation goes down to the terms: what SQL only narrows must never be negated there. */
  #part(node: QueryNode, negated: boolean): Part {
    switch (node.kind) {
      case 'not':
        return this.#part(node.part, !negated);
      case 'and':
      case 'or': {
        const parts = node.parts.map((part) => this.#part(part, negated));
        return (node.kind === 'and') === negated ? this.#or(parts) : this.#and(parts);
      }
      case 'text':
        return this.#text(node.text, negated);
      case 'regex': {
        this.#hasRegex = true;
        const { pattern } = node;
        return this.#inPayload(longestLiteral(pattern.source), negated, (payload) =>
          payload.some((value) => pattern.test(value)),
        );
      }
      case 'path': {
        const likes = () => pathPatterns(node).map((pattern) => this.#like(pattern));
        return this.#checked(() => join(likes(), 'OR'), negated, pathTest(node));
      }
      case 'names':
        return exact(this.#names(node.field, node.values), negated);
      case 'codes':
        return exact(`e.${node.field} IN (${node.codes.join(', ')})`, negated);
      case 'flags':
        return exact(
          join(
            node.names.map((name) => flagTables[node.table][name]?.sql ?? '0'),
            'OR',
          ),
          negated,
        );
      case 'times': {
        const ranges = node.ranges.map(
          ({ from, to }) => [from?.(this.#clock).from, to?.(this.#clock).to] as const,
        );
        return exact(this.#ranges(node.field, node.operator, ranges, '<'), negated);
      }
      case 'numbers': {
        const ranges = node.ranges.map(({ from, to }) => [from, to] as const);
        return exact(this.#ranges(node.field, node.operator, ranges, '<='), negated);
      }
    }
  }

  #and(parts: readonly Part[]): Part {
    const sql = join(
      parts.map((part) => part.sql),
      'AND',
    );
    if (parts.every((part) => !part.test)) return { sql };
    return {
      sql,
      test: (given) => {
        const tests = parts.flatMap((part) => (part.test ? [part.test(given)] : []));
        if (!given) tests.unshift(...this.#asColumn(parts, 'AND'));
        return (payload) => tests.every((test) => test(payload));
      },
    };
  }

  #or(parts: readonly Part[]): Part {
    const sql = join(
      parts.map((part) => part.sql),
      'OR',
    );
    if (parts.every((part) => !part.test)) return { sql };
    return {
      sql,
      test: () => {
        const tests = parts.flatMap((part) => (part.test ? [part.test(false)] : []));
        tests.unshift(...this.#asColumn(parts, 'OR'));
        return (payload) => tests.some((test) => test(payload));
      },
    };
  }

  /** Lets SQL answer for a row what it decides alone. */
  #asColumn(parts: readonly Part[], operator: 'AND' | 'OR'): Test[] {
    const decided = parts.filter((part) => !part.test).map((part) => part.sql);
    if (decided.length === 0) return [];
    const name = `c${this.#columns.length}`;
    this.#columns.push(`(${join(decided, operator)}) IS TRUE AS ${name}`);
    return [({ row }) => row[name] === 1];
  }

  #text(needle: string, negated: boolean): Part {
    const caseSensitive = isCaseSensitive(needle);
    const contains = containsTest(needle, caseSensitive);
    const test: Test = (payload) => payload.some(contains);
    const pattern = textPattern(needle);
    if (!pattern.exact) return this.#inPayload(needle, negated, test, caseSensitive);
    const found = caseSensitive ? `p.raw GLOB ${this.#param(pattern.glob)}` : this.#like(`%${pattern.like}%`);
    this.#needsPayload = true;
    return {
      sql: join([leftToCheck, negated ? `NOT (${found})` : found], 'OR'),
      test: (given) => {
        if (!given) this.#readsAll = true;
        return (payload) => (given && !(payload.row.raw instanceof Uint8Array)) || test(payload) !== negated;
      },
    };
  }

  /** A term that is decided in JS, for the payloads that hold a text. */
  #inPayload(needle: string, negated: boolean, test: Test, caseSensitive = false): Part {
    const { like, glob, oneOf } = textPattern(needle);
    const holding = () => {
      const found = caseSensitive ? `p.raw GLOB ${this.#param(glob)}` : this.#like(`%${like}%`);
      const also = oneOf.map((value) => `instr(p.raw, ${this.#param(value)}) > 0`);
      return also.length > 0 ? `${found} AND (${join(also, 'OR')})` : found;
    };
    return this.#checked(holding, negated, test);
  }

  /** `narrow` gives SQL that holds for all payloads that pass the test; of a negation it says nothing. */
  #checked(narrow: () => string, negated: boolean, test: Test): Part {
    this.#needsPayload = true;
    this.#readsAll = true;
    if (negated) return { sql: '1', test: () => (payload) => !test(payload) };
    return { sql: join([narrow(), leftToCheck], 'OR'), test: () => test };
  }

  #names(name: FieldName, values: readonly Value[]): string {
    const field = fields[name];
    if (field.kind !== 'names') return '0';
    if (field.payload) this.#needsPayload = true;
    const patterns = values.map(({ text: written, parts }) => {
      const caseSensitive = field.exactCase ?? isCaseSensitive(written);
      if (caseSensitive && parts.length === 1) return ['=', this.#param(written)] as const;
      return ['GLOB', this.#param(globPattern(parts, caseSensitive))] as const;
    });
    return field.sql(
      (column) =>
        `(${join(
          patterns.map(([operator, value]) => `${column} ${operator} ${value}`),
          'OR',
        )})`,
    );
  }

  /** `upTo` says whether the end of a range belongs to it. */
  #ranges(
    name: FieldName,
    operator: Operator,
    ranges: readonly (readonly [from: number | undefined, to: number | undefined])[],
    upTo: '<' | '<=',
  ): string {
    const field = fields[name];
    const column = 'column' in field ? field.column : 'NULL';
    const conditions = ranges.map(([from, to]) => {
      const low = () => (from === undefined ? '1' : `${column} >= ${this.#param(from)}`);
      const high = () => (to === undefined ? '1' : `${column} ${upTo} ${this.#param(to)}`);
      if (operator === ':') return `${low()} AND ${high()}`;
      if (operator === '>=') return low();
      if (operator === '<=') return high();
      return operator === '<' ? `NOT (${low()})` : `NOT (${high()})`;
    });
    return join(conditions, 'OR');
  }

  #like(pattern: string): string {
    return `p.raw LIKE ${this.#param(pattern)} ESCAPE '\\'`;
  }

  #param(value: SqlValue): string {
    const name = `q${Object.keys(this.#params).length}`;
    this.#params[name] = value;
    return `:${name}`;
  }
}

/** Without `IS NOT TRUE` an event that has no such value would match neither a term nor its negation. */
function exact(sql: string, negated: boolean): Part {
  return { sql: negated ? `(${sql}) IS NOT TRUE` : sql };
}

/** Halves, because SQLite limits the depth of an expression. */
function join(parts: readonly string[], operator: 'AND' | 'OR'): string {
  const [first = '1'] = parts;
  if (parts.length < 2) return first;
  const middle = parts.length >> 1;
  return `(${join(parts.slice(0, middle), operator)}) ${operator} (${join(parts.slice(middle), operator)})`;
}

/** A query that cannot be brought to its end. */
export class QueryFailure extends Error {
  readonly text: Text;

  constructor(message: Text) {
    super(message.template);
    this.text = message;
  }
}

const timeBox = { context: createContext({ run: () => undefined as unknown }), script: new Script('run()') };

/**
 * The rows that match. A regular expression can take years for one payload; `vm` interrupts it (measured: 52 ms for a limit
 * of 50; 0.2 ms a call, so hand over many rows at once).
 */
export function matchingRows<Row extends QueryRow>(
  query: CompiledQuery,
  rows: readonly Row[],
  limitMs = 50,
): Row[] {
  const { check } = query;
  if (!check) return [...rows];
  if (!query.hasRegex) return rows.filter(check);
  let matching: Row[] = [];
  timeBox.context['run'] = () => (matching = rows.filter(check));
  try {
    timeBox.script.runInContext(timeBox.context, { timeout: limitMs });
  } catch {
    throw new QueryFailure(text('The regular expression takes too long: write it more precisely.'));
  } finally {
    timeBox.context['run'] = undefined;
  }
  return matching;
}
