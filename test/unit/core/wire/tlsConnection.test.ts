import { createServer, type AddressInfo, type Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TlsConnection, type TlsOptions, type TlsStep } from '../../../../src/core/wire/tlsConnection.ts';
import { readCredentials } from '../../../../src/core/wire/tlsCredentials.ts';
import { explainTls, TlsError, type TlsReason } from '../../../../src/core/wire/tlsError.ts';
import { ManualClock, realClock } from '../helpers.ts';
import { startServer, type Rig } from '../../simulator/notifierServer.ts';
import { passphrase, pemFolder } from '../../simulator/pem.ts';

async function options(rig: Rig, changes: Partial<TlsOptions> = {}): Promise<TlsOptions> {
  return {
    host: '127.0.0.1',
    port: rig.server.port,
    serverName: 'localhost',
    credentials: await readCredentials({ ca: rig.files.path('server.crt') }, () =>
      Promise.resolve(undefined),
    ),
    rejectUnauthorized: true,
    clock: realClock,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onData: () => undefined,
    ...changes,
  };
}

async function reasonOf(opening: Promise<unknown>): Promise<TlsReason | undefined> {
  try {
    await opening;
    return undefined;
  } catch (error) {
    if (TlsError.is(error)) return error.reason;
    throw error;
  }
}

describe('a TLS connection', () => {
  it('tells its steps; a name is looked up, and tried at all of its addresses', async () => {
    await using rig = await startServer();
    const steps: TlsStep[] = [];
    const onStep = (step: TlsStep): void => void steps.push(step);
    const named = await TlsConnection.open(await options(rig, { host: 'localhost', onStep }));
    expect(steps.splice(0)).toEqual(['lookUp', 'connect', 'handshake']);
    await named.close();
    const numbered = await TlsConnection.open(await options(rig, { serverName: '127.0.0.1', onStep }));
    expect(steps).toEqual(['connect', 'handshake']);
    await numbered.close();
    await numbered.close();
  });

  it('writes each piece as one record, also when nobody waits in between', async () => {
    await using rig = await startServer({ revision: 'lax' });
    const heard: string[] = [];
    const enough = Promise.withResolvers<undefined>();
    const connection = await TlsConnection.open(
      await options(rig, {
        onData: (bytes) => {
          heard.push(Buffer.from(bytes).toString());
          if (heard.join('').split('connection_accepted').length > 20) enough.resolve(undefined);
        },
      }),
    );
    const event = '{"event":"request_authentication"}\n';
    await Promise.all(Array.from({ length: 20 }, () => connection.write(Buffer.from(event))));
    await enough.promise;
    expect(rig.records).toEqual(Array.from({ length: 20 }, () => event));
    await connection.close();
  });

  it('ends without an error where the server ends it, and refuses to write after that', async () => {
    await using rig = await startServer();
    const connection = await TlsConnection.open(await options(rig));
    await connection.write(Buffer.from('garbage'));
    expect(await connection.ended).toBeUndefined();
    await connection.close();
    expect(await reasonOf(connection.write(Buffer.from('more')))).toBe('lost');
  });

  it('is given up when its time is over or nobody wants it any more', async () => {
    await using rig = await startServer();
    const accepted = Promise.withResolvers<Socket>();
    const silent = createServer(accepted.resolve);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const clock = new ManualClock();
    const handshaking = Promise.withResolvers<undefined>();
    const onStep = (step: TlsStep): void => {
      if (step === 'handshake') handshaking.resolve(undefined);
    };
    const late = reasonOf(TlsConnection.open(await options(rig, { port, clock, timeoutMs: 5000, onStep })));
    await handshaking.promise;
    clock.advance(5000);
    expect(await late).toBe('timeout');
    expect(clock.waiting).toBe(0);
    const abort = new AbortController();
    const unwanted = TlsConnection.open(
      await options(rig, {
        port,
        signal: abort.signal,
        onStep: (step) => {
          if (step === 'handshake') abort.abort();
        },
      }),
    );
    await expect(unwanted).rejects.toSatisfy((error) => error === abort.signal.reason);
    (await accepted.promise).destroy();
    silent.close();
  });
});

describe('why a TLS connection fails', () => {
  it.each([
    ['ENOTFOUND', 'nameNotFound'],
    ['EAI_AGAIN', 'nameNotFound'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'serverNotTrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'serverNotTrusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'serverWrongName'],
    ['CERT_HAS_EXPIRED', 'serverExpired'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'clientRefused'],
    ['ERR_SSL_TLSV1_CERTIFICATE_REQUIRED', 'clientRefused'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'clientRefused'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'clientRefused'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'clientRefused'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'clientRefused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'notTls'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'incompatible'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'incompatible'],
    ['ECONNRESET', 'lost'],
    ['EPIPE', 'lost'],
    ['SOMETHING_NEW', 'lost'],
  ])('%s is "%s"', (code, reason) => {
    const place = { host: 'bell', port: 3000, serverName: 'bell', withCertificate: true };
    const explained = explainTls(Object.assign(new Error('words'), { code }), place);
    expect(explained.reason).toBe(reason);
    expect(explained.message).toMatch(/bell/);
  });

  it('a handshake that fails without a certificate of ours may want one', () => {
    const error = Object.assign(new Error('words'), { code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' });
    const place = { host: 'bell', port: 3000, serverName: 'bell' };
    expect(explainTls(error, { ...place, withCertificate: false }).reason).toBe('clientRefused');
    expect(explainTls(error, { ...place, withCertificate: true }).reason).toBe('incompatible');
  });
});

describe('certificates and keys', () => {
  it('are looked at before anybody connects', async () => {
    using files = pemFolder();
    writeFileSync(files.path('broken.crt'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    writeFileSync(files.path('broken.key'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    const read = (cert: string, key: string, word?: string): Promise<TlsReason | undefined> =>
      reasonOf(
        readCredentials({ cert: files.path(cert), key: files.path(key) }, () => Promise.resolve(word)),
      );
    expect(await read('client.crt', 'client.key')).toBeUndefined();
    expect(await read('client.crt', 'locked.key', passphrase)).toBeUndefined();
    expect(await read('client.crt', 'locked.key')).toBe('passphraseMissing');
    expect(await read('client.crt', 'locked.key', 'wrong')).toBe('passphraseWrong');
    expect(await read('client.crt', 'expired.key')).toBe('keyMismatch');
    expect(await read('nowhere.crt', 'client.key')).toBe('fileUnreadable');
    expect(await read('client.key', 'client.key')).toBe('notPem');
    expect(await read('client.crt', 'client.crt')).toBe('notPem');
    expect(await read('broken.crt', 'client.key')).toBe('notPem');
    expect(await read('client.crt', 'broken.key')).toBe('notPem');
  });

  it('the passphrase is asked for only where the key is locked', async () => {
    using files = pemFolder();
    const never = (): Promise<never> => Promise.reject(new Error('nobody needs it'));
    const credentials = await readCredentials(
      { cert: files.path('client.crt'), key: files.path('client.key') },
      never,
    );
    expect(credentials).not.toHaveProperty('passphrase');
  });
});
