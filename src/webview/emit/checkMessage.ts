import { unquoted, type JsonNode } from '../base/json.ts';
import { t } from '../base/l10n.ts';
import { valueAt, type Path } from './editJson.ts';
import { alternativesOf, isSchema, listOf, propertiesOf, resolved, type JsonSchema } from './schemaFields.ts';

/** A value that does not match its schema. */
export interface MessageProblem {
  readonly path: Path;
  readonly message: string;
}

/** Problems that are looked for; a list of more helps nobody. */
const maxProblems = 50;
/** Elements of one list that are looked at. */
const maxElements = 500;
/** Levels that are looked at; schemas may refer to themselves. */
const maxDepth = 40;

/** The path as people read it: `Data.Ports[0].start`; empty for the message itself. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** All that does not match the schema. The text has to be JSON. */
export function checkMessage(schema: JsonSchema, root: JsonNode, text: string): readonly MessageProblem[] {
  const checker = new Checker(schema, text);
  checker.check(schema, root, []);
  return checker.problems;
}

class Checker {
  readonly problems: MessageProblem[] = [];
  readonly #root: JsonSchema;
  readonly #text: string;

  constructor(root: JsonSchema, text: string) {
    this.#root = root;
    this.#text = text;
  }

  check(given: JsonSchema, node: JsonNode, path: Path): void {
    if (this.problems.length >= maxProblems || path.length > maxDepth) return;
    const schema = resolved(given, this.#root);
    const alternatives = alternativesOf(schema);
    if (alternatives.length > 0 && !alternatives.some((each) => this.#fits(each, node, path))) {
      this.#addAlternatives(alternatives, node, path);
      return;
    }
    const types = typesOf(schema);
    if (types.length > 0 && !types.some((type) => isOfType(type, node, this.#source(node)))) {
      this.#add(path, t('must be {0}', types.map(typeName).join(t(' or '))));
      return;
    }
    this.#checkValue(schema, node, path);
    if (node.kind === 'object') this.#checkMembers(schema, node, path);
    if (node.kind === 'array' && isSchema(schema['items'])) {
      for (const [index, child] of node.first(maxElements).entries())
        this.check(schema['items'], child, [...path, index]);
    }
  }

  /** Of the alternatives for values of this kind the one with the fewest problems tells what is wrong. */
  #addAlternatives(alternatives: readonly JsonSchema[], node: JsonNode, path: Path): void {
    const attempts = alternatives.map((each) => this.#attempt(each, node, path));
    const same = attempts
      .filter((problems) => problems.some((each) => each.path.length > path.length))
      .sort((a, b) => a.length - b.length)[0];
    if (same) {
      this.problems.push(...same.slice(0, maxProblems - this.problems.length));
      return;
    }
    const isOfThisType = (schema: JsonSchema): boolean =>
      typesOrValues(resolved(schema, this.#root)).some((type) => isOfType(type, node, this.#source(node)));
    const index = alternatives.findIndex(isOfThisType);
    const types = alternatives.flatMap((each) => typesOrValues(resolved(each, this.#root)));
    if (index >= 0) this.problems.push(...(attempts[index] ?? []).slice(0, 1));
    else this.#add(path, t('must be {0}', [...new Set(types)].map(typeName).join(t(' or '))));
  }

  #fits(schema: JsonSchema, node: JsonNode, path: Path): boolean {
    return this.#attempt(schema, node, path).length === 0;
  }

  #attempt(schema: JsonSchema, node: JsonNode, path: Path): readonly MessageProblem[] {
    const checker = new Checker(this.#root, this.#text);
    checker.check(schema, node, path);
    return checker.problems;
  }

  #checkValue(schema: JsonSchema, node: JsonNode, path: Path): void {
    const allowed = 'const' in schema ? [schema['const']] : listOf(schema['enum']);
    if (allowed.length > 0) {
      const shown = allowed.map((value) => JSON.stringify(value));
      if (!shown.includes(this.#normal(node)))
        this.#add(path, t('must be {0}', shown.slice(0, 8).join(t(' or '))));
      return;
    }
    const { minLength, maxLength, pattern, minimum, maximum, minItems } = schema;
    if (node.kind === 'string') {
      const value = unquoted(this.#source(node));
      if (typeof minLength === 'number' && value.length < minLength)
        this.#add(
          path,
          minLength === 1 ? t('must not be empty') : t('must have at least {0} characters', minLength),
        );
      if (typeof maxLength === 'number' && value.length > maxLength)
        this.#add(path, t('must have at most {0} characters', maxLength));
      if (typeof pattern === 'string' && !matches(pattern, value))
        this.#add(path, t('must match {0}', pattern));
    } else if (node.kind === 'number') {
      const value = Number(this.#source(node));
      if (typeof minimum === 'number' && value < minimum) this.#add(path, t('must be at least {0}', minimum));
      if (typeof maximum === 'number' && value > maximum) this.#add(path, t('must be at most {0}', maximum));
    } else if (node.kind === 'array' && typeof minItems === 'number' && node.count < minItems)
      this.#add(path, t('must have at least {0} entries', minItems));
  }

  #checkMembers(schema: JsonSchema, node: JsonNode, path: Path): void {
    for (const name of listOf(schema['required']))
      if (typeof name === 'string' && !valueAt(node, [name])) this.#add([...path, name], t('is missing'));
    for (const [name, inner] of propertiesOf(schema)) {
      const child = valueAt(node, [name]);
      if (child) this.check(inner, child, [...path, name]);
    }
  }

  #source({ start, end }: JsonNode): string {
    return this.#text.slice(start, end);
  }

  /** A scalar as JSON writes it. */
  #normal(node: JsonNode): string {
    if (node.kind === 'object' || node.kind === 'array') return '';
    return JSON.stringify(JSON.parse(this.#source(node)));
  }

  #add(path: Path, message: string): void {
    if (this.problems.length < maxProblems) this.problems.push({ path, message });
  }
}

function typesOf({ type }: JsonSchema): readonly string[] {
  return (Array.isArray(type) ? type : [type]).filter((each): each is string => typeof each === 'string');
}

/** The types of a schema; without any, those of the values that it names. */
function typesOrValues(schema: JsonSchema): readonly string[] {
  const types = typesOf(schema);
  if (types.length > 0) return types;
  const values = 'const' in schema ? [schema['const']] : listOf(schema['enum']);
  return values.map((value) => (value === null ? 'null' : typeof value));
}

function isOfType(type: string, { kind }: JsonNode, source: string): boolean {
  if (type === 'integer') return kind === 'number' && Number.isInteger(Number(source));
  return type === kind;
}

function typeName(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: t('a text'),
    number: t('a number'),
    integer: t('a whole number'),
    boolean: t('true or false'),
    object: t('an object'),
    array: t('a list'),
    null: 'null',
  };
  return names[type] ?? type;
}

/** The patterns are those of our own catalogs; one that the browser does not understand limits nothing. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}
