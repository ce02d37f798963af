/**
 * SHA-256 fingerprint of a certificate in the form that Node.js gives and that is shown, from any usual one; nothing where
 * the text is none.
 */
export function fingerprintIn(text: string): string | undefined {
  const digits = text.replace(/^sha-?256[:=/ ]/i, '').replaceAll(/[:\s]/g, '');
  if (!/^[0-9a-f]{64}$/i.test(digits)) return undefined;
  return digits.toUpperCase().replaceAll(/(..)(?!$)/g, '$1:');
}
