import type { Text } from '../model/text.ts';

export type SettingsResult<S> =
  | { readonly ok: true; readonly settings: S; readonly warnings: readonly Text[] }
  | { readonly ok: false; readonly problems: readonly Text[] };

/** Settings that every connection has. */
export interface ConnectionSettings {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** Settings of a connection to a source of messages. */
export interface MessageSettings extends ConnectionSettings {
  /** One message may be this long; a longer one is kept to here and counted whole. */
  readonly maxMessageBytes: number;
}

/** Settings of a connection over TLS. */
export interface ServerSettings extends MessageSettings {
  /** Absolute path of a PEM file. */
  readonly ca?: string;
  readonly rejectUnauthorized: boolean;
  /** SHA-256 fingerprint of the only certificate that is taken, whoever signed it. */
  readonly pin?: string;
}
