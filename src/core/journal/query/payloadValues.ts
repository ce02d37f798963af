import { oneLine } from '../../model/text.ts';
import type { StoredEvent } from '../store/records.ts';
import type { PathStep } from './ast.ts';
import { parseQuery } from './parse.ts';
import { valuesAt } from './payload.ts';

/** Payloads beyond it are not read for a column: a page of them would take seconds. */
const longestPayload = 1_000_000;
/** Longest text of a value in a row on screen. */
const longestValue = 200;

/** A path of the payload as the query language writes it, `$.Data.Version`; undefined where a text is none. */
export function parsePath(path: string): readonly PathStep[] | undefined {
  const { node, problems } = parseQuery(path);
  return node?.kind === 'path' && node.values.length === 0 && problems.length === 0 ? node.steps : undefined;
}

/** Values of a payload at some paths as short texts; empty where a path leads nowhere or the payload is no JSON. */
export function payloadValues(
  { raw, rawBase64 }: Pick<StoredEvent, 'raw' | 'rawBase64'>,
  paths: readonly (readonly PathStep[] | undefined)[],
  longest = longestValue,
): readonly string[] {
  const payload = rawBase64 === undefined && raw.length <= longestPayload ? parsed(raw) : undefined;
  return paths.map((steps) =>
    steps === undefined || payload === undefined
      ? ''
      : oneLine(
          valuesAt(payload, steps)
            .map((value) => written(value))
            .join(', '),
          longest,
        ),
  );
}

/** The value of a payload at a path, whole; undefined where the path leads nowhere. */
export function payloadValue({ raw }: Pick<StoredEvent, 'raw'>, path: string): string | undefined {
  const steps = parsePath(path);
  const [value] = steps ? valuesAt(parsed(raw), steps) : [];
  return value === undefined ? undefined : written(value, 2);
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function written(value: unknown, indent?: number): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value, null, indent);
  } catch {
    // Nested deeper than the stack.
    return '…';
  }
}
