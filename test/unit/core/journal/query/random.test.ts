import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clock, event as fixedEvent } from './fixedEvents.ts';
import { QueryDatabase, type TestEvent } from './queryDatabase.ts';

/** A query as text, with what it means, written without a look at the product's evaluation. */
interface Meaning {
  readonly query: string;
  readonly holds: (event: TestEvent) => boolean;
}

const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;

function rawText({ raw }: TestEvent): string {
  return typeof raw === 'string' ? raw : new TextDecoder().decode(raw);
}

function unescaped(raw: string): string {
  let out = '';
  for (let at = 0; at < raw.length; at++) {
    const code = raw[at + 1] ?? '';
    const hex = raw.slice(at + 2, at + 6);
    const control = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[code.toLowerCase()];
    if (raw[at] !== '\\') out += raw[at] ?? '';
    else if ('"\\/'.includes(code) && code !== '') [out, at] = [out + code, at + 1];
    else if (control !== undefined && code === code.toLowerCase()) [out, at] = [out + control, at + 1];
    else if (code === 'u' && /^[0-9a-f]{4}$/i.test(hex)) {
      out += String.fromCharCode(parseInt(hex, 16));
      at += 5;
    } else out += '\\';
  }
  return out;
}

/** Simple case folding: upper then lower, each where it is one code point for one; dotless i and dotted I stay. */
function fold(value: string): string {
  return Array.from(value, (character) => {
    if (character === '\u0131' || character === '\u0130') return character;
    const upper = character.toUpperCase();
    const lower = (Array.from(upper).length === 1 ? upper : character).toLowerCase();
    return Array.from(lower).length === 1 ? lower : character;
  }).join('');
}

const codePoint = (character: string) => (character.codePointAt(0) ?? 0).toString(16);
const hasCapital = (needle: string) => /\p{Lu}/u.test(needle);
const includes = (text: string, needle: string) =>
  hasCapital(needle) ? text.includes(needle) : fold(text).includes(fold(needle));

function equals(text: string, value: string, stars = false): boolean {
  const [a, b] = hasCapital(value) ? [text, value] : [fold(text), fold(value)];
  if (!stars) return a === b;
  const parts = b.split('*').map((part) => part.replace(/[^\p{L}\p{N}]/gu, (c) => `\\u{${codePoint(c)}}`));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(a);
}

const word: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'a',
    'ab',
    'Ab',
    'AB',
    'ü',
    'Ü',
    'aü',
    'üB',
    'ß',
    'ẞ',
    'ss',
    's',
    'k',
    'ſ',
    'K',
    'σ',
    'ς',
    'Σ',
    'é"',
    'a/b',
    '\\',
    '\n',
    'b\\',
    '%',
    '_',
    'a_b',
    '[',
    '*',
    '?',
    "'",
    '<b>',
    '服',
    '😀',
    'i',
    'I',
    'İ',
    'ı',
    'u00',
    '1',
    '12',
  ),
  fc.string({ unit: fc.constantFrom(...Array.from('abAB üÜ"\\/1_%')), minLength: 1, maxLength: 3 }),
);
const key = fc.constantFrom('a', 'b', 'a b', 'ü', 'A', '"', '__proto__');
const scalar = fc.oneof(
  word,
  fc.constantFrom<(number | boolean | null)[]>(1, 12, 1.5, -3, 1e21, 0, 1e-7, true, false, null),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Escapes some characters that JSON may escape but need not. */
const payload = fc.oneof(
  fc
    .tuple(json, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 7 }))
    .map(([value, dice]) => {
      let at = 0;
      return JSON.stringify(value).replace(/\\.|"|[\p{L}/'<&]/gsu, (found) => {
        if (found.length > 1 && found.startsWith('\\')) return found;
        if (found === '"' || dice[at++ % dice.length] !== 0) return found;
        if (found === '/') return '\\/';
        return Array.from(
          { length: found.length },
          (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join('');
      });
    }),
  fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
  fc.constantFrom('a\0b', 'half \ud83d ü', ''),
);

