import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  lockKey,
  makeCertificate,
  type CertificateOptions,
} from '../../../src/simulator/notifier/certificates.ts';

const authority = makeCertificate({ commonName: 'Authority of the tests', isAuthority: true });
const stranger = makeCertificate({ commonName: 'An authority nobody knows', isAuthority: true });
const day = 86_400_000;

const server = makeCertificate({
  commonName: 'localhost',
  names: ['localhost'],
  addresses: ['127.0.0.1'],
  purpose: 'server',
});
const client: CertificateOptions = { commonName: 'testingclient', issuer: authority, purpose: 'client' };
const past = { notBefore: Date.now() - 3 * day, notAfter: Date.now() - day };
const good = makeCertificate(client);

/** Everything that a certificate can be, made once for all tests of a file. */
export const identities = {
  authority,
  server,
  client: good,
  selfSigned: makeCertificate({ commonName: 'testingclient', purpose: 'client' }),
  strange: makeCertificate({ ...client, issuer: stranger }),
  expired: makeCertificate({ ...client, ...past }),
  future: makeCertificate({ ...client, notBefore: Date.now() + day, notAfter: Date.now() + 3 * day }),
  serverAsClient: makeCertificate({ ...client, purpose: 'server' }),
  expiredServer: makeCertificate({ commonName: 'localhost', names: ['localhost'], ...past }),
  signedServer: makeCertificate({
    commonName: 'localhost',
    names: ['localhost'],
    addresses: ['127.0.0.1'],
    issuer: authority,
    purpose: 'server',
  }),
  otherServer: makeCertificate({ commonName: 'elsewhere', names: ['elsewhere.example'] }),
};
export const passphrase = 'correct horse';

/** A folder with PEM files of all identities: `client.crt`, `client.key` and so on, and `locked.key`. */
export function pemFolder(): { readonly path: (file: string) => string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gsops-pem-'));
  for (const [name, { cert, key }] of Object.entries(identities)) {
    writeFileSync(join(folder, `${name}.crt`), cert);
    writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 });
  }
  writeFileSync(join(folder, 'locked.key'), lockKey(good, passphrase), { mode: 0o600 });
  return {
    path: (file) => join(folder, file),
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
