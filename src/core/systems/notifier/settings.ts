import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { text, type Text } from '../../model/text.ts';
import { isLoopback } from '../../wire/webAddress.ts';
import {
  commonFields,
  messageLimit,
  pemPath,
  port,
  readSettings,
  trustFields,
  trustIn,
} from '../readSettings.ts';
import type { ServerSettings, SettingsResult } from '../settings.ts';

const host = /^[^\s/[\]@]{1,253}$/;

export const notifierSettingsSchema = z.looseObject({
  kind: z.literal('notifier'),
  ...commonFields,
  host: z._default(z.string().check(z.regex(host)), '127.0.0.1'),
  port: z._default(port, 3000),
  serverName: z.optional(z.string().check(z.regex(host))),
  ...trustFields,
  cert: pemPath,
  key: pemPath,
  legacyServer: z._default(z.boolean(), false),
  maxMessageBytes: messageLimit(),
});

export interface NotifierSettings extends ServerSettings {
  readonly kind: 'notifier';
  readonly host: string;
  readonly port: number;
  /** The name that the server's certificate must have. */
  readonly serverName: string;
  /** Absolute paths of PEM files. */
  readonly cert?: string;
  readonly key?: string;
  /** The server is of the revision that dies of every message that it does not know. */
  readonly legacyServer: boolean;
}

const allowed: Readonly<Record<string, Text>> = {
  host: text('a host name or an address'),
  serverName: text('the name in the certificate of the server'),
  legacyServer: text('true or false'),
};

/** Reads one entry of the connections setting. Every problem names the field and what is allowed there. */
export function parseNotifierSettings(value: unknown): SettingsResult<NotifierSettings> {
  const read = readSettings(notifierSettingsSchema, value, allowed);
  if (!read.ok) return read;
  const { id = 'notifier', name, cert, key, serverName, ...rest } = read.settings;
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? 'cert' : 'key';
    const present = cert === undefined ? 'key' : 'cert';
    return {
      ok: false,
      problems: [text('"{0}" is missing: "{1}" is of no use without it', missing, present)],
    };
  }
  return {
    ok: true,
    warnings: read.warnings,
    settings: {
      kind: 'notifier',
      id,
      name: name ?? id,
      host: rest.host,
      port: rest.port,
      serverName: serverName ?? defaultServerName(rest.host),
      ...trustIn(rest),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
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
