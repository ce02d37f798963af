import * as z from 'zod/mini';
import { posix } from 'node:path';
import { text, type Text } from '../../model/text.ts';
import { readSettings } from '../settingsProblems.ts';
import type { SettingsResult } from '../system.ts';

/** How KGSM's events reach us. `auto` takes the socket, the one way that is built so far. */
const eventTransports = ['auto', 'socket'] as const;

export const kgsmSettingsSchema = z.looseObject({
  kind: z.literal('kgsm'),
  id: z.optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/))),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  root: z.optional(z.string().check(z.regex(/^\//))),
  events: z._default(z.enum(eventTransports), 'auto'),
  socket: z._default(z.string().check(z.minLength(1)), 'kgsm.sock'),
  socketMode: z._default(z.string().check(z.regex(/^0?[0-7]{3}$/)), '0600'),
  maxMessageBytes: z._default(z.int().check(z.minimum(1024), z.maximum(64 * 1024 * 1024)), 1024 * 1024),
});

export interface KgsmSettings {
  readonly kind: 'kgsm';
  readonly id: string;
  readonly name: string;
  /** KGSM's own folder; without it there is nothing to operate, only events to listen to. */
  readonly root?: string;
  /** Absolute path of the socket. */
  readonly socketPath: string;
  readonly socketMode: number;
  /** One event may be this long; what is longer is kept to here and counted whole. */
  readonly maxMessageBytes: number;
}

const allowed: Readonly<Record<string, Text>> = {
  id: text('lower-case letters, digits and dashes, at most 63'),
  name: text('a text of 1 to 100 characters'),
  root: text('an absolute path'),
  events: text('one of {0}', eventTransports.join(', ')),
  socket: text('a file name below the root, or an absolute path'),
  maxMessageBytes: text('a whole number from 1024 to 67108864'),
  socketMode: text('an octal file mode such as 0600, 0660 or 0666'),
};

/** Reads one entry of the connections setting. Every problem names the field and what is allowed there. */
export function parseKgsmSettings(value: unknown): SettingsResult<KgsmSettings> {
  const read = readSettings(kgsmSettingsSchema, value, allowed);
  if (!read.ok) return read;
  const { id = 'kgsm', name, root, socket, socketMode, maxMessageBytes } = read.value;
  if (root === undefined && !socket.startsWith('/')) {
    return {
      ok: false,
      problems: [
        text('"root" is missing: it is the folder of KGSM; without it "socket" must be an absolute path'),
      ],
    };
  }
  return {
    ok: true,
    warnings: read.warnings,
    settings: {
      kind: 'kgsm',
      id,
      name: name ?? id,
      ...(root === undefined ? {} : { root: posix.normalize(root) }),
      // KGSM joins root and name itself; a name such as ../x.sock is one that it accepts.
      socketPath: socket.startsWith('/') ? posix.normalize(socket) : posix.join(root ?? '/', socket),
      socketMode: parseInt(socketMode, 8),
      maxMessageBytes,
    },
  };
}
