import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpError, requestWeb, type HttpRequest } from '../../../../src/core/wire/httpClient.ts';
import { identities } from '../../simulator/pem.ts';

interface Place extends AsyncDisposable {
  readonly port: number;
}

async function listen(server: Server): Promise<Place> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(listener: RequestListener): Promise<Place> {
  return listen(createServer(listener));
}

function ask(url: string, options: Partial<HttpRequest> = {}): ReturnType<typeof requestWeb> {
  return requestWeb({
    method: 'GET',
    url,
    timeoutMs: 5000,
    maxBytes: 10_000,
    signal: new AbortController().signal,
    ...options,
  });
}

describe('a request', () => {
  it('sends JSON and forms, and tells what came back whatever its status', async () => {
    await using place = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(422);
        response.end(JSON.stringify({ type: request.headers['content-type'], body }));
      });
    });
    const url = `http://127.0.0.1:${String(place.port)}/a`;
    const json = await ask(url, { method: 'DELETE', json: { a: 1 } });
    expect(json).toMatchObject({
      status: 422,
      body: { kind: 'json', value: { type: 'application/json', body: '{"a":1}' } },
    });
    const form = await ask(url, { method: 'POST', form: { a: '1 &' } });
    expect(form.body).toMatchObject({
      value: { type: 'application/x-www-form-urlencoded', body: 'a=1+%26' },
    });
  });

  it.each([
    ['<!doctype html><title>Login &amp; more</title>', { kind: 'html', title: 'Login &amp; more' }],
    ['Internal Server Error', { kind: 'text' }],
    ['', { kind: 'empty' }],
    ['[1]', { kind: 'json', value: [1] }],
  ])('tells what an answer is by itself: %s', async (content, body) => {
    await using place = await serve((_, response) => response.end(content));
    expect((await ask(`http://127.0.0.1:${String(place.port)}/`)).body).toEqual(body);
  });

  it('does not follow a redirection, read without end, or wait without end', async () => {
    await using place = await serve(({ url }, response) => {
      if (url === '/moved') response.writeHead(307, { location: 'http://elsewhere.example/' }).end();
      else if (url === '/long') response.end('x'.repeat(20_000));
      else response.write('[');
    });
    const at = (path: string): string => `http://127.0.0.1:${String(place.port)}${path}`;
    await expect(ask(at('/moved'))).rejects.toMatchObject({ reason: 'redirected' });
    await expect(ask(at('/long'))).rejects.toMatchObject({ reason: 'tooLarge' });
    await expect(ask(at('/silent'), { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout' });
    const abort = new AbortController();
    const asked = ask(at('/silent'), { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  it('says why nobody was reached, without path or user', async () => {
    const place = await serve(() => undefined);
    await place[Symbol.asyncDispose]();
    const url = `http://127.0.0.1:${String(place.port)}/secret-path?token=x`;
    const error: unknown = await ask(url).catch((each: unknown) => each);
    expect(HttpError.is(error, 'refused') && error.message).toBe(
      `Nobody listens at 127.0.0.1:${String(place.port)}.`,
    );
    await expect(ask('ftp://x/')).rejects.toMatchObject({ reason: 'invalid' });
    await expect(ask('http://name.invalid/')).rejects.toMatchObject({ reason: 'nameNotFound' });
  });

  it('trusts whom it is told to trust', async () => {
    const { cert, key } = identities.server;
    await using place = await listen(createSecureServer({ cert, key }, (_, response) => response.end('{}')));
    const url = `https://localhost:${String(place.port)}/`;
    await expect(ask(url)).rejects.toMatchObject({ reason: 'serverNotTrusted' });
    expect(await ask(url, { ca: cert })).toMatchObject({ status: 200 });
    expect(await ask(url, { rejectUnauthorized: false })).toMatchObject({ status: 200 });
    await expect(ask(url, { ca: identities.authority.cert })).rejects.toMatchObject({
      reason: 'serverNotTrusted',
    });
  });

  it('tells a name that is not in the certificate, and what speaks no TLS', async () => {
    const { cert, key } = identities.otherServer;
    await using secure = await listen(createSecureServer({ cert, key }, (_, response) => response.end('{}')));
    await expect(ask(`https://localhost:${String(secure.port)}/`, { ca: cert })).rejects.toMatchObject({
      reason: 'serverWrongName',
    });
    await using plain = await serve((_, response) => response.end('{}'));
    await expect(ask(`https://localhost:${String(plain.port)}/`)).rejects.toMatchObject({ reason: 'notTls' });
  });
});
