import { randomBytes } from 'node:crypto';

/** A password for one virtual server alone. */
export function newPassword(): string {
  return randomBytes(12).toString('base64url');
}
