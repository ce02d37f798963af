import * as z from 'zod/mini';
import type { MessageForm } from '../../systems/emit.ts';

/** JSON Schema as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Words about a field by its path, such as `Data.Ports.*.start`. */
export type FieldWords = (path: string) => string | undefined;

/** Levels of an example of which a schema is made; deeper values are taken as they are. */
const maxDepth = 8;

/**
 * The schema of a message as plain JSON, with the words about its fields as descriptions and the values of its example as
 * examples. Without a schema of the system it says of each field what the example has there.
 */
export function messageSchema({ schema, example }: MessageForm, words: FieldWords): JsonSchema {
  if (!schema) return described(shapeOf(example, 0), example, words, '');
  const { $schema, ...shape } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return described(shape, example, words, '');
}

function shapeOf(value: unknown, depth: number): JsonSchema {
  if (value === null || depth > maxDepth) return {};
  if (Array.isArray(value))
    return { type: 'array', ...(value.length > 0 ? { items: shapeOf(value[0], depth + 1) } : {}) };
  if (typeof value !== 'object') return { type: typeof value };
  const fields = Object.entries(value).map(([name, each]) => [name, shapeOf(each, depth + 1)] as const);
  return { type: 'object', properties: Object.fromEntries(fields) };
}

function described(schema: JsonSchema, example: unknown, words: FieldWords, path: string): JsonSchema {
  const description = words(path);
  const { properties, items } = schema;
  const isScalar = typeof example !== 'object' && example !== undefined;
  return {
    ...schema,
    ...(description === undefined ? {} : { description }),
    ...(isScalar ? { examples: [example] } : {}),
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [
              name,
              described(inner as JsonSchema, fieldOf(example, name), words, joined(path, name)),
            ]),
          ),
        }
      : {}),
    ...(isObject(items)
      ? {
          items: described(
            items,
            Array.isArray(example) ? (example[0] as unknown) : undefined,
            words,
            joined(path, '*'),
          ),
        }
      : {}),
  };
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
