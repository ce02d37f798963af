import { describe, expect, it } from 'vitest';
import type { ServedEvent, ServedInstance } from '../../../src/core/playback/serving/servedEvents.ts';
import { pythonJson } from '../../../src/simulator/python.ts';
import { realtime } from './truenasNight.ts';
import { noEvents, pushed } from './roundTrip.ts';
import { enter, openVirtual, type Virtual } from './truenasRoundTrip.ts';

describe('the generation of a virtual TrueNAS', () => {
  const versionOf = async (virtual: Virtual): Promise<unknown> => {
    const client = await enter(virtual, 'ddp');
    const version = await client.call('system.version');
    client.drop();
    return version;
  };
  const asked = (text: string): ServedEvent => ({ ...pushed(text), channel: 'request', direction: 'out' });
  const answer = (version: string): readonly ServedEvent[] => [
    asked('{"msg": "method", "id": "1", "method": "system.info", "params": []}'),
    pushed(pythonJson({ msg: 'result', id: '1', result: { version } })),
  ];

  it.each([
    ['TrueNAS-12.0-U8', 'TrueNAS-12.0-U8', {}],
    ['TrueNAS-SCALE-24.10.0.2', 'TrueNAS-SCALE-24.10.0.2', {}],
    ['25.04.2.6', '25.04.2.6', { protocol: 'ddp' }],
    ['TrueNAS-27.0.0', 'TrueNAS-27.0.0', { protocol: 'ddp' }],
  ])('is that of the recorded version, which it has itself: %s', async (version, own, settings) => {
    const base: ServedInstance[] = [{ kind: 'host', key: 'host', name: 'nas', state: 'running', version }];
    await using virtual = await openVirtual({ events: answer(version), base });
    expect(await versionOf(virtual)).toBe(own);
    expect(virtual.settings).toEqual({
      ...{ kind: 'truenas', url: virtual.settings.url, username: 'root' },
      ...settings,
    });
  });

  it.each([
    ['a jail', 'TrueNAS-13.0-U6.8', [], [{ kind: 'jail', key: 'q', name: 'q', state: 'running' }]],
    [
      'a container',
      'TrueNAS-26.0.0-BETA.1',
      [],
      [{ kind: 'container', key: '1', name: 'q', state: 'running' }],
    ],
    ['JSON-RPC', 'TrueNAS-25.10.1', [pushed('{"jsonrpc": "2.0", "id": 1, "result": true}')], []],
    [
      'apps over DDP',
      'TrueNAS-SCALE-24.10.2',
      [pushed('{"msg": "removed", "collection": "app.query", "id": 1}')],
      [],
    ],
    [
      'the host of the base',
      'TrueNAS-13.0-U6.8',
      [],
      [{ kind: 'host', key: 'host', name: 'nas', state: 'running', version: 'TrueNAS-13.0-U6.8' }],
    ],
  ] as const)('is told by %s where no version is', async (_, version, events, base) => {
    await using virtual = await openVirtual({ events, base });
    expect(await versionOf(virtual)).toBe(version);
  });

  it('is the one that is asked for', async () => {
    const events = answer('TrueNAS-SCALE-23.10.2');
    const base: ServedInstance[] = [
      { kind: 'host', key: 'host', name: 'nas', state: 'running', version: 'TrueNAS-SCALE-23.10.2' },
    ];
    await using virtual = await openVirtual({ events, base }, { protocolVersion: '24.10' });
    expect(await versionOf(virtual)).toBe('TrueNAS-SCALE-24.10.2');
  });

  it('is refused in words where there is none like it', async () => {
    await expect(openVirtual({ events: answer('TrueNAS-SCALE-23.10.2'), base: [] })).rejects.toThrow(
      'The recording is of TrueNAS-SCALE-23.10.2, which cannot be served; choose one of core-13, 24.10, 25.10, 26.0 to serve it as that.',
    );
    await expect(openVirtual(noEvents, { protocolVersion: '3.9' })).rejects.toThrow(
      'TrueNAS 3.9 cannot be served; core-13, 24.10, 25.10, 26.0 can.',
    );
  });

  it('lists the jobs that were open when its events began', async () => {
    const call = (id: string): ServedEvent =>
      asked(JSON.stringify({ msg: 'method', id, method: 'core.get_jobs', params: [] }));
    const row = { id: 7, method: 'app.start', state: 'RUNNING' };
    const events = [
      call('1'),
      pushed(JSON.stringify({ msg: 'result', id: '1', result: [row, null, { id: 'x' }] })),
      pushed('{"msg": "removed", "collection": "app.query", "id": "x"}'),
      call('2'),
      pushed(JSON.stringify({ msg: 'result', id: '2', result: [{ ...row, id: 8 }] })),
    ];
    await using virtual = await openVirtual({ events, base: [] });
    const client = await enter(virtual, 'ddp');
    expect(await client.call('core.get_jobs')).toEqual([row]);
    client.drop();
  });

  it('comes with the apps and events that the recorded connection wanted', async () => {
    const events: ServedEvent[] = [
      { ...pushed('{"gameServerOpsApps":["mine*"]}'), channel: 'request', direction: 'none' },
      ...['app.query', 'pool.query', realtime].map((name) =>
        asked(JSON.stringify({ msg: 'sub', id: '1', name })),
      ),
    ];
    await using virtual = await openVirtual({ events, base: [] });
    expect(virtual.settings).toMatchObject({ apps: ['mine*'], subscriptions: ['pool.query', realtime] });
  });
});
