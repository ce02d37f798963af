/**
 * The JSON of the middleware: dates, times, sets and networks stand in it as objects with one telling key. Only objects
 * with exactly those keys mean something; whatever else looks like them is left as it is.
 */

/** A value that JavaScript has no type for, by the name that it has on the wire. */
export class EjsonValue {
  readonly type: EjsonType;
  readonly value: string;

  constructor(type: EjsonType, value: string) {
    this.type = type;
    this.value = value;
  }
}

export type EjsonType = 'time' | 'date' | 'ipv4_interface' | 'ipv6_interface';

const single: Readonly<Record<string, EjsonType>> = {
  $time: 'time',
  $ipv4_interface: 'ipv4_interface',
  $ipv6_interface: 'ipv6_interface',
};

/** Nested deeper than this, a value is passed on as it is: nobody means it, and reading it must not end us. */
const maxDepth = 200;
/** The most that a Date can hold. */
const maxTime = 8.64e15;

/** From the wire: objects become `Date`, `Set` and `EjsonValue`. Answers a copy; never throws. */
export function decodeEjson(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => decodeEjson(each, depth + 1));
  const entries = Object.entries(value);
  return special(entries, depth) ?? copyOf(entries, (each) => decodeEjson(each, depth + 1));
}

/** To the wire. What was decoded comes out as it was. */
export function encodeEjson(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value;
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Set) return { $set: [...value].map((each: unknown) => encodeEjson(each, depth + 1)) };
  if (value instanceof EjsonValue)
    return value.type === 'date'
      ? { $type: 'date', $value: value.value }
      : { [`$${value.type}`]: value.value };
  if (Array.isArray(value)) return value.map((each: unknown) => encodeEjson(each, depth + 1));
  return copyOf(Object.entries(value), (each) => encodeEjson(each, depth + 1));
}

/** Milliseconds of a date as it stands on the wire. */
export function instantOf(value: unknown): number | undefined {
  const decoded = decodeEjson(value);
  return decoded instanceof Date ? decoded.getTime() : undefined;
}

function special(entries: readonly (readonly [string, unknown])[], depth: number): unknown {
  const [first, second, third] = entries;
  if (!first || third) return undefined;
  if (second) {
    const { $type, $value } = Object.fromEntries(entries) as { $type?: unknown; $value?: unknown };
    return $type === 'date' && typeof $value === 'string' ? new EjsonValue('date', $value) : undefined;
  }
  const [key, content] = first;
  if (key === '$date')
    return typeof content === 'number' && Math.abs(content) <= maxTime ? new Date(content) : undefined;
  if (key === '$set')
    return Array.isArray(content)
      ? new Set(content.map((each: unknown) => decodeEjson(each, depth + 1)))
      : undefined;
  const type = Object.hasOwn(single, key) ? single[key] : undefined;
  return type !== undefined && typeof content === 'string' ? new EjsonValue(type, content) : undefined;
}

/** Without a prototype's say: a key may be `__proto__`. */
function copyOf(
  entries: readonly (readonly [string, unknown])[],
  change: (value: unknown) => unknown,
): unknown {
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value)]));
}
