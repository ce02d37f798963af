import { nearest } from '../../model/nearest.ts';
import { text, type Text } from '../../model/text.ts';
import type { Operator, QueryNode, Span, Value } from './ast.ts';
import { fieldNames, fields, flagTables, isFieldName, type FieldName } from './fields.ts';
import { quote, type QueryReader } from './reader.ts';
import { matchesParts } from './text.ts';
import { countBeginning, parseCount, parseSize, parseTime, sizeBeginning, timeBeginning } from './values.ts';

/** Reads what follows the name of a field: operator and values. */
export function fieldTerm(reader: QueryReader, written: string, from: number): QueryNode | undefined {
  const nameEnd = reader.at;
  const name = written.toLowerCase();
  const operator = reader.operator() ?? ':';
  const values = reader.values(written, name);
  const span = { from, to: reader.at };
  if (name !== 'is' && name !== 'has' && !isFieldName(name)) {
    unknownField(reader, written, { from, to: nameEnd }, span);
    return undefined;
  }
  if (values.length === 0) return undefined;
  const field = name === 'is' || name === 'has' ? undefined : fields[name];
  if (operator !== ':' && (!field || field.kind === 'names' || (field.kind === 'codes' && !field.ordered))) {
    const message = text('{0} has no order: write {1}.', name, `${name}:`);
    reader.problem({ from, to: nameEnd + 1 }, message, { replacement: `${name}:` });
    return undefined;
  }
  if (name === 'is' || name === 'has') return flags(reader, name, values, span);
  return fieldNode(reader, name, operator, values, span);
}

function fieldNode(
  reader: QueryReader,
  name: FieldName,
  operator: Operator,
  values: readonly Value[],
  span: Span,
): QueryNode | undefined {
  const field = fields[name];
  switch (field.kind) {
    case 'names':
      if (field.payload) reader.payloadTerm(span.from);
      return { kind: 'names', field: name, values, ...span };
    case 'codes': {
      const found = values.map((value) => codes(reader, name, field.codes, operator, value));
      if (found.every((some) => some === undefined)) return undefined;
      return { kind: 'codes', field: name, codes: found.flatMap((some) => some ?? []), ...span };
    }
    case 'times': {
      const read = ranges(reader, operator, values, parseTime, timeBeginning, (written) =>
        text('{0} is no time: write 10:50, 2026-11-20, 2026-11-20T10:50 or now-15m.', written),
      );
      return read && { kind: 'times', field: name, operator, ranges: read, ...span };
    }
    case 'numbers': {
      const read = field.isSize
        ? ranges(reader, operator, values, parseSize, sizeBeginning, (written) =>
            text('{0} is no size: write 512, 10kB or 1.5MB.', written),
          )
        : ranges(reader, operator, values, parseCount, countBeginning, (written) =>
            text('{0} is no number: write 512 or 512..1024.', written),
          );
      return read && { kind: 'numbers', field: name, operator, ranges: read, ...span };
    }
  }
}

function codes(
  reader: QueryReader,
  name: string,
  codes: readonly string[],
  operator: Operator,
  value: Value,
): number[] | undefined {
  const matching = codes.flatMap((code, at) => (matchesParts(value.parts, code, false) ? [at] : []));
  const [first] = matching;
  if (first === undefined) {
    unknownValue(reader, name, codes, value);
    return undefined;
  }
  if (operator === ':') return matching;
  return codes.flatMap((_, at) => {
    const holds = { '>': at > first, '>=': at >= first, '<': at < first, '<=': at <= first };
    return holds[operator] ? [at] : [];
  });
}

function flags(
  reader: QueryReader,
  table: 'is' | 'has',
  values: readonly Value[],
  span: Span,
): QueryNode | undefined {
  const known = Object.keys(flagTables[table]);
  const names = values.map(({ text: written }) => written.toLowerCase());
  const unknown = values.find((_, at) => !known.includes(names[at] ?? ''));
  if (!unknown) return { kind: 'flags', table, names, ...span };
  unknownValue(reader, table, known, unknown);
  return undefined;
}

/** Reads `a`, `a..b`, `a..` and `..b`. */
function ranges<T>(
  reader: QueryReader,
  operator: Operator,
  values: readonly Value[],
  read: (written: string) => T | undefined,
  beginning: RegExp,
  message: (written: string) => Text,
): { from?: T; to?: T }[] | undefined {
  const found: { from?: T; to?: T }[] = [];
  for (const value of values) {
    // An order is asked against one value.
    const dots = operator === ':' ? value.text.indexOf('..') : -1;
    const sides = dots < 0 ? [value.text] : [value.text.slice(0, dots), value.text.slice(dots + 2)];
    const results = sides.map((side) => (side === '' ? undefined : read(side)));
    const bad = sides.findIndex((side, at) => side !== '' && results[at] === undefined);
    if (bad >= 0 || results.every((result) => result === undefined)) {
      const whole = value.quoted || dots < 0 || bad < 0;
      const from = whole || bad === 0 ? value.from : value.from + dots + 2;
      const to = whole || bad === 1 ? value.to : value.from + dots;
      const open = reader.openValue({ from, to }, beginning);
      reader.problem({ from, to }, message(reader.source.slice(from, to)), open);
      return undefined;
    }
    const [from, to = dots < 0 ? from : undefined] = results;
    found.push({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  }
  return found;
}

function unknownField(reader: QueryReader, written: string, name: Span, whole: Span): void {
  const near = nearest(written, [...fieldNames, 'is', 'has']);
  if (near !== undefined) {
    const message = text('Unknown field {0}: did you mean {1}?', written, near);
    reader.problem(name, message, { replacement: near });
    return;
  }
  const term = quote(reader.source.slice(whole.from, whole.to));
  const message = text(
    'Unknown field {0}: write {1} for the text, $..{0} for a key of the payload.',
    written,
    term,
  );
  reader.problem(whole, message, { replacement: term });
}

function unknownValue(reader: QueryReader, field: string, known: readonly string[], value: Value): void {
  const near = nearest(value.text, known);
  const list = known.join(', ');
  const message =
    near === undefined
      ? text('{0} is no value of {1}: use one of {2}.', value.text, field, list)
      : text('{0} is no value of {1}: did you mean {2}? There are {3}.', value.text, field, near, list);
  const begun = known.some((name) => name.startsWith(value.text.toLowerCase()));
  const open = begun ? reader.openValue(value, /^/) : {};
  reader.problem(value, message, { ...(near === undefined ? {} : { replacement: near }), ...open });
}
