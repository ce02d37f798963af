import { createContext, Script } from 'node:vm';
import { text, type Text } from '../../model/text.ts';
import { flags } from '../store/schema.ts';
import type { Operator, QueryNode, Value } from './ast.ts';
import { fields, flagTables, type FieldName } from './fields.ts';
import { Payload, pathPatterns, pathTest, type QueryRow } from './payload.ts';
import { rareTail } from './rareTail.ts';
import { longestLiteral } from './regex.ts';
import { containsTest, globPattern, isCaseSensitive, textPattern } from './text.ts';
import type { QueryClock } from './values.ts';

type SqlValue = string | number;

/** A query over `events AS e`, and a table of payloads `AS p` with the same seq where it needs that. */
export interface CompiledQuery {
  /** Holds for every event that matches; for these alone where there is no check. */
  readonly where: string;
  readonly params: readonly SqlValue[];
  readonly needs: 'events' | 'payload';
  /** Expressions, with their names, of a row for the check; empty without one. */
  readonly columns: readonly string[];
  /** Their parameters; a statement names columns before its condition. */
  readonly columnParams: readonly SqlValue[];
  /** Decides on a row that `where` found. With a regular expression use `matchingRows`: it is faster for many rows. */
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
const notText = flags.bytes | flags.utf16;
const leftToCheck = "typeof(p.raw) = 'blob'";

export function compileQuery(node: QueryNode | undefined, clock: QueryClock): CompiledQuery {
  return new QueryCompiler(clock).compile(node);
}

class QueryCompiler {
  readonly #clock: QueryClock;
  readonly #params: SqlValue[] = [];
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
    const where = this.#bind([part.sql]);
    const columns = this.#bind(test ? ['e.flags AS flags', raw, ...this.#columns] : []);
    const decide = (row: QueryRow) => test?.(new Payload(row)) ?? true;
    const check = this.#hasRegex ? (row: QueryRow) => withinTime(() => decide(row), rowLimitMs) : decide;
    return {
      where: where.sql[0] ?? '1',
      params: where.params,
      needs: this.#needsPayload ? 'payload' : 'events',
      columns: columns.sql,
      columnParams: columns.params,
      ...(test ? { check } : {}),
      hasRegex: this.#hasRegex,
    };
  }

  /** Each place of a parameter becomes one of its own, in the order of the text. */
  #bind(parts: readonly string[]): { sql: string[]; params: SqlValue[] } {
    const params: SqlValue[] = [];
    const place = (_: string, index: string) => {
      params.push(this.#params[Number(index)] ?? '');
      return '?';
    };
    return { sql: parts.map((part) => part.replace(/:q(\d+)/g, place)), params };
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
        return node.text === '' ? exact('1', negated) : this.#text(node.text, negated);
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
        return (payload) => (given && (payload.row.flags & notText) === 0) || test(payload) !== negated;
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
    const found = (part: string): string => `p.raw LIKE ${this.#param(part)} ESCAPE '\\'`;
    const tail = rareTail(pattern);
    return tail === undefined ? found(pattern) : `${found(tail)} AND ${found(pattern)}`;
  }

  #param(value: SqlValue): string {
    return `:q${this.#params.push(value) - 1}`;
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

const timeBox = { context: createContext({}), script: new Script('run()'), isOpen: false };
/** For a single row; `vm` takes 0.2 ms for each call, so that many rows go together. */
const rowLimitMs = 50;

/** Interrupts what takes longer, also in the middle of a regular expression (measured: 52 ms for a limit of 50). */
function withinTime<T>(run: () => T, limitMs: number): T {
  if (timeBox.isOpen) return run();
  let result: { readonly value: T } | undefined;
  timeBox.context['run'] = () => (result = { value: run() });
  timeBox.isOpen = true;
  try {
    timeBox.script.runInContext(timeBox.context, { timeout: limitMs });
  } catch {
    throw new QueryFailure(text('The regular expression takes too long: write it more precisely.'));
  } finally {
    timeBox.isOpen = false;
    timeBox.context['run'] = undefined;
  }
  return (result as { readonly value: T } | undefined)?.value as T;
}

/** The rows that match, with one limit for all: a regular expression can take years for one payload. */
export function matchingRows<Row extends QueryRow>(
  query: CompiledQuery,
  rows: readonly Row[],
  limitMs: number,
): readonly Row[] {
  const { check } = query;
  if (!check) return rows;
  return query.hasRegex ? withinTime(() => rows.filter(check), limitMs) : rows.filter(check);
}
