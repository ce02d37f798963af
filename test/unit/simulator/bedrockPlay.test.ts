import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Clients } from '../../../src/simulator/virtual/clients.ts';
import { playBedrock, type PlayBedrockOptions } from '../../../src/simulator/bedrock/play.ts';

describe.each(['3.7', '3.9', '3.10'] as const)('the demo of release %s', (protocolVersion) => {
  it('can be logged in to with what it names, and lets servers live, crash and be backed up', async () => {
    const stop = new AbortController();
    const listening = Promise.withResolvers<Parameters<NonNullable<PlayBedrockOptions['onListening']>>>();
    const told = new Set<string>();
    const clients = new Clients({
      came: ({ name }) => told.add(`came ${name.replace(/:\d+$/, ':port')}`),
      said: (_, text) => {
        const { action, path } = JSON.parse(text) as { readonly action?: string; readonly path?: string };
        told.add(action ?? path ?? text);
      },
    });
    const playing = playBedrock({
      clients,
      port: 0,
      protocolVersion,
      signal: stop.signal,
      speed: 1000,
      onListening: (...given) => {
        listening.resolve(given);
      },
      async wait(_, signal) {
        await nextTurn();
        signal.throwIfAborted();
      },
    });
    const [settings, password] = await listening.promise;
    expect(settings).toMatchObject({ kind: 'bedrock', username: 'admin' });
    const given = { username: settings.username, password };
    const answer = await fetch(`${settings.url}/auth/token`, {
      method: 'POST',
      headers: {
        connection: 'close',
        ...(protocolVersion === '3.9' ? { 'content-type': 'application/json' } : {}),
      },
      body: protocolVersion === '3.9' ? JSON.stringify(given) : new URLSearchParams(given),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const socket = new WebSocket(`${settings.url.replace('http', 'ws')}/ws?token=${token}`);
    await once(socket, 'open');
    if (protocolVersion === '3.10') socket.send(JSON.stringify({ action: 'authenticate', token }));
    const wanted = new Set([
      'event:after_backup',
      'event:after_server_update',
      'event:after_players_add',
      'event:after_server_stop',
      'resource-monitor:survival',
    ]);
    for (const topic of wanted) socket.send(JSON.stringify({ action: 'subscribe', topic }));
    await new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const { topic = '' } = JSON.parse(data.toString('utf8')) as { topic?: string };
        wanted.delete(topic);
        if (wanted.size === 0) resolve();
      });
    });
    const goodbye = once(socket, 'close');
    stop.abort();
    await playing;
    expect((await goodbye)[0]).toBe(1012);
    // The life of the demo itself is none of a client.
    expect([...told]).toEqual([
      'came 127.0.0.1 (HTTP)',
      '/auth/token',
      'came 127.0.0.1:port',
      ...(protocolVersion === '3.10' ? ['authenticate'] : []),
      'subscribe',
    ]);
  });
});
