import * as z from 'zod/mini';
import { text, type Text } from '../../model/text.ts';
import { isLoopback, webAddressProblem, withoutPaths } from '../../wire/webAddress.ts';
import { commonFields, messageLimit, readSettings, trustFields, trustIn } from '../readSettings.ts';
import type { ServerSettings, SettingsResult } from '../settings.ts';

const topic = z.string().check(z.minLength(1), z.maxLength(300));

export const bedrockSettingsSchema = z.looseObject({
  kind: z.literal('bedrock'),
  ...commonFields,
  url: z._default(
    z.string().check(z.refine((value) => addressProblem(value) === undefined)),
    'http://127.0.0.1:11325',
  ),
  username: z._default(z.string().check(z.minLength(1), z.maxLength(200)), 'admin'),
  ...trustFields,
  subscriptions: z._default(z.array(topic).check(z.maxLength(1000)), ['*']),
  maxMessageBytes: messageLimit(),
});

export interface BedrockSettings extends ServerSettings {
  readonly kind: 'bedrock';
  /** Without a slash at its end; with the path of a reverse proxy, if there is one. */
  readonly url: string;
  readonly username: string;
  /** Topics that are subscribed from the beginning; `*` is all events. */
  readonly subscriptions: readonly string[];
}

const allowed: Readonly<Record<string, Text>> = {
  url: text('a web address such as http://127.0.0.1:11325, without user name, query and fragment'),
  subscriptions: text('a list of topics, each a text'),
};

/** Reads one entry of the connections setting. Every problem names the field and what is allowed there. */
export function parseBedrockSettings(value: unknown): SettingsResult<BedrockSettings> {
  const read = readSettings(bedrockSettingsSchema, value, allowed);
  if (!read.ok) return read;
  const { id = 'bedrock', name, url, username, subscriptions, maxMessageBytes } = read.settings;
  const trust = trustIn(read.settings);
  const warnings = [...read.warnings];
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(hostname))
    warnings.push(
      text('"url" is not https: the password and all messages travel readable for everybody on the way'),
    );
  for (const field of ['ca', 'pin'] as const)
    if (protocol === 'http:' && trust[field] !== undefined)
      warnings.push(text('"{0}" is of no use: "url" is not https', field));
  return {
    ok: true,
    warnings,
    settings: {
      kind: 'bedrock',
      id,
      name: name ?? id,
      url: baseOf(url),
      username,
      ...trust,
      subscriptions: [...new Set(subscriptions)],
      maxMessageBytes,
    },
  };
}

/** Paths of the program's pages and of what they ask: a browser shows them behind the address. */
const ownPaths = ['app', 'ws', 'api', 'auth', 'setup', 'docs', 'redoc'];

/** Problem of the address of a server. The address of one of its pages is good too. */
export function addressProblem(value: string): Text | undefined {
  const problem = webAddressProblem(value);
  if (problem) return problem;
  const { search, hash } = new URL(withoutPaths(value, ownPaths));
  return search === '' && hash === '' ? undefined : text('Without a query and without a fragment');
}

/** The place of the WebSocket: exactly `/ws` behind the path of the base. */
export function socketAddress({ url }: Pick<BedrockSettings, 'url'>): string {
  return `${url.replace(/^http/, 'ws')}/ws`;
}

function baseOf(url: string): string {
  const { origin, pathname } = new URL(withoutPaths(url, ownPaths));
  return origin + pathname.replace(/\/+$/, '');
}
