import type { WebTrust } from '../../wire/webTrust.ts';
import type { ServerSettings } from '../settings.ts';

/** Certificates that a connection with these settings takes; `ca` is what its file holds. */
export function trustOf({ rejectUnauthorized, pin }: ServerSettings, ca: string | undefined): WebTrust {
  return {
    rejectUnauthorized,
    ...(ca === undefined ? {} : { ca }),
    ...(pin === undefined ? {} : { pin }),
  };
}
