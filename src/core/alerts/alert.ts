import * as z from 'zod/mini';
import type { InstanceRef } from '../model/instance.ts';
import { isText, type Text } from '../model/text.ts';

/** Kinds of alerts, the gravest first; the settings name them. */
export const alertKinds = [
  'crash',
  'failedStart',
  'connectionLost',
  'failedTask',
  'serverAlert',
  'rule',
  'updateAvailable',
] as const;
export type AlertKind = (typeof alertKinds)[number];

const alertBody = z.object({
  kind: z.enum(alertKinds),
  connection: z.string(),
  /** The instance that it is about; absent where it is the connection. */
  instance: z.optional(
    z.object({ kind: z.string(), key: z.string(), name: z.string(), host: z.optional(z.string()) }),
  ),
  title: z.custom<Text>(isText),
  detail: z.optional(z.custom<Text>(isText)),
  /** Query of the rule, which finds the events. */
  query: z.optional(z.string()),
});

/** Something that somebody should hear of. */
export type AlertBody = Readonly<z.infer<typeof alertBody>>;

/** An alert before it is one: the same cause within its quiet time is the same alert. */
export interface NewAlert extends AlertBody {
  readonly cause: string;
  readonly quietMs: number;
  /** Another message of this window has told of it already. */
  readonly isTold?: boolean;
}

/** An alert as the journal has it. */
export interface Alert extends AlertBody {
  readonly id: string;
  readonly cause: string;
  readonly at: number;
  readonly muted: boolean;
  /** Window that showed it. */
  readonly toldBy?: string;
  readonly seenAt?: number;
}

/** The alert that a row of the journal holds; nothing where it is of another version. */
export function readAlertBody(json: string): AlertBody | undefined {
  const read = z.safeParse(alertBody, parsed(json));
  return read.success ? read.data : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export function alertInstance({ connection, instance }: AlertBody): InstanceRef | undefined {
  if (!instance) return undefined;
  const { kind, key, host } = instance;
  return { connection, kind, key, ...(host === undefined ? {} : { host }) };
}
