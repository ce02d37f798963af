import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRoot, type RootOptions } from '../../../src/simulator/kgsm/root.ts';
import { hear, kgsm, launch, temporaryFolder } from './kgsmRoot.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const missing: Request = { method: '', path: '', headers: {}, body: '' };

interface Endpoint extends AsyncDisposable {
  readonly url: string;
  readonly requests: Request[];
}

/** A receiver of webhooks that answers with these codes, and with 200 when they are used up. */
async function endpoint(
  codes: readonly number[] = [],
  hold: (request: Request) => Promise<void> = () => Promise.resolve(),
): Promise<Endpoint> {
  const requests: Request[] = [];
  const left = [...codes];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body };
      requests.push(request);
      void hold(request).then(() => response.writeHead(left.shift() ?? 200).end('thank you'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function root(path: string, urls: string, more: Partial<RootOptions> = {}): string {
  makeRoot(path, {
    launch,
    ...more,
    saveSeconds: 0,
    behaviour: {
      stepMs: 0,
      retryMs: 1,
      hostname: 'vm',
      blueprints: { fakegame: '1.0.0' },
      ...more.behaviour,
    },
    settings: { enable_webhook_events: true, webhook_urls: urls, ...more.settings },
    instances: [{ name: 'srv', blueprint: 'fakegame' }],
  });
  return path;
}

function typesOf({ requests }: Endpoint): string[] {
  return requests.map(({ body }) => (JSON.parse(body) as { EventType: string }).EventType);
}

describe('the webhooks of the KGSM stand-in', () => {
  it('post what 2.2 sends to its socket, without the newline, signed in base64', async () => {
    using folder = temporaryFolder();
    await using web = await endpoint();
    const path = root(folder.path, `${web.url}/hook`, { settings: { webhook_secret: 'shh' } });
    await using heard = await hear(join(path, 'kgsm.sock'));
    const { code, stdout } = await kgsm(path, '-i', 'srv', '--stop');
    expect(code).toBe(0);
    expect(stdout).toContain(`Webhook event sent successfully to ${web.url}/hook`);
    expect(web.requests).toHaveLength(1);
    const { method, path: at, headers, body } = web.requests[0] ?? missing;
    expect([method, at]).toEqual(['POST', '/hook']);
    expect(`${body}\n`).toBe(heard.texts[0]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'KGSM/unknown',
      'x-kgsm-retry-count': '0',
      'x-kgsm-timestamp': expect.stringMatching(/^\d{10}$/) as string,
      'x-kgsm-signature': `sha256=${createHmac('sha256', 'shh').update(body).digest('base64')}`,
    });
  });

  it('are tried again with the same body, and the command waits for it', async () => {
    using folder = temporaryFolder();
    await using web = await endpoint([500, 503]);
    const { code, output } = await kgsm(root(folder.path, web.url), '-i', 'srv', '--stop');
    expect(code).toBe(0);
    expect(web.requests.map(({ headers }) => headers['x-kgsm-retry-count'])).toEqual(['0', '1', '2']);
    expect(new Set(web.requests.map(({ body }) => body)).size).toBe(1);
    expect(web.requests[0]?.headers['x-kgsm-signature']).toBeUndefined();
    expect(output.match(/retrying in/g)).toHaveLength(2);
  });

  it('are given up after the last try, which is no failure of the command', async () => {
    using folder = temporaryFolder();
    await using web = await endpoint([500, 500, 500]);
    const dead = await endpoint();
    await dead[Symbol.asyncDispose]();
    const path = root(folder.path, `${web.url}, ${dead.url}`, { settings: { webhook_retry_count: 1 } });
    const { code, output } = await kgsm(path, '-i', 'srv', '--stop');
    expect(code).toBe(0);
    expect(web.requests).toHaveLength(2);
    expect(output).toContain(`failed after 2 attempts to ${web.url}`);
    expect(output).toContain(`failed after 2 attempts to ${dead.url}`);
  });

  it('go to all addresses at the same time', async () => {
    using folder = temporaryFolder();
    const second = Promise.withResolvers<undefined>();
    // The first is not answered before the second was asked.
    await using slow = await endpoint([], () => second.promise);
    await using quick = await endpoint([], () => {
      second.resolve(undefined);
      return Promise.resolve();
    });
    await kgsm(root(folder.path, `${slow.url},${quick.url}`), '-i', 'srv', '--stop');
    expect([slow, quick].map(typesOf)).toEqual([['instance_stopped'], ['instance_stopped']]);
  });

  it('spoil every installation by 2.2: what they print becomes part of the name', async () => {
    using folder = temporaryFolder();
    await using web = await endpoint();
    const path = root(folder.path, web.url);
    await using heard = await hear(join(path, 'kgsm.sock'));
    const made = await kgsm(path, '--create', 'fakegame', '--install-dir', path, '--name', 'new');
    expect(made.code).toBe(5);
    const names = heard.texts.map(
      (text) => (JSON.parse(text) as { Data: { InstanceName: string } }).Data.InstanceName,
    );
    expect(heard.types()).toEqual(['instance_created', 'instance_installation_started']);
    expect(names).toEqual([
      'new',
      `[INFO] events.webhook.sh:127 Webhook event sent successfully to ${web.url}\nnew`,
    ]);
    expect(typesOf(web)).toEqual(heard.types());
  });

  it('spoil no installation where that is mended, and none by 3.16', async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    await using web = await endpoint();
    const mended = root(folder.path, web.url, { behaviour: { webhookBreaksCreate: false } });
    const made = await kgsm(mended, '--create', 'fakegame', '--install-dir', mended, '--name', 'new');
    expect(made.code).toBe(0);
    expect(typesOf(web)).toHaveLength(13);
    const third = root(other.path, web.url, { protocolVersion: '3.16' });
    expect((await kgsm(third, 'install', 'fakegame', '--install-dir', third, '--name', 'new')).code).toBe(0);
    expect(typesOf(web).slice(-2)).toEqual(['instance_installed', 'instance_installation_finished']);
  });

  it('of 3.16 are the line of its journal', async () => {
    using folder = temporaryFolder();
    await using web = await endpoint();
    const path = root(folder.path, web.url, { protocolVersion: '3.16' });
    await kgsm(path, 'stop', 'srv');
    expect(typesOf(web)).toEqual(['instance_stop_started', 'instance_stop_finished']);
    expect(Object.keys(JSON.parse(web.requests[0]?.body ?? '') as object)).toEqual([
      'V',
      'EventType',
      'Data',
      'Timestamp',
      'Actor',
      'Origin',
      'Hostname',
      'ProducerVersion',
    ]);
    expect(web.requests[0]?.body).not.toContain('\n');
  });

  it('can be tested, and are looked at without a body', async () => {
    using folder = temporaryFolder();
    await using web = await endpoint();
    const path = root(folder.path, web.url);
    expect((await kgsm(path, '--events', '--test-webhook')).code).toBe(0);
    expect(JSON.parse(web.requests[0]?.body ?? '')).toMatchObject({
      EventType: 'webhook_test',
      Data: { InstanceName: 'test-instance' },
    });
    const status = await kgsm(path, '--events', '--status');
    expect(status.output).toContain(`${web.url}: Reachable`);
    expect(web.requests.map(({ method }) => method)).toEqual(['POST', 'HEAD']);
    expect((await kgsm(path, '--events', '--webhook', '--disable')).code).toBe(0);
    expect((await kgsm(path, '--events', '--test-webhook')).code).toBe(1);
    await kgsm(path, '-i', 'srv', '--stop');
    expect(web.requests).toHaveLength(2);
  });
});
