import { once } from 'node:events';
import { createServer as createWebServer, type RequestListener, type Server as WebServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { notifier } from '../../../../src/core/systems/notifier/index.ts';
import { openConnection, settingsOf, type Opened } from '../opened.ts';
import { open as openBedrock } from '../systems/bedrock/rig.ts';
import { open as openTrueNas } from '../systems/truenas/rig.ts';
import { identities, pemFolder } from '../../simulator/pem.ts';

type Identity = keyof typeof identities;

/** A listener, and how the connection is told to reach it. */
interface Scene {
  readonly what: string;
  /** Certificate of the listener; without one it speaks no TLS. */
  readonly identity?: Identity;
  readonly wantsCertificate?: true;
  readonly answer?: RequestListener;
  /** Kind of the connection, with the scheme of its address. */
  readonly as: 'http' | 'https' | 'ws' | 'wss' | 'tls';
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Words of the failure; `HOST` stands for the address. */
  readonly said: string | RegExp;
  readonly certificate?: true;
}

const files = pemFolder();
afterAll(() => files[Symbol.dispose]());

const page = (status: number, title: string): RequestListener => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html', connection: 'close' });
    response.end(`<!DOCTYPE html>\n<html><head><title>${title}</title></head></html>`);
  };
};
/** nginx says so in the name of a NAS. */
const nginx = page(400, '400 The plain HTTP request was sent to HTTPS port');
const notTrusted =
  'The certificate of HOST is not trusted: it is signed by itself. Name it, or the authority that signed it, in "ca"; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.';
const strangers =
  'The certificate of HOST is not trusted: nobody whom this machine trusts has signed it. Name it, or the authority that signed it, in "ca"; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.';
const wrongName =
  'The certificate of HOST is made out to elsewhere.example, not to 127.0.0.1. Use one of its names; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.';
const expired =
  'The certificate of HOST has expired. Renew it on the server; or put its fingerprint into "pin"; or set "rejectUnauthorized" to false.';
const pin = 'AB'.repeat(32);
const changed =
  /^The certificate of HOST has changed: its SHA-256 fingerprint is (?:[0-9A-F]{2}:){31}[0-9A-F]{2}, and (?:AB:){31}AB is pinned\. Pin the new one if the server was given a new certificate; else somebody may be in between\.$/;

const scenes: readonly Scene[] = [
  {
    what: 'http to a port for TLS',
    identity: 'server',
    as: 'http',
    said: 'HOST speaks TLS: use https://HOST.',
  },
  { what: 'ws to a port for TLS', identity: 'server', as: 'ws', said: 'HOST speaks TLS: use wss://HOST.' },
  {
    what: 'http to a port for TLS with certificates of clients',
    identity: 'server',
    wantsCertificate: true,
    as: 'http',
    said: 'HOST speaks TLS: use https://HOST.',
  },
  {
    what: 'http to a port where nginx wants TLS',
    answer: nginx,
    as: 'http',
    said: 'HOST speaks TLS: use https://HOST.',
  },
  {
    what: 'ws to a port where nginx wants TLS',
    answer: nginx,
    as: 'ws',
    said: 'HOST speaks TLS: use wss://HOST.',
  },
  {
    what: 'https to a plain port',
    as: 'https',
    said: 'What answers at HOST does not speak TLS: use http://HOST.',
  },
  { what: 'wss to a plain port', as: 'wss', said: 'What answers at HOST does not speak TLS: use ws://HOST.' },
  {
    what: 'a notification server at a plain port',
    as: 'tls',
    said: 'What answers at HOST does not speak TLS. Is this the port of the notification server?',
  },
  {
    what: 'http to the page of another program',
    answer: page(200, 'Grafana'),
    as: 'http',
    said: 'http://HOST answered 200 with a web page (Grafana) instead of data. Is this the address of Bedrock Server Manager, with the path of its proxy if it has one?',
  },
  {
    what: 'ws to the page of another program',
    answer: page(200, 'Grafana'),
    as: 'ws',
    said: 'HOST answered 200 with a web page (Grafana) instead of opening a WebSocket. Is this the address of a TrueNAS? Where it is served with https, the address begins with wss://.',
  },
  {
    what: 'wss to the page of another program',
    identity: 'server',
    answer: page(404, 'Not Found'),
    as: 'wss',
    settings: { rejectUnauthorized: false },
    said: 'HOST answered 404 with a web page (Not Found) instead of opening a WebSocket. Is this the address of a TrueNAS?',
  },
  ...(['https', 'wss', 'tls'] as const).flatMap((as): Scene[] => [
    { what: 'a certificate that signed itself', identity: 'server', as, said: notTrusted, certificate: true },
    { what: 'a certificate of strangers', identity: 'signedServer', as, said: strangers, certificate: true },
    {
      what: 'another certificate than the pinned one',
      identity: 'server',
      as,
      settings: { pin },
      said: changed,
      certificate: true,
    },
    {
      what: 'another certificate than the pinned one, where none is checked',
      identity: 'server',
      as,
      settings: { pin, rejectUnauthorized: false },
      said: changed,
      certificate: true,
    },
  ]),
  ...(['https', 'wss'] as const).flatMap((as): Scene[] => [
    {
      what: 'a certificate with another name',
      identity: 'otherServer',
      as,
      settings: { ca: files.path('otherServer.crt') },
      said: wrongName,
      certificate: true,
    },
    {
      what: 'a certificate that is over',
      identity: 'expiredServer',
      as,
      settings: { ca: files.path('expiredServer.crt') },
      said: expired,
      certificate: true,
    },
  ]),
];

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

