import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { tryConnection } from '../../../../src/core/connections/tryConnection.ts';
import { bedrock } from '../../../../src/core/systems/bedrock/index.ts';
import { notifier } from '../../../../src/core/systems/notifier/index.ts';
import { trueNas } from '../../../../src/core/systems/truenas/index.ts';
import { requestWeb } from '../../../../src/core/wire/httpClient.ts';
import { readServerCertificate } from '../../../../src/core/wire/serverCertificate.ts';
import { TrueNasServer } from '../../../../src/simulator/truenas/server.ts';
import { openNotifier, startServer as startNotifier } from '../../simulator/notifierServer.ts';
import { identities } from '../../simulator/pem.ts';
import { open as openBedrock, startServer as startBedrock } from '../systems/bedrock/rig.ts';
import { failed, open as openTrueNas } from '../systems/truenas/rig.ts';
import { ready, settingsOf } from '../opened.ts';
import { noSecrets, realClock, silentLog } from '../helpers.ts';

const tls = identities.server;
const pin = new X509Certificate(tls.cert).fingerprint256;
const otherPin = new X509Certificate(identities.otherServer.cert).fingerprint256;

describe('a pinned certificate', () => {
  it('lets in to a Bedrock Server Manager that signed its own, in any usual way to write the fingerprint', async () => {
    await using server = await startBedrock({ tls });
    for (const written of [pin, pin.replaceAll(':', '').toLowerCase(), `sha256:${pin}`]) {
      await using opened = openBedrock(server.url, { settings: { pin: written } });
      await ready(opened);
    }
  });

  it('lets in to a NAS that signed its own', async () => {
    const server = await TrueNasServer.listen({ profile: '25.10', tls });
    try {
      await using opened = openTrueNas(server.url, { secrets: { password: 'secret' }, settings: { pin } });
      await ready(opened);
    } finally {
      await server.stop();
    }
  });

  it('lets in to a notification server, whatever name and authority are asked for', async () => {
    await using rig = await startNotifier();
    const settings = { pin, serverName: 'elsewhere', ca: rig.files.path('authority.crt') };
    await using opened = openNotifier(rig, { settings });
    await ready(opened);
  });

  it('is the only one that is taken: nothing is sent to a server with another, though its authority is trusted', async () => {
    await using server = await startBedrock({ tls });
    await using rig = await startNotifier();
    const ca = rig.files.path('server.crt');
    await using web = openBedrock(server.url, { settings: { ca, pin: otherPin } });
    await failed(web);
    await using bell = openNotifier(rig, { settings: { pin: otherPin } });
    await failed(bell);
    for (const opened of [web, bell]) {
      expect(opened.states().at(-1)).toContain(`has changed: its SHA-256 fingerprint is ${pin}`);
      expect(opened.states().at(-1)).toContain(`and ${otherPin} is pinned`);
    }
    expect(server.requests).toEqual([]);
    expect(rig.records).toEqual([]);
  });

  it('is looked at before a request is sent, also one that is written at once', async () => {
    const bytes: Buffer[] = [];
    const server = createServer({ cert: tls.cert, key: tls.key });
    server.on('secureConnection', (socket) => socket.on('data', (chunk: Buffer) => bytes.push(chunk)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    try {
      for (let n = 0; n < 20; n++) {
        const asked = requestWeb({
          method: 'POST',
          url,
          form: { password: 'hunter2' },
          pin: otherPin,
          timeoutMs: 5000,
          maxBytes: 1000,
          signal: new AbortController().signal,
        });
        await expect(asked).rejects.toMatchObject({ reason: 'serverChanged' });
      }
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
    expect(Buffer.concat(bytes).toString()).toBe('');
  });

  it('must be a fingerprint', () => {
    for (const system of [bedrock, trueNas, notifier]) {
      const entry = { kind: system.id, url: 'https://nas', pin: 'abc' };
      expect(() => settingsOf<unknown>(system, entry)).toThrow('"pin" must be a SHA-256 fingerprint');
    }
  });
});

describe('a look at the certificate of a server', () => {
  const abort = new AbortController();
  const bell = { host: '127.0.0.1', serverName: 'localhost' };

  it('tells the fingerprint that can be pinned, names and dates, and sends nothing', async () => {
    await using rig = await startNotifier({ identity: identities.expiredServer });
    const { validFromDate, validToDate, fingerprint256 } = new X509Certificate(identities.expiredServer.cert);
    expect(await readServerCertificate({ ...bell, port: rig.server.port }, abort.signal)).toEqual({
      fingerprint: fingerprint256,
      subject: 'CN=localhost',
      issuer: 'CN=localhost',
      validFrom: validFromDate.getTime(),
      validTo: validToDate.getTime(),
    });
    expect(rig.records).toEqual([]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'works where clients must show theirs, over %s',
    async (version) => {
      await using rig = await startNotifier({ revision: 'strict', tls: version });
      const found = await readServerCertificate({ ...bell, port: rig.server.port }, abort.signal);
      expect(found.fingerprint).toBe(pin);
    },
  );

  it('is offered after a test that failed for it', async () => {
    await using server = await startBedrock({ tls });
    const settings = settingsOf(bedrock, { kind: 'bedrock', url: server.url });
    const trial = { secret: noSecrets(), clock: realClock, log: silentLog, signal: abort.signal };
    const result = await tryConnection({ ...trial, system: bedrock, settings, onSteps: () => undefined });
    expect(result).toMatchObject({ ok: false, certificate: true });
    expect(bedrock.tlsAddress?.(settings)).toMatchObject({ host: '127.0.0.1', port: server.port });
  });
});
