import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import type { NotifierSettings } from '../../../src/simulator/notifier/identityFiles.ts';
import { playNotifier } from '../../../src/simulator/notifier/play.ts';
import { openNotifier, startServer } from './notifierServer.ts';

function folder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'gsops-demo-'));
  return {
    path,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

describe.each(['seed', 'lax', 'strict'] as const)('the demo of a %s notification server', (revision) => {
  it('can be connected to with the settings that it names, and shows clients and a KGSM host far away', async () => {
    using place = folder();
    await using rig = await startServer();
    const stop = new AbortController();
    const listening = Promise.withResolvers<NotifierSettings>();
    const connected = Promise.withResolvers<undefined>();
    const playing = playNotifier({
      folder: place.path,
      port: 0,
      revision,
      signal: stop.signal,
      onListening: listening.resolve,
      async wait(_, signal) {
        await connected.promise;
        await nextTurn();
        signal.throwIfAborted();
      },
    });
    const opened = openNotifier(rig, { settings: { ...(await listening.promise) } });
    await opened.until(() => opened.connection.state === 'ready');
    connected.resolve(undefined);
    const seen = new Set<string>();
    await opened.until(() => {
      for (const { kind, state } of instancesOf(opened.pipeline.fleet(), 'bell'))
        seen.add(`${kind} ${state}`);
      return opened.types().includes('client_disconnected');
    });
    expect(opened.types()).toEqual(
      expect.arrayContaining([
        'client_authenticated',
        'broadcast_message',
        'instance_started',
        'instance_stopped',
      ]),
    );
    expect(seen).toContain('instance stopped');
    expect(opened.events().flatMap(({ problems }) => problems)).toEqual([]);
    await opened.connection.stop();
    stop.abort();
    await playing;
  });
});

describe('the certificates of the demo', () => {
  it('are found again, and nobody else may read the keys', async () => {
    using place = folder();
    const made: string[] = [];
    for (let round = 0; round < 2; round++) {
      const stop = new AbortController();
      await playNotifier({
        folder: place.path,
        port: 0,
        signal: stop.signal,
        onListening: ({ cert }) => {
          made.push(readFileSync(cert, 'utf8'));
          stop.abort();
        },
      });
    }
    expect(made[0]).toBe(made[1]);
    for (const file of readdirSync(place.path).filter((name) => name.endsWith('.key')))
      expect(statSync(join(place.path, file)).mode & 0o077).toBe(0);
  });
});
