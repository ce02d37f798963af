import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import { text, type Text } from '../../model/text.ts';
import { isLoopback } from '../../wire/webAddress.ts';
import { readSettings } from '../settingsProblems.ts';
import type { SettingsResult } from '../settings.ts';

const path = z.optional(z.string().check(z.refine((value) => isAbsolute(value))));
const host = /^[^\s/[\]@]{1,253}$/;

export const notifierSettingsSchema = z.looseObject({
  kind: z.literal('notifier'),
  id: z.optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  host: z._default(z.string().check(z.regex(host)), '127.0.0.1'),
  port: z._default(z.int().check(z.minimum(1), z.maximum(65_535)), 3000),
  serverName: z.optional(z.string().check(z.regex(host))),
  ca: path,
  cert: path,
  key: path,
  rejectUnauthorized: z._default(z.boolean(), true),
  legacyServer: z._default(z.boolean(), false),
  maxMessageBytes: z._default(z.int().check(z.minimum(1024), z.maximum(64 * 1024 * 1024)), 1024 * 1024),
});

export interface NotifierSettings {
  readonly kind: 'notifier';
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The name that the server's certificate must have. */
  readonly serverName: string;
  /** Absolute paths of PEM files. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  /** The server is of the revision that dies of every message that it does not know. */
  readonly legacyServer: boolean;
  /** One event may be this long; what is longer is kept to here and counted whole. */
  readonly maxMessageBytes: number;
}

const absolute = text('an absolute path of a PEM file');

const allowed: Readonly<Record<string, Text>> = {
  id: text('lower-case letters, digits and dashes, at most 63'),
  name: text('a text of 1 to 100 characters'),
  host: text('a host name or an address'),
  port: text('a whole number from 1 to 65535'),
  serverName: text('the name in the certificate of the server'),
  ca: absolute,
  cert: absolute,
  key: absolute,
  rejectUnauthorized: text('true or false'),
  legacyServer: text('true or false'),
  maxMessageBytes: text('a whole number from 1024 to 67108864'),
};

/** Reads one entry of the connections setting. Every problem names the field and what is allowed there. */
export function parseNotifierSettings(value: unknown): SettingsResult<NotifierSettings> {
  const read = readSettings(notifierSettingsSchema, value, allowed);
  if (!read.ok) return read;
  const { id = 'notifier', name, ca, cert, key, serverName, ...rest } = read.value;
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? 'cert' : 'key';
    const present = cert === undefined ? 'key' : 'cert';
    return {
      ok: false,
      problems: [text('"{0}" is missing: "{1}" is of no use without it', missing, present)],
    };
  }
  const warnings = [...read.warnings];
  if (!rest.rejectUnauthorized) {
    warnings.push(
      text('"rejectUnauthorized" is false: anybody on the way can pretend to be the server and read along'),
    );
  }
  return {
    ok: true,
    warnings,
    settings: {
      kind: 'notifier',
      id,
      name: name ?? id,
      host: rest.host,
      port: rest.port,
      serverName: serverName ?? defaultServerName(rest.host),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      rejectUnauthorized: rest.rejectUnauthorized,
      legacyServer: rest.legacyServer,
      maxMessageBytes: rest.maxMessageBytes,
    },
  };
}

/** On the own machine the certificate is made out to `localhost`; elsewhere to what one connects to. */
export function defaultServerName(host: string): string {
  return isLoopback(host) ? 'localhost' : host;
}

/** `tls://host:port`, which names a server among connections, secrets and targets. */
export function addressOf({ host: name, port }: Pick<NotifierSettings, 'host' | 'port'>): string {
  return `tls://${isIP(name) === 6 ? `[${name}]` : name}:${String(port)}`;
}
