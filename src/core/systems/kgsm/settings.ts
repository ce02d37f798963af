import * as z from 'zod/mini';
import { posix } from 'node:path';
import { text, type Text } from '../../model/text.ts';
import { commonFields, messageLimit, port, readSettings } from '../readSettings.ts';
import type { MessageSettings, SettingsResult } from '../settings.ts';

/** How KGSM's events reach us. `auto` looks which version of KGSM is there. */
const eventTransports = ['auto', 'socket', 'journal', 'webhook'] as const;

const webhookSchema = z.looseObject({
  host: z._default(z.string().check(z.regex(/^[A-Za-z0-9.:_-]{1,255}$/)), '127.0.0.1'),
  port: z._default(port, 8787),
  path: z.optional(z.string().check(z.regex(/^\/[!-"$->@-~]{0,255}$/))),
});

export const kgsmSettingsSchema = z.looseObject({
  kind: z.literal('kgsm'),
  ...commonFields,
  root: z.optional(z.string().check(z.regex(/^\//))),
  events: z._default(z.enum(eventTransports), 'auto'),
  socket: z._default(z.string().check(z.minLength(1)), 'kgsm.sock'),
  socketMode: z._default(z.string().check(z.regex(/^0?[0-7]{3}$/)), '0600'),
  journalDir: z.optional(z.string().check(z.regex(/^\//))),
  webhook: z._default(webhookSchema, { host: '127.0.0.1', port: 8787 }),
  backfillHours: z._default(z.int().check(z.minimum(0), z.maximum(168)), 24),
  maxMessageBytes: messageLimit(),
});

/** Address that webhooks are listened for on. */
export interface WebhookPlace {
  readonly host: string;
  readonly port: number;
  /** The only path that is answered; without it every path is. */
  readonly path?: string;
}

export interface KgsmSettings extends MessageSettings {
  readonly kind: 'kgsm';
  /** KGSM's own folder; without it there is nothing to operate, only events to listen to. */
  readonly root?: string;
  readonly events: (typeof eventTransports)[number];
  /** Absolute path of the socket; without it there is a journal. */
  readonly socketPath?: string;
  readonly socketMode: number;
  /** Absolute path of the journal's directory, where it is not the one that KGSM names. */
  readonly journalDir?: string;
  /** Present if events are set to come by webhook: no port is opened unasked. */
  readonly webhook?: WebhookPlace;
  /** The first look into a journal goes back so far. */
  readonly backfillHours: number;
}

const allowed: Readonly<Record<string, Text>> = {
  root: text('an absolute path'),
  events: text('one of {0}', eventTransports.join(', ')),
  socket: text('a file name below the root, or an absolute path'),
  journalDir: text('an absolute path'),
  webhook: text(
    'an object of {0}, {1} (1 to 65535) and {2} (it begins with /)',
    '"host"',
    '"port"',
    '"path"',
  ),
  backfillHours: text('a whole number from 0 to 168'),
  socketMode: text('an octal file mode such as 0600, 0660 or 0666'),
};

/** Reads one entry of the connections setting. Every problem names the field and what is allowed there. */
export function parseKgsmSettings(value: unknown): SettingsResult<KgsmSettings> {
  const read = readSettings(kgsmSettingsSchema, value, allowed);
  if (!read.ok) return read;
  const { id = 'kgsm', name, events, socket, journalDir, webhook } = read.settings;
  const root = read.settings.root === undefined ? undefined : folderOf(read.settings.root);
  const { socketMode, maxMessageBytes, backfillHours } = read.settings;
  const withSocket = events === 'auto' || events === 'socket';
  const socketPath = withSocket ? socketPathOf(root, socket) : undefined;
  const problem = missing(events, socketPath, root ?? journalDir);
  if (problem) return { ok: false, problems: [...read.warnings, problem] };
  return {
    ok: true,
    warnings: read.warnings,
    settings: {
      kind: 'kgsm',
      id,
      name: name ?? id,
      ...(root === undefined ? {} : { root }),
      events,
      ...(socketPath === undefined ? {} : { socketPath }),
      socketMode: parseInt(socketMode, 8),
      ...(journalDir === undefined ? {} : { journalDir: posix.normalize(journalDir) }),
      ...(events === 'webhook' ? { webhook: placeOf(webhook) } : {}),
      backfillHours,
      maxMessageBytes,
    },
  };
}

/** KGSM's folder, also by the path of the program in it. */
export function folderOf(root: string): string {
  const path = posix.normalize(root);
  return posix.basename(path) === 'kgsm.sh' ? posix.dirname(path) : path;
}

function placeOf({ host, port, path }: z.infer<typeof webhookSchema>): WebhookPlace {
  return { host, port, ...(path === undefined ? {} : { path }) };
}

/** KGSM joins root and name itself; a name such as ../x.sock is one that it accepts. */
function socketPathOf(root: string | undefined, socket: string): string | undefined {
  if (socket.startsWith('/')) return posix.normalize(socket);
  return root === undefined ? undefined : posix.join(root, socket);
}

/** Every way needs a place; `auto` is content with either, and a webhook comes from wherever KGSM is. */
function missing(
  events: KgsmSettings['events'],
  socketPath: string | undefined,
  journal: string | undefined,
): Text | undefined {
  if (events === 'webhook') return undefined;
  if (events === 'journal') {
    if (journal !== undefined) return undefined;
    return text('"journalDir" is missing: without "root", nothing tells where the journal is');
  }
  if (socketPath !== undefined || (events === 'auto' && journal !== undefined)) return undefined;
  return text('"root" is missing: it is the folder of KGSM; without it "socket" must be an absolute path');
}
