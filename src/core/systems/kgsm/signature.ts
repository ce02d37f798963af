import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that KGSM signs its webhooks in. */
export const signatureHeader = 'x-kgsm-signature';

const prefix = 'sha256=';
const hexDigest = /^[0-9a-f]{64}$/i;
const base64Digest = /^[A-Za-z0-9+/]{43}=$/;

/** The signature of a body as KGSM writes it. */
export function sign(body: Uint8Array, secret: string): string {
  return `${prefix}${digest(body, secret).toString('base64')}`;
}

/** Whether a header signs this body: in base64, as KGSM does it, or in hex, as its documents say. Takes the same time for every wrong one. */
export function isSigned(body: Uint8Array, header: unknown, secret: string): boolean {
  const given = typeof header === 'string' ? parse(header) : undefined;
  return given !== undefined && timingSafeEqual(given, digest(body, secret));
}

function parse(header: string): Buffer | undefined {
  if (!header.startsWith(prefix)) return undefined;
  const value = header.slice(prefix.length);
  if (hexDigest.test(value)) return Buffer.from(value, 'hex');
  return base64Digest.test(value) ? Buffer.from(value, 'base64') : undefined;
}

function digest(body: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}
