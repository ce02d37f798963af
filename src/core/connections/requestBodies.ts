import * as z from 'zod/mini';
import { isText, type Text } from '../model/text.ts';

const words = z.custom<Text>(isText);
const input = z.record(z.string(), z.string());
const subject = z.optional(z.object({ host: z.optional(z.string()), kind: z.string(), key: z.string() }));

/** Bodies of the requests of windows to each other, by kind. Another window may be of another version. */
export const requestBodies = {
  /** Run an operation; the request's id is the task's. */
  operation: z.object({ operation: z.string(), subject, input }),
  /** Cancel an operation that runs in the window that is asked. */
  cancel: z.object({ task: z.string() }),
  /** Choices or first value of an input that only a session knows. */
  input: z.object({
    operation: z.string(),
    subject,
    field: z.string(),
    given: input,
    wanted: z.enum(['options', 'value']),
  }),
  /** Ask the user of the window that asked for an operation. */
  question: z.object({
    question: z.object({ message: words, detail: words, action: words, typed: z.optional(z.string()) }),
  }),
  /** Send an event. */
  emission: z.object({ address: z.string(), base64: z.string(), origin: z.enum(['emitted', 'replayed']) }),
};

export type RequestKind = keyof typeof requestBodies;
export type RequestBody<Kind extends RequestKind> = z.infer<(typeof requestBodies)[Kind]>;

/** Outcomes of operations and emissions, as they are answered. */
export const outcomeAnswer = z.object({
  outcome: z.enum(['succeeded', 'failed', 'refused', 'cancelled']),
  message: words,
});
export const questionAnswer = z.object({ yes: z.boolean() });
export const inputAnswer = z.object({
  choices: z.optional(
    z.array(z.union([z.string(), z.object({ value: z.string(), label: words, detail: z.optional(words) })])),
  ),
  value: z.optional(z.string()),
});
