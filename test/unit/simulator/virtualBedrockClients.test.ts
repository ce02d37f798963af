import { describe, expect, it } from 'vitest';
import type { ServedInstance } from '../../../src/core/playback/serving/servedEvents.ts';
import { bedrockDecoder } from '../../../src/core/systems/bedrock/decode/decode.ts';
import { HttpClients } from '../../../src/simulator/bedrock/httpClients.ts';
import { Clients } from '../../../src/simulator/virtual/clients.ts';
import { end, message, minecraft, openVirtual, signIn } from './bedrockRoundTrip.ts';
import { impatient, noEvents } from './roundTrip.ts';
import { Listener } from './bedrockServer.ts';

describe('clients of a virtual Bedrock Server Manager', () => {
  it('are reported: one is ready with its first subscription, and its secrets can be cut', async () => {
    const told: string[] = [];
    const gone = Promise.withResolvers<undefined>();
    const cut = (text: string): string => bedrockDecoder.redact(text).text;
    await using virtual = await openVirtual(
      noEvents,
      {},
      {
        came: ({ name }) => told.push(`came ${name.replace(/:\d+$/, ':port')}`),
        ready: ({ name }) => told.push(`ready ${name.replace(/:\d+$/, ':port')}`),
        said: (_, text) => told.push(cut(text)),
        went: ({ name }) => {
          told.push(`went ${name.replace(/:\d+$/, ':port')}`);
          gone.resolve(undefined);
        },
      },
    );
    const token = await signIn(virtual, virtual.password);
    const listener = await Listener.open(virtual, '/ws');
    for (const body of [
      { action: 'authenticate', token },
      { action: 'unsubscribe', topic: 'x' },
      { action: 'subscribe', topic: '*' },
      { action: 'subscribe', topic: 'y' },
    ]) {
      listener.say(body);
      await listener.next();
    }
    listener.drop();
    await gone.promise;
    expect(told).toEqual([
      'came 127.0.0.1 (HTTP)',
      '{"method":"POST","path":"/auth/token","body":{"username":"admin","password":"‹redacted›"}}',
      'came 127.0.0.1:port',
      '{"action":"authenticate","token":"‹redacted›"}',
      '{"action":"unsubscribe","topic":"x"}',
      '{"action":"subscribe","topic":"*"}',
      'ready 127.0.0.1:port',
      '{"action":"subscribe","topic":"y"}',
      'went 127.0.0.1:port',
    ]);
    expect(virtual.clients.size).toBe(1);
    await virtual.system.stop();
    expect(told.at(-1)).toBe('went 127.0.0.1 (HTTP)');
  });

  it('are a hundred over HTTP at most, of whom the first gives way', () => {
    const told: string[] = [];
    const clients = new Clients({
      went: ({ name }) => told.push(`went ${name}`),
      said: ({ name }, text) => told.push(`${name}: ${text}`),
    });
    const http = new HttpClients(clients);
    const say = (remoteAddress: string, body: string, type = 'text/plain'): void =>
      http.said(
        { method: 'POST', headers: { 'content-type': type }, socket: { remoteAddress } },
        new URL('http://h/api/x?y=1'),
        body,
      );
    for (let n = 0; n < 100; n++) say(`10.0.0.${String(n)}`, '');
    expect(clients.size).toBe(100);
    told.length = 0;
    say('10.0.1.1', '{"a":1}');
    say('10.0.1.1', 'a=1', 'application/x-www-form-urlencoded');
    say('10.0.1.1', 'a=1');
    expect(clients.size).toBe(100);
    expect(told).toEqual([
      'went 10.0.0.0 (HTTP)',
      '10.0.1.1 (HTTP): {"method":"POST","path":"/api/x?y=1","body":{"a":1}}',
      '10.0.1.1 (HTTP): {"method":"POST","path":"/api/x?y=1","body":{"a":"1"}}',
      '10.0.1.1 (HTTP): {"method":"POST","path":"/api/x?y=1","body":"a=1"}',
    ]);
  });

  it('get every event, though one does not read and is dropped', async () => {
    const went: string[] = [];
    await using virtual = await openVirtual(
      noEvents,
      {},
      impatient(({ id }, why) => went.push(`${String(id)} ${why ?? ''}`)),
    );
    const deaf = await virtual.enter('event:x');
    const others = await Promise.all(Array.from({ length: 10 }, () => virtual.enter('event:x')));
    deaf.socket.pause();
    const text = 'x'.repeat(200_000);
    for (let n = 0; n < 60; n++)
      await virtual.play([message({ type: 'event', topic: 'event:x', data: { n, text } })]);
    expect(went).toEqual(['2 slow']);
    for (const client of others) {
      const numbers = (await client.soFar()).map(
        (each) => (JSON.parse(each) as { readonly data: { readonly n: number } }).data.n,
      );
      expect(numbers).toEqual(Array.from({ length: 60 }, (_, n) => n));
    }
  });

  it('come and go by the hundred', async () => {
    const gone = Promise.withResolvers<undefined>();
    let left = 0;
    const went = (): void => {
      left += 1;
      if (left === 100) gone.resolve(undefined);
    };
    await using virtual = await openVirtual(noEvents, {}, { went });
    const all = await Promise.all(Array.from({ length: 200 }, () => virtual.enter('*')));
    const sent = Array.from(
      { length: 40 },
      (_, n) => `{"type": "event", "topic": "event:x", "data": ${String(n)}}`,
    );
    await virtual.play(sent.slice(0, 20).map((text) => message(text)));
    const [leaving, staying] = [all.slice(0, 100), all.slice(100)];
    for (const client of leaving) client.drop();
    await virtual.play(sent.slice(20).map((text) => message(text)));
    for (const client of staying) expect(await client.soFar()).toEqual(sent);
    await gone.promise;
    // Those that stay, and the one that asks over HTTP.
    expect(virtual.clients.size).toBe(101);
  });

  it('get done what they ask for, though another one does not read', async () => {
    const base: ServedInstance[] = [minecraft('alpha', 'stopped')];
    await using virtual = await openVirtual({ events: [], base });
    const deaf = await virtual.enter('*');
    deaf.socket.pause();
    const text = 'x'.repeat(200_000);
    for (let n = 0; n < 60; n++)
      void virtual.system.push(message({ type: 'event', topic: 'event:x', data: text }));
    const begun = await virtual.ask('POST', '/api/server/alpha/start');
    expect(await end(virtual, begun.body)).toMatchObject({ status: 'success' });
  });

  it('find it where it is told to listen', async () => {
    await using virtual = await openVirtual(noEvents, { host: '0.0.0.0' });
    expect(virtual.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await virtual.ask('GET', '/api/account')).status).toBe(200);
  });
});
