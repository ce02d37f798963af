import * as z from 'zod/mini';
import type { MessageForm } from '../emit.ts';
import { catalogEntry } from './catalog.ts';

const filled = z.string().check(z.minLength(1));
const schemas: Readonly<Record<string, z.ZodMiniType>> = {
  subscribe: z.looseObject({ action: z.literal('subscribe'), topic: filled }),
  unsubscribe: z.looseObject({ action: z.literal('unsubscribe'), topic: filled }),
  'GET /api/servers': z.looseObject({
    method: z.literal('GET'),
    path: z.string().check(z.regex(/^\/\S*$/)),
  }),
};

/** Messages that clients may send. */
export function bedrockMessageForm(type: string): MessageForm | undefined {
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  const example = catalogEntry(type)?.example;
  return schema && example !== undefined ? { schema, example } : undefined;
}
