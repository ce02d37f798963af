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
