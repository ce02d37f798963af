import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/**
 * Certificates for tests and demos, made when they are needed: no private key stands in a repository or a package.
 * A certificate holds what TLS looks at: X.509 v3, P-256, names, purposes. A whole library for this would outweigh the simulator.
 */
export interface Identity {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface CertificateOptions {
  readonly commonName: string;
  /** Without one it signs itself. */
  readonly issuer?: Authority;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly purpose?: 'server' | 'client';
  readonly isAuthority?: boolean;
  /** Milliseconds since the epoch. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** An identity that signs others. */
export interface Authority extends Identity {
  readonly subject: Buffer;
  readonly privateKey: KeyObject;
}

const day = 86_400_000;

/** Makes a key and a certificate for it; signed by itself where no issuer is given. */
export function makeCertificate(options: CertificateOptions): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  // Clocks of two machines differ, by a day where a time zone is set wrong.
  const { notBefore = now - 7 * day, notAfter = now + 30 * day, issuer } = options;
  const subject = nameOf(options.commonName);
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(0x01), randomBytes(8)])),
    ecdsaWithSha256,
    issuer?.subject ?? subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(options))),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  return {
    cert: pem(sequence(body, ecdsaWithSha256, bitString(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    subject,
    privateKey,
  };
}

/** The same key, locked with a passphrase. */
export function lockKey({ privateKey }: Authority, passphrase: string): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}

/** A self-signed server and client, as the script of the real server makes them; valid for ten years. */
export function makeSelfSigned(): { readonly server: Identity; readonly client: Identity } {
  const long = { notAfter: Date.now() + 3650 * day };
  return {
    server: makeCertificate({
      ...long,
      commonName: 'localhost',
      names: ['localhost'],
      addresses: ['127.0.0.1'],
      purpose: 'server',
    }),
    client: makeCertificate({ ...long, commonName: 'testingclient', purpose: 'client' }),
  };
}

function extensions({ names = [], addresses = [], purpose, isAuthority }: CertificateOptions): Buffer[] {
  const found: Buffer[] = [];
  if (isAuthority) found.push(extension('2.5.29.19', sequence(Buffer.of(0x01, 0x01, 0xff))));
  if (names.length + addresses.length > 0) {
    const all = [
      ...names.map((name) => tagged(0x82, Buffer.from(name, 'ascii'))),
      ...addresses.map((address) => tagged(0x87, Buffer.from(address.split('.').map(Number)))),
    ];
    found.push(extension('2.5.29.17', sequence(...all)));
  }
  if (purpose !== undefined) {
    const use = purpose === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
    found.push(extension('2.5.29.37', sequence(oid(use))));
  }
  // An empty list of extensions is no valid certificate.
  if (found.length === 0) found.push(extension('2.5.29.19', sequence()));
  return found;
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, value));
}

function nameOf(commonName: string): Buffer {
  const value = tagged(0x0c, Buffer.from(commonName, 'utf8'));
  return sequence(tagged(0x31, sequence(oid('2.5.4.3'), value)));
}

function tagged(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(value: Uint8Array): Buffer {
  return tagged(0x02, value);
}

function bitString(value: Uint8Array): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.of(0), value]));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 0x80); left > 0; left = Math.floor(left / 0x80))
      groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** Two digits of the year up to 2049 and four after that, as RFC 5280 wants it. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return digits < '2050'
    ? tagged(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : tagged(0x18, Buffer.from(digits, 'ascii'));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}
