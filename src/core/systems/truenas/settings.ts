import * as z from 'zod/mini';
import { text, type Text } from '../../model/text.ts';
import { isLoopback, webAddressProblem, withoutPaths } from '../../wire/webAddress.ts';
import { commonFields, messageLimit, readSettings, trustFields, trustIn } from '../readSettings.ts';
import { tagPrefix } from './kinds.ts';
import type { ServerSettings, SettingsResult } from '../settings.ts';

const name = z.string().check(z.minLength(1), z.maxLength(300));

const protocols = ['auto', 'ddp', 'jsonrpc'] as const;
type ProtocolChoice = (typeof protocols)[number];

export const trueNasSettingsSchema = z.looseObject({
  kind: z.literal('truenas'),
  ...commonFields,
  url: z.string().check(z.refine((value) => addressProblem(value) === undefined)),
  protocol: z._default(z.enum(protocols), 'auto'),
  username: z._default(z.string().check(z.minLength(1), z.maxLength(200)), 'root'),
  ...trustFields,
  apps: z._default(z.array(name.check(z.refine((value) => value !== tagPrefix))).check(z.maxLength(1000)), [
    '*',
  ]),
  subscriptions: z._default(z.array(name).check(z.maxLength(1000)), ['core.get_jobs', 'app.query']),
  maxMessageBytes: messageLimit(64 * 1024, 16 * 1024 * 1024),
});

export interface TrueNasSettings extends ServerSettings {
  readonly kind: 'truenas';
  /** `ws:` or `wss:`, without a slash at its end. */
  readonly url: string;
  readonly protocol: ProtocolChoice;
  readonly username: string;
  /** Which apps are game servers: names, `*` for any part of one; or tags behind `tag:`. */
  readonly apps: readonly string[];
  /** Events beside those that the product itself needs; `name:argument` where one takes an argument. */
  readonly subscriptions: readonly string[];
}

const allowed: Readonly<Record<string, Text>> = {
  url: text('an address such as wss://nas.local, without user name, query and fragment'),
  protocol: text('one of {0}', protocols.join(', ')),
  apps: text('a list of names of apps, * for any part of a name, or tag: and a tag'),
  subscriptions: text('a list of events, each a text'),
  maxMessageBytes: text('a whole number from 65536 to 67108864'),
};

/** Reads one entry of the connections setting. Every problem names the field and what is allowed there. */
export function parseTrueNasSettings(value: unknown): SettingsResult<TrueNasSettings> {
  const read = readSettings(trueNasSettingsSchema, value, allowed);
  if (!read.ok) return read;
  const { id = 'truenas', name: label, url, subscriptions, apps, ...rest } = read.settings;
  const settings: TrueNasSettings = {
    kind: 'truenas',
    id,
    name: label ?? id,
    url: baseOf(url),
    protocol: rest.protocol,
    username: rest.username,
    ...trustIn(rest),
    apps: [...new Set(apps)],
    subscriptions: [...new Set(subscriptions)],
    maxMessageBytes: rest.maxMessageBytes,
  };
  const warnings = [...read.warnings];
  if (!isPrivate(settings)) {
    warnings.push(
      text('"url" is not wss: the password and all messages travel readable, and an API key is refused'),
    );
  }
  for (const field of ['ca', 'pin'] as const)
    if (!isSecure(settings) && settings[field] !== undefined)
      warnings.push(text('"{0}" is of no use: "url" is not wss', field));
  return { ok: true, settings, warnings };
}

/** Paths of the NAS's pages and of its protocols: people copy them from a browser or from an old document. */
const ownPaths = ['ui', 'websocket', 'api'];

/** Problem of the address of a NAS. The address of its web page is good too. */
export function addressProblem(value: string): Text | undefined {
  if (!/^(?:wss?|https?):\/\//i.test(value)) return text('An address begins with wss:// or ws://');
  const problem = webAddressProblem(value.replace(/^ws/i, 'http'));
  if (problem) return problem;
  const { search, hash } = new URL(withoutPaths(value, ownPaths));
  return search === '' && hash === '' ? undefined : text('Without a query and without a fragment');
}

export function isSecure({ url }: Pick<TrueNasSettings, 'url'>): boolean {
  return url.startsWith('wss:');
}

/** Nobody on the way can read along: it is encrypted, or does not leave this machine. */
export function isPrivate(settings: Pick<TrueNasSettings, 'url'>): boolean {
  return isSecure(settings) || isLoopback(new URL(settings.url).hostname);
}

function baseOf(value: string): string {
  const { protocol, host, pathname } = new URL(withoutPaths(value, ownPaths));
  return `${/^(?:wss|https):/.test(protocol) ? 'wss' : 'ws'}://${host}${pathname.replace(/\/+$/, '')}`;
}
