import * as z from 'zod/mini';
import type { MessageForm, MessagePlace } from '../emit.ts';
import { catalogEntry } from './catalog.ts';
import { contentSchema } from './messages.ts';
import type { NotifierSession } from './notifierSession.ts';

/** A message as this client sends it, with the id that the server gave it. */
export function notifierMessageForm(
  type: string,
  { now, session }: MessagePlace<NotifierSession>,
): MessageForm | undefined {
  const content = contentSchema(type);
  const entry = catalogEntry(type);
  if (!content || !entry) return undefined;
  const example = entry.example as { readonly id: string };
  const id = example.id === '' ? '' : (session?.client ?? example.id);
  return {
    schema: z.looseObject({
      event: z.literal(type),
      id: z.optional(z.nullable(z.string())),
      content,
      timestamp: z.optional(z.nullable(z.string())),
    }),
    example: { ...example, id, timestamp: new Date(now).toISOString() },
  };
}
