import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { playTrueNas, type PlayTrueNasOptions } from '../../../src/simulator/truenas/play.ts';
import { Client, eventIn } from './truenasServer.ts';

describe.each(['core-13', '24.10', '25.10'] as const)('the demo of %s', (profile) => {
  it('can be logged in to with what it names, and has jobs that succeed and fail', async () => {
    const stop = new AbortController();
    const listening = Promise.withResolvers<Parameters<NonNullable<PlayTrueNasOptions['onListening']>>>();
    const playing = playTrueNas({
      port: 0,
      profile,
      signal: stop.signal,
      speed: 1000,
      onListening: (...given) => {
        listening.resolve(given);
      },
      async wait(_, signal) {
        // Jobs are through before the next thing is done, as they are with the times of the demo.
        for (let turn = 0; turn < 5; turn++) await nextTurn();
        signal.throwIfAborted();
      },
    });
    const [settings, password] = await listening.promise;
    expect(settings).toMatchObject({ kind: 'truenas', username: 'root' });
    const client = await Client.open(settings, 'ddp');
    await client.connect();
    expect(await client.call('auth.login', settings.username, password)).toBe(true);
    const wanted = new Set(
      profile === 'core-13'
        ? [
            'jail.start FAILED',
            'jail.start SUCCESS',
            'jail.restart SUCCESS',
            'jail.stop SUCCESS',
            'vm.stop SUCCESS',
            'reporting.realtime',
          ]
        : ['app.start FAILED', 'app.start SUCCESS', 'app.upgrade SUCCESS', 'vm.stop SUCCESS', 'app.stats'],
    );
    await client.subscribe('core.get_jobs');
    await client.subscribe(profile === 'core-13' ? 'reporting.realtime' : 'app.stats');
    await client.until((frame) => {
      const event = eventIn(frame);
      const { method, state } = (event?.['fields'] ?? {}) as { method?: string; state?: string };
      wanted.delete(`${method ?? ''} ${state ?? ''}`);
      wanted.delete(String(event?.['collection']));
      return wanted.size === 0;
    });
    stop.abort();
    await playing;
    expect(await client.closed).toMatchObject({ code: 1006 });
  });
});
