import { isObject } from '../host.ts';
import type { Jobs, JobSpec } from './jobs.ts';
import { callError, errno, validationErrors, type Wrong } from './errors.ts';
import type { Peer } from './peer.ts';
import type { Traits } from './profiles.ts';
import { queried } from './query.ts';

export type MessageId = string | number | null;

/** A call of a method, its arguments being of the right types. */
export interface Call {
  readonly peer: Peer;
  readonly args: readonly unknown[];
  readonly messageId: MessageId | undefined;
  readonly jobs: Jobs;
}

export interface Param {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  /** Default; an argument without one is required. */
  readonly otherwise?: unknown;
}

interface Common {
  readonly params?: readonly Param[];
  /** Role that a caller needs; without one every login suffices. */
  readonly role?: string;
  /** May be called before login. */
  readonly open?: boolean;
}

/** A method answers at once, or makes a job. */
export type Method = Common &
  (
    | { run(call: Call): unknown; readonly job?: undefined }
    | { job(call: Call): JobSpec; readonly run?: undefined }
  );

export type Methods = Readonly<Record<string, Method>>;

/** The arguments with their defaults. Throws what the schema of the generation says of wrong ones. */
export function checkArguments(
  method: Method,
  given: readonly unknown[],
  traits: Traits,
): readonly unknown[] {
  const { params = [] } = method;
  const pydantic = traits.schema === 'pydantic';
  const wrong: Wrong[] = [];
  if (given.length > params.length) {
    const message = `Too many arguments (expected ${params.length}, found ${given.length})`;
    if (pydantic) wrong.push(['', message, errno.invalid]);
    else throw callError(message, errno.invalid);
  }
  const args = params.map((param, i) => {
    const { name, otherwise } = param;
    const value = given[i];
    if (value === undefined) {
      if (otherwise === undefined)
        wrong.push([name, pydantic ? 'Field required' : 'attribute required', errno.invalid]);
      return otherwise;
    }
    // An optional argument may be null.
    if (!(value === null && otherwise !== undefined) && !fits(value, param))
      wrong.push([name, wrongType(param.type, traits), errno.invalid]);
    return value;
  });
  if (wrong.length > 0) throw validationErrors(wrong);
  return args;
}

function fits(value: unknown, { type }: Param): boolean {
  if (type === 'any') return true;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isObject(value) : typeof value === type;
}

/** Expected type in the words of pydantic, and of the schema that came before it. */
const typeWords: Readonly<Record<Param['type'], readonly [modern: string, old: string]>> = {
  string: ['string', 'Not a string'],
  integer: ['integer', 'Not an integer'],
  boolean: ['boolean', 'Not a boolean'],
  object: ['dictionary', 'A dict was expected'],
  array: ['list', 'Not a list'],
  any: ['value', 'Not a value'],
};

export function wrongType(type: Param['type'], { schema }: Traits): string {
  const [modern, old] = typeWords[type];
  return schema === 'pydantic' ? `Input should be a valid ${modern}` : old;
}

/** A `*.query` method over rows that are read at each call. */
export function queryMethod(rows: (call: Call) => readonly object[], role?: string): Method {
  return {
    ...(role === undefined ? {} : { role }),
    params: filters,
    run: (call) => queried(rows(call), call.args[0], call.args[1]),
  };
}

const filters: readonly Param[] = [
  { name: 'filters', type: 'array', otherwise: [] },
  { name: 'options', type: 'object', otherwise: {} },
];

export function textAt(args: readonly unknown[], i: number): string {
  const value = args[i];
  return typeof value === 'string' ? value : '';
}

export function objectAt(args: readonly unknown[], i: number): Record<string, unknown> {
  const value = args[i];
  return isObject(value) ? value : {};
}
