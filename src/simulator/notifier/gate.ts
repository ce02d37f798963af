import { createCipheriv, createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** The one cipher suite of TLS 1.3 that alerts can be written for. */
export const gateCipher = 'TLS_AES_256_GCM_SHA384';

/** TLS alerts about the certificate of a client. */
export const alerts = { badCertificate: 42, certificateExpired: 45, unknownCa: 48, certificateRequired: 116 };

/**
 * Stands between the socket and TLS and holds back the server's last words of the handshake until the certificate of
 * the client has been judged. Node judges only afterwards and then closes without a word; the server that is stood in
 * for sends an alert in that place. `refuse` puts it there.
 */
export class Gate extends Duplex {
  readonly #raw: Socket;
  #held: Buffer[] | undefined;
  #spoken = false;
  #open = false;
  #secret: Buffer | undefined;

  constructor(raw: Socket) {
    super({ allowHalfOpen: true });
    this.#raw = raw;
    raw.on('data', (bytes: Buffer) => {
      // The client answers our first flight with its certificate.
      if (this.#spoken && !this.#open) this.#held ??= [];
      this.push(bytes);
    });
    raw.on('end', () => this.push(null));
    raw.on('error', (error) => this.destroy(error));
    raw.on('close', () => this.destroy());
  }

  /** Takes a line of the key log of this connection. */
  learn(line: string): void {
    const [label, , secret = ''] = line.trim().split(' ');
    if (label === 'SERVER_TRAFFIC_SECRET_0') this.#secret = Buffer.from(secret, 'hex');
  }

  /** The certificate is fine, or nobody asked. */
  release(): void {
    this.#open = true;
    for (const bytes of this.#held ?? []) this.#raw.write(bytes);
    this.#held = undefined;
  }

  /** Sends an alert in the place of what was held back, and ends. */
  refuse(alert: number): void {
    this.#held = [];
    this.#raw.end(this.#secret ? sealedAlert(this.#secret, alert) : plainAlert(alert));
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#spoken = true;
    if (this.#held) {
      this.#held.push(chunk);
      done();
    } else this.#raw.write(chunk, done);
  }

  override _final(done: () => void): void {
    if (!this.#held) this.#raw.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#held) this.#raw.destroy();
    done(error);
  }
}

/** In TLS 1.2 nothing is encrypted yet in that place. */
function plainAlert(alert: number): Buffer {
  return Buffer.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, alert);
}

/** In TLS 1.3 it is the first record under the server's traffic secret (RFC 8446, 5.2 and 7.3). */
function sealedAlert(secret: Buffer, alert: number): Buffer {
  const inner = Buffer.of(0x02, alert, 0x15);
  const header = Buffer.of(0x17, 0x03, 0x03, 0x00, inner.length + 16);
  const cipher = createCipheriv('aes-256-gcm', expand(secret, 'key', 32), expand(secret, 'iv', 12));
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

function expand(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'ascii');
  const info = Buffer.concat([Buffer.of(0, length, name.length), name, Buffer.of(0)]);
  return createHmac('sha384', secret).update(info).update(Buffer.of(1)).digest().subarray(0, length);
}
