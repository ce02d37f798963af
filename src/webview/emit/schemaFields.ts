import type { Path } from './editJson.ts';

/** JSON Schema as it comes from the host; what of it is not understood limits nothing. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** `json` takes any value, written as JSON. */
type FieldKind = 'text' | 'number' | 'boolean' | 'choice' | 'constant' | 'object' | 'list' | 'json';

/** One field of a form. */
export interface Field {
  readonly path: Path;
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  readonly description: string;
  /** Shown in the place of a value; empty where there is none. */
  readonly example: string;
  /** Values that may be chosen, as JSON. */
  readonly choices: readonly string[];
  /** Names that stand before it in its object. */
  readonly order: readonly string[];
  readonly fields: readonly Field[];
  /** Schema of the elements of a list. */
  readonly items: JsonSchema;
}

/** Levels of a form; deeper values are edited as JSON. */
const maxDepth = 6;
/** References that lead to each other are followed so often. */
const maxReferences = 10;

/** The fields of a message. */
export function fieldsOf(schema: JsonSchema): readonly Field[] {
  return membersOf(plain(schema, schema), schema, [], 0);
}

/** The field for one element of a list. */
export function elementOf(list: Field, index: number, root: JsonSchema): Field {
  return fieldOf(list.items, root, {
    path: [...list.path, index],
    name: String(index + 1),
    isRequired: true,
    order: [],
  });
}

/** A first value for a new element or object, as JSON: with all that is required, filled from its example. */
export function firstValue(schema: JsonSchema, root: JsonSchema, depth = 0): string {
  const shape = plain(schema, root);
  const [example] = listOf(shape['examples']);
  if (example !== undefined) return JSON.stringify(example);
  const { choices, constant } = valuesOf(shape);
  if (constant !== undefined) return constant;
  if (choices[0] !== undefined) return choices[0];
  switch (typeOf(shape)) {
    case 'object': {
      const required = new Set(listOf(shape['required']));
      const members = propertiesOf(shape)
        .filter(([name]) => required.has(name) && depth < maxDepth)
        .map(([name, inner]) => `${JSON.stringify(name)}: ${firstValue(inner, root, depth + 1)}`);
      return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
    }
    case 'array':
      return '[]';
    case 'number':
    case 'integer':
      return '0';
    case 'boolean':
      return 'false';
    case 'string':
      return '""';
    default:
      return 'null';
  }
}

/** The schema that a reference leads to; one that leads nowhere limits nothing. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let shape = schema;
  for (let n = 0; n < maxReferences; n++) {
    if (typeof shape['$ref'] !== 'string') return shape;
    const { $ref, ...own } = shape;
    shape = { ...referred($ref, root), ...own };
  }
  return {};
}

/** The schema without references, and without the alternative of null. */
function plain(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const shape = resolved(schema, root);
  const [only, ...others] = alternativesOf(shape).filter((each) => each['type'] !== 'null');
  if (!only || others.length > 0) return shape;
  const { anyOf, oneOf, ...own } = shape;
  return { ...resolved(only, root), ...own };
}

/** Alternatives of a value; empty where there is only one form. */
export function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  return listOf(schema['anyOf'] ?? schema['oneOf']).filter(isSchema);
}

/** Names and schemas of the members of an object. */
export function propertiesOf(schema: JsonSchema): readonly (readonly [name: string, schema: JsonSchema])[] {
  const { properties } = schema;
  if (!isSchema(properties)) return [];
  return Object.entries(properties).flatMap(([name, inner]) =>
    isSchema(inner) ? [[name, inner] as const] : [],
  );
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(schema: JsonSchema, root: JsonSchema, path: Path, depth: number): readonly Field[] {
  const required = new Set(listOf(schema['required']));
  const properties = propertiesOf(schema);
  return properties.map(([name, inner], index) =>
    fieldOf(
      inner,
      root,
      {
        path: [...path, name],
        name,
        isRequired: required.has(name),
        order: properties.slice(0, index).map(([before]) => before),
      },
      depth + 1,
    ),
  );
}

function fieldOf(
  schema: JsonSchema,
  root: JsonSchema,
  place: Pick<Field, 'path' | 'name' | 'isRequired' | 'order'>,
  depth = place.path.length,
): Field {
  const shape = plain(schema, root);
  const kind = depth > maxDepth ? 'json' : kindOf(shape);
  const [example] = listOf(shape['examples']);
  return {
    ...place,
    kind,
    description: typeof shape['description'] === 'string' ? shape['description'] : '',
    example: example === undefined || example === null ? '' : exampleText(example, kind),
    choices: valuesOf(shape).choices,
    fields: kind === 'object' ? membersOf(shape, root, place.path, depth) : [],
    items: isSchema(shape['items']) ? shape['items'] : {},
  };
}

function exampleText(example: unknown, kind: FieldKind): string {
  return kind === 'text' && typeof example === 'string' ? example : JSON.stringify(example);
}

function kindOf(shape: JsonSchema): FieldKind {
  const { choices, constant } = valuesOf(shape);
  if (constant !== undefined) return 'constant';
  if (choices.length > 0) return 'choice';
  switch (typeOf(shape)) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    case 'object':
      return propertiesOf(shape).length > 0 ? 'object' : 'json';
    default:
      return 'json';
  }
}

/** The one type besides null; undefined where there are several. */
function typeOf({ type }: JsonSchema): unknown {
  const types = (Array.isArray(type) ? type : [type]).filter((each) => each !== 'null');
  return types.length === 1 ? types[0] : undefined;
}

function valuesOf(shape: JsonSchema): { readonly choices: readonly string[]; readonly constant?: string } {
  if ('const' in shape) return { choices: [], constant: JSON.stringify(shape['const']) };
  const choices = listOf(shape['enum']).map((value) => JSON.stringify(value));
  return choices.length === 1 ? { choices: [], constant: choices[0] ?? '' } : { choices };
}

function referred(reference: string, root: JsonSchema): JsonSchema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isSchema(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return isSchema(at) ? at : undefined;
}
