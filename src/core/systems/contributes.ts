import type * as z from 'zod/mini';

/** The texts of a system's connection settings. Read when package.json is generated, never by the running extension. */
export interface SettingsContribution {
  readonly schema: z.ZodMiniObject;
  /** The entry that the settings editor offers to insert. */
  readonly snippet: Readonly<Record<string, unknown>>;
  /** Description of each field; fields inside another have its name and a dot in front. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Descriptions of the fields that connections of several systems have. */
export const sharedFields = {
  kind: 'The system that the connection speaks to.',
  id: 'Stays the same when the name changes: lower-case letters, digits and dashes.',
  name: 'How the connection is shown.',
  maxMessageBytes: 'Longest event in bytes; what is longer is cut off, and said to be.',
  url: 'Web address of the server, with the path of a reverse proxy where there is one.',
  username: 'Who signs in. The password is asked for and stands in no setting.',
  subscriptions: 'Topics or events that are subscribed from the beginning; "*" is all.',
  ca: 'PEM file that the certificate of the server is checked against, an absolute path; the certificates of the system without it.',
  pin: 'SHA-256 fingerprint of the certificate of the server: only this certificate is taken then, whoever signed it.',
  rejectUnauthorized:
    'Refuse a server whose certificate cannot be checked. Without it anybody in between can read and change what is sent.',
} as const;
