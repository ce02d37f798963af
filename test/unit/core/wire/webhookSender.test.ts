import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { webAddressProblem } from '../../../../src/core/wire/webAddress.ts';
import { sendWebhook, WebhookSenderError } from '../../../../src/core/wire/webhookSender.ts';
import { bytesOf, Room } from './sockets.ts';

describe('sending a webhook', () => {
  let room: Room;
  beforeEach(() => {
    room = new Room();
  });
  afterEach(() => room.close());

  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    room.onClose(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  async function failure(sending: Promise<void>): Promise<WebhookSenderError> {
    const error: unknown = await sending.then(
      () => 'sent',
      (thrown: unknown) => thrown,
    );
    if (!WebhookSenderError.is(error)) throw new Error(`expected a WebhookSenderError, got ${String(error)}`);
    return error;
  }

  it('posts the bytes as they are, with its headers, on a connection of its own', async () => {
    let got: IncomingMessage | undefined;
    const bodies: Buffer[] = [];
    const url = await serve((request, response) => {
      got = request;
      request.on('data', (chunk: Buffer) => bodies.push(chunk));
      request.on('end', () => response.end('ignored'));
    });
    await sendWebhook(`${url}/a?b=c`, bytesOf('{"x":"ä"}'), { headers: { 'X-KGSM-Retry-Count': '0' } });
    expect(Buffer.concat(bodies).toString()).toBe('{"x":"ä"}');
    expect(got).toMatchObject({ method: 'POST', url: '/a?b=c' });
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '10',
      'x-kgsm-retry-count': '0',
      connection: 'close',
    });
  });

  it('can look without sending anything', async () => {
    let method = '';
    const url = await serve((request, response) => {
      method = request.method ?? '';
      response.end();
    });
    await sendWebhook(url, bytesOf('never sent'), { method: 'HEAD' });
    expect(method).toBe('HEAD');
  });

  it.each([401, 404, 413, 500])('fails with the code %i', async (status) => {
    const url = await serve((_request, response) => {
      response.writeHead(status);
      response.end('<b>words of a stranger</b>');
    });
    const error = await failure(sendWebhook(`${url}/hooks/secret-part`, bytesOf('{}')));
    expect(error).toMatchObject({ reason: 'status', status });
    expect(english(error.text)).toBe(`${url} answered ${String(status)}.`);
  });

  it.each([301, 302, 307, 308])('follows no redirection (%i)', async (status) => {
    let elsewhere = 0;
    const other = await serve((_request, response) => {
      elsewhere++;
      response.end();
    });
    const url = await serve((_request, response) => {
      response.writeHead(status, { Location: other });
      response.end();
    });
    expect(await failure(sendWebhook(url, bytesOf('{}')))).toMatchObject({ reason: 'redirected', status });
    expect(elsewhere).toBe(0);
  });

  it('says that nobody listens', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const error = await failure(sendWebhook(`http://127.0.0.1:${String(port)}`, bytesOf('{}')));
    expect(error.reason).toBe('refused');
    expect((await failure(sendWebhook('http://no.such.host.invalid', bytesOf('{}')))).reason).toBe(
      'unreachable',
    );
  });

  it('gives up on who does not answer, and on who answers no HTTP', async () => {
    const silent = await serve(() => undefined);
    expect((await failure(sendWebhook(silent, bytesOf('{}'), { timeoutMs: 30 }))).reason).toBe('timeout');
    const strange = createTcpServer((socket) => socket.end('hello\r\n')).listen(0, '127.0.0.1');
    await once(strange, 'listening');
    room.onClose(() => void strange.close());
    const { port } = strange.address() as AddressInfo;
    const error = await failure(sendWebhook(`http://127.0.0.1:${String(port)}`, bytesOf('{}')));
    expect(error.reason).toBe('failed');
  });

  it('does not wait for the end of an answer that has none', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200);
      response.write('and so on');
    });
    await sendWebhook(url, bytesOf('{}'));
  });

  it('rejects with the reason of the signal when aborted, before and in between', async () => {
    const url = await serve(() => {
      abort.abort(new Error('in between'));
    });
    const abort = new AbortController();
    await expect(
      sendWebhook(url, bytesOf('{}'), { signal: AbortSignal.abort(new Error('before')) }),
    ).rejects.toThrow('before');
    await expect(sendWebhook(url, bytesOf('{}'), { signal: abort.signal })).rejects.toThrow('in between');
  });

  it('lets nobody put headers into its request', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      response.end();
    });
    const split = await failure(sendWebhook(`${url}/\r\nX-Evil: 1`, bytesOf('{}')));
    expect(split.reason).toBe('invalid');
    const header = await failure(sendWebhook(url, bytesOf('{}'), { headers: { 'X-A': '1\r\nX-Evil: 1' } }));
    expect(header.reason).toBe('invalid');
    expect(asked).toBe(0);
  });

  it.each([
    ['ftp://example.org', 'A web address begins with http:// or https://'],
    ['http://', 'This is no web address'],
    ['http://user:hunter2@example.org', 'A user name or password must not be in the address'],
    ['http://a\nb', 'A web address has no spaces and no control characters'],
  ])('does not take %j for an address', async (url, problem) => {
    const error = await failure(sendWebhook(url, bytesOf('{}')));
    expect(error.reason).toBe('invalid');
    expect(english(error.text)).toBe(problem);
    expect(error.message).not.toContain('hunter2');
    expect(webAddressProblem('https://example.org:8443/a?b=c')).toBeUndefined();
  });
});