/** Failure of a connection to such a listener; the address is `HOST` in it. */
async function failure(scene: Scene): Promise<{ words: string; certificate: boolean; requests: number }> {
  let requests = 0;
  const answer: RequestListener = (request, response) => {
    requests++;
    (scene.answer ?? ((_, other) => other.writeHead(404).end()))(request, response);
  };
  const port = await listen(scene, answer);
  const host = `127.0.0.1:${String(port)}`;
  const connection = open(scene, host, port);
  opened.push(connection);
  await connection.until(() => connection.connection.failure !== undefined);
  const { failure: found } = connection.connection;
  if (!found) throw new Error('it failed');
  return { words: english(found.text).replaceAll(host, 'HOST'), certificate: found.certificate, requests };
}

async function listen({ identity, wantsCertificate }: Scene, answer: RequestListener): Promise<number> {
  const server: WebServer =
    identity === undefined
      ? createWebServer(answer)
      : createSecureServer(
          {
            cert: identities[identity].cert,
            key: identities[identity].key,
            ...(wantsCertificate ? { requestCert: true } : {}),
          },
          answer,
        );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
  return (server.address() as AddressInfo).port;
}

function open({ as, settings = {} }: Scene, host: string, port: number): Opened {
  if (as === 'http' || as === 'https') return openBedrock(`${as}://${host}`, { settings });
  if (as !== 'tls') return openTrueNas(`${as}://${host}`, { settings });
  // As a server on another machine: its certificate must have the name that it is reached by.
  const entry = {
    kind: 'notifier',
    id: 'bell',
    host: '127.0.0.1',
    serverName: '127.0.0.1',
    port,
    ...settings,
  };
  return openConnection(notifier, settingsOf(notifier, entry));
}

describe('a connection that fails names the cure', () => {
  it.each(scenes.map((scene) => [scene.as, scene.what, scene] as const))(
    'as %s: %s',
    async (_as, _what, scene) => {
      const { words, certificate } = await failure(scene);
      if (typeof scene.said === 'string') expect(words).toBe(scene.said);
      else expect(words).toMatch(scene.said);
      expect(certificate).toBe(scene.certificate ?? false);
      expect(words).toSatisfy(isWellFormed);
      expect(words).not.toContain('--use-system-ca');
    },
  );
});

/** Every sentence has one end, and the next begins behind it. */
function isWellFormed(words: string): boolean {
  const isEnded = /[^.?!][.?!]$/.test(words);
  const isDoubled = /[.?!:;,]\s*[.?!]/.test(words);
  const isGlued = /[a-z0-9)] (?:Is|Use|Set|Name|Change|Pin|Renew|The|This)\b/.test(words);
  return isEnded && !isDoubled && !isGlued;
}