const event: fc.Arbitrary<TestEvent> = fc
  .record({
    raw: fc.oneof(
      { weight: 9, arbitrary: payload },
      { weight: 1, arbitrary: fc.constant(Uint8Array.of(0x61, 0xff, 0x42)) },
    ),
    type: fc.constantFrom('a', 'A', 'ab_started', 'x*y', 'straße', 'Größe'),
    key: fc.option(fc.constantFrom('mc-1', 'MC-1', 'Ü', 'a,b'), { nil: undefined }),
    severity: fc.constantFrom('debug', 'info', 'warning', 'error'),
    class: fc.constantFrom('lifecycle', 'task', 'metric', 'log', 'control'),
    task: fc.option(fc.constantFrom('t1', 'T1'), { nil: undefined }),
    receivedAt: fc.integer({ min: -50, max: 5 }).map((minutes) => clock.now + minutes * 60_000),
    sentAt: fc.option(fc.constant(clock.now - 600_000), { nil: undefined }),
    size: fc.integer({ min: 0, max: 2000 }),
    summary: word,
  })
  .map(({ key: subject, task, sentAt, ...rest }) => {
    const name = subject === 'mc-1' ? 'Survival' : subject === 'Ü' ? 'mc-1' : undefined;
    const base = fixedEvent({});
    return {
      ...base,
      ...rest,
      ...(subject === undefined ? {} : { key: subject, ...(name === undefined ? {} : { name }) }),
      ...(task === undefined ? {} : { task }),
      ...(sentAt === undefined ? {} : { sentAt }),
    };
  });

type Path = readonly { readonly key: string | number; readonly deep: boolean }[];

function reach(value: unknown, [step, ...rest]: Path): unknown[] {
  if (!step) return [value];
  const children = typeof value === 'object' && value !== null ? Object.values(value) : [];
  const fits =
    typeof step.key === 'number'
      ? Array.isArray(value)
      : typeof value === 'object' && value !== null && !Array.isArray(value);
  const here =
    fits && Object.hasOwn(value as object, step.key)
      ? reach((value as Record<string | number, unknown>)[step.key], rest)
      : [];
  return step.deep ? [...here, ...children.flatMap((child) => reach(child, [step, ...rest]))] : here;
}

function reachInPayload(each: TestEvent, path: Path): unknown[] {
  if (typeof each.raw !== 'string') return [];
  try {
    return reach(JSON.parse(each.raw), path);
  } catch {
    return [];
  }
}

const path: fc.Arbitrary<Path> = fc.array(
  fc.record({ key: fc.oneof(key, fc.nat({ max: 2 })), deep: fc.boolean() }),
  { minLength: 1, maxLength: 3 },
);
const writePath = (steps: Path) =>
  `$${steps.map((step) => `${step.deep ? '..' : ''}[${typeof step.key === 'number' ? step.key : quote(step.key)}]`).join('')}`;
const orders = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
} satisfies Record<string, (a: number, b: number) => boolean>;
const order = fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const);
const levels = ['debug', 'info', 'warning', 'error'];

