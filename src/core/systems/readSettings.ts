import { isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import { nearest } from '../model/nearest.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import { fingerprintIn } from '../wire/fingerprint.ts';
import type { ServerSettings, SettingsResult } from './settings.ts';

/** Fields that every connection has. */
export const commonFields = {
  id: z.optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
};

/** Absolute path of a PEM file, or of nothing. */
export const pemPath = z.optional(z.string().check(z.refine((value) => isAbsolute(value))));
const fingerprint = z.optional(z.string().check(z.refine((value) => fingerprintIn(value) !== undefined)));

/** Fields of every connection over TLS. */
export const trustFields = {
  ca: pemPath,
  rejectUnauthorized: z._default(z.boolean(), true),
  pin: fingerprint,
};

/** The settings that these fields make. */
export function trustIn(given: {
  readonly ca?: string | undefined;
  readonly pin?: string | undefined;
  readonly rejectUnauthorized: boolean;
}): Pick<ServerSettings, keyof typeof trustFields> {
  const { ca, rejectUnauthorized } = given;
  const pin = fingerprintIn(given.pin ?? '');
  return {
    rejectUnauthorized,
    ...(ca === undefined ? {} : { ca }),
    ...(pin === undefined ? {} : { pin }),
  };
}

export const port = z.int().check(z.minimum(1), z.maximum(65_535));

const kilobyte = 1024;
const maxMessageBytes = 64 * kilobyte * kilobyte;

/** How long one message may be. */
export function messageLimit(least = kilobyte, usual = kilobyte * kilobyte) {
  return z._default(z.int().check(z.minimum(least), z.maximum(maxMessageBytes)), usual);
}

/** Allowed values of the fields that several systems have. */
const allowedInCommon: Readonly<Record<string, Text>> = {
  id: text('lower-case letters, digits and dashes, at most 63'),
  name: text('a text of 1 to 100 characters'),
  ca: text('an absolute path of a PEM file'),
  cert: text('an absolute path of a PEM file'),
  key: text('an absolute path of a PEM file'),
  port: text('a whole number from 1 to 65535'),
  username: text('a text of 1 to 200 characters'),
  rejectUnauthorized: text('true or false'),
  pin: text('a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons'),
  maxMessageBytes: text('a whole number from 1024 to 67108864'),
};

/** Warns of a server whose certificate is not checked. */
const uncheckedServer = text(
  '"rejectUnauthorized" is false: anybody on the way can pretend to be the server and read along',
);

/**
 * Validates settings and words what is wrong by field and by what is allowed there, which the schema library cannot
 * know. Fields that no system reads are a warning, not an error: a newer version may have written them.
 */
export function readSettings<T extends z.ZodMiniObject>(
  schema: T,
  value: unknown,
  allowed: Readonly<Record<string, Text>>,
): SettingsResult<z.infer<T>> {
  const result = schema.safeParse(value);
  if (!result.success) {
    const fields = new Map<string, Text>();
    for (const issue of result.error.issues) {
      const field = String(issue.path[0] ?? '');
      if (!fields.has(field))
        fields.set(field, problem(field, value, allowed[field] ?? allowedInCommon[field]));
    }
    // First what is probably a slip of the pen: the rest may come of it.
    return { ok: false, problems: [...unknownFields(schema, value), ...fields.values()] };
  }
  const warnings = unknownFields(schema, value);
  const { rejectUnauthorized, pin } = result.data as Readonly<Record<string, unknown>>;
  if (rejectUnauthorized === false && pin === undefined) warnings.push(uncheckedServer);
  return { ok: true, settings: result.data, warnings };
}

function unknownFields(schema: z.ZodMiniObject, value: unknown): Text[] {
  const known = Object.keys(schema.shape);
  const given =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  return given
    .filter((field) => !known.includes(field))
    .map((field) => {
      const near = nearest(field, known);
      const shownField = oneLine(field, 60);
      return near === undefined
        ? text('"{0}" is not a setting of this kind of connection and is ignored', shownField)
        : text(
            '"{0}" is not a setting of this kind of connection and is ignored: did you mean "{1}"?',
            shownField,
            near,
          );
    });
}

function problem(field: string, value: unknown, allowed: Text | undefined): Text {
  if (field === '') return text('a connection must be an object, not {0}', shown(value));
  const given =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  if (given === undefined) return text('"{0}" is missing', field);
  if (!allowed) return text('"{0}" must not be {1}', field, shown(given));
  return text('"{0}" must be {1}, not {2}', field, allowed, shown(given));
}

function shown(value: unknown): string {
  return oneLine(value === undefined ? 'nothing' : JSON.stringify(value), 60);
}