const term: fc.Arbitrary<Meaning> = fc.oneof(
  word.map((needle) => ({
    query: quote(needle),
    holds: (each: TestEvent) => includes(rawText(each), needle) || includes(unescaped(rawText(each)), needle),
  })),
  word.map((needle) => ({
    query: `/${needle.replace(/[^\p{L}\p{N}_ ]/gu, (c) => `\\u{${codePoint(c)}}`)}/${hasCapital(needle) ? '' : 'i'}`,
    holds: (each: TestEvent) => includes(rawText(each), needle) || includes(unescaped(rawText(each)), needle),
  })),
  fc.constantFrom('a', 'A', 'ab_started', 'x*y', 'straße', 'STRASSE', 'größe', 'ab').map((value) => ({
    query: `type:${quote(value)}`,
    holds: (each: TestEvent) => equals(each.type, value),
  })),
  fc.constantFrom('*', 'a*', '*ß*', 'x*', '*ed', 'g*e', 'G*', 'a*_*d').map((value) => ({
    query: `type:${value}`,
    holds: (each: TestEvent) => equals(each.type, value, true),
  })),
  fc.constantFrom('mc-1', 'MC-1', 'ü', 'survival', 'a,b').map((value) => ({
    query: `instance:(${quote(value)})`,
    holds: (each: TestEvent) =>
      [each.key, each.name].some((name) => name !== undefined && equals(name, value)),
  })),
  word.map((value) => ({
    query: `summary:${quote(value)}`,
    holds: (each: TestEvent) => equals(each.summary, value),
  })),
  fc.tuple(order, fc.constantFrom(...levels)).map(([by, level]) => ({
    query: `severity${by}${level}`,
    holds: (each: TestEvent) => orders[by](levels.indexOf(each.severity), levels.indexOf(level)),
  })),
  fc.tuple(order, fc.nat({ max: 2000 })).map(([by, size]) => ({
    query: `size:${by}${size / 1000}kB`,
    holds: (each: TestEvent) => orders[by](each.size, size),
  })),
  fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 50 })).map(([a, b]) => ({
    query: `time:now-${a}m..now-${b}m`,
    holds: (each: TestEvent) => {
      const sent = each.sentAt ?? each.receivedAt;
      return sent >= clock.now - a * 60_000 && sent <= clock.now - b * 60_000;
    },
  })),
  fc.constantFrom(
    { query: 'has:task', holds: (each: TestEvent) => each.task !== undefined },
    { query: 'task:t1', holds: (each: TestEvent) => each.task === 't1' },
    { query: 'has:time', holds: (each: TestEvent) => each.sentAt !== undefined },
    { query: 'is:(metric,log)', holds: (each: TestEvent) => ['metric', 'log'].includes(each.class) },
  ),
  path.map((steps) => ({
    query: writePath(steps),
    holds: (each: TestEvent) => reachInPayload(each, steps).length > 0,
  })),
  fc.tuple(path, scalar).map(([steps, value]) => ({
    query: `${writePath(steps)}:${typeof value === 'string' ? quote(value) : String(value)}`,
    holds: (each: TestEvent) =>
      reachInPayload(each, steps).some((found) =>
        typeof value === 'string'
          ? typeof found === 'string' && equals(found, value)
          : found === value || (typeof found === 'string' && equals(found, String(value))),
      ),
  })),
  fc.tuple(path, order, fc.constantFrom(-3, 0, 1, 12, 1.5)).map(([steps, by, number]) => ({
    query: `${writePath(steps)}${by}${number}`,
    holds: (each: TestEvent) =>
      reachInPayload(each, steps).some((found) => {
        const value = typeof found === 'string' && /^[+-]?\d+(\.\d+)?$/.test(found) ? Number(found) : found;
        return typeof value === 'number' && orders[by](value, number);
      }),
  })),
);

const query = fc.letrec<{ query: Meaning }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    term,
    tie('query').map(({ query: inner, holds }) => ({
      query: `-(${inner})`,
      holds: (each: TestEvent) => !holds(each),
    })),
    fc.array(tie('query'), { minLength: 1, maxLength: 3 }).map((parts) => ({
      query: `(${parts.map((part) => part.query).join(' OR ')})`,
      holds: (each: TestEvent) => parts.some(({ holds }) => holds(each)),
    })),
    fc.array(tie('query'), { minLength: 1, maxLength: 3 }).map((parts) => ({
      query: `(${parts.map((part) => part.query).join(' ')})`,
      holds: (each: TestEvent) => parts.every(({ holds }) => holds(each)),
    })),
  ),
})).query;

describe('Random queries over random events', () => {
  it('find what a plain evaluation of each event finds', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 12 }),
        fc.array(query, { minLength: 10, maxLength: 10 }),
        (events, queries) => {
          const database = new QueryDatabase(events);
          try {
            for (const { query: written, holds } of queries) {
              const expected = events.flatMap((each, index) => (holds(each) ? [index + 1] : []));
              expect([written, database.search(written, clock)]).toEqual([written, expected]);
            }
          } finally {
            database.close();
          }
        },
      ),
      { numRuns: Number(process.env['RANDOM_RUNS'] ?? 150) },
    );
  }, 60_000);
});
