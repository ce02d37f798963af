import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { instanceOffers } from '../../../../../src/core/connections/offers.ts';
import { trueNasDecoder } from '../../../../../src/core/systems/truenas/decode/decode.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { message } from '../../../../wire/reading.ts';
import { settingsOf } from '../../opened.ts';
import { FakeNas } from './fake.ts';
import { open, ready, type Opened } from './rig.ts';

/** Lets a NAS have an app that is filed under something. */
function filed(nas: FakeNas, name: string, metadata: object): void {
  nas.apps.set(name, { id: name, name, state: 'RUNNING', metadata });
}

function apps(opened: Opened): string[] {
  return opened.instances().filter((line) => line.startsWith('app '));
}

describe('which apps are game servers, by their tags', () => {
  const games = { categories: ['Games'], keywords: ['sandbox', 7, null], train: 'community' };
  const start = async (): Promise<FakeNas> => {
    const nas = await FakeNas.listen({ modern: true });
    filed(nas, 'minecraft', games);
    filed(nas, 'plex', { categories: ['media'], train: 'stable' });
    filed(nas, 'odd', { categories: 'games', keywords: { a: 'games' }, train: ['games'] });
    nas.apps.set('mine', { id: 'mine', name: 'mine', state: 'RUNNING', metadata: {}, custom_app: true });
    return nas;
  };

  it.each([
    [['tag:games'], ['app minecraft running']],
    [
      ['tag:GAME*', 'mine'],
      ['app mine running', 'app minecraft running'],
    ],
    [['tag:sandbox'], ['app minecraft running']],
    [['tag:stable'], ['app plex running']],
    [['tag:nothing'], []],
  ])('%j shows %j', async (chosen, shown) => {
    await using nas = await start();
    await using opened = open(nas.url, { settings: { apps: chosen } });
    await ready(opened);
    expect(apps(opened)).toEqual(shown);
  });

  it('knows by name what it took in by tag, and lets go of what is filed elsewhere', async () => {
    await using nas = await start();
    await using opened = open(nas.url, { settings: { apps: ['tag:games'] } });
    await ready(opened);
    nas.job(1, {
      method: 'app.stop',
      arguments: ['minecraft'],
      state: 'RUNNING',
      time_started: { $date: 1000 },
    });
    nas.job(2, { method: 'app.stop', arguments: ['plex'], state: 'RUNNING', time_started: { $date: 1000 } });
    await opened.until(() => opened.tasks().length === 2);
    const subjects = [...opened.pipeline.fleet().tasks.values()].map(({ subject }) => subject?.key ?? '–');
    expect(subjects.sort()).toEqual(['minecraft', '–']);
    filed(nas, 'minecraft', { ...games, categories: ['media'] });
    opened.connection.refresh();
    await opened.until(() => apps(opened).length === 0);
  });

  it('follows a change of the setting', () => {
    const entry = { id: 'minecraft', name: 'minecraft', state: 'RUNNING', metadata: games };
    const say = (raw: object, direction: 'in' | 'none') => message(JSON.stringify(raw), { direction });
    const told = { msg: 'changed', collection: 'app.query', id: 'minecraft', fields: entry };
    const first = trueNasDecoder.decode(trueNasDecoder.initial, say(told, 'in'));
    const chosen = trueNasDecoder.decode(first.context, say({ gameServerOpsApps: ['other'] }, 'none'));
    expect(chosen.signals).toEqual([{ signal: 'gone', kind: 'app', key: 'minecraft' }]);
    const saved = trueNasDecoder.load(JSON.parse(JSON.stringify(trueNasDecoder.save(chosen.context))));
    const tagged = trueNasDecoder.decode(saved, say({ gameServerOpsApps: ['tag:games'] }, 'none'));
    const again = trueNasDecoder.decode(tagged.context, say(told, 'in'));
    expect(again.signals).toMatchObject([{ signal: 'instance', key: 'minecraft' }]);
  });

  it('wants a tag behind "tag:"', () => {
    const read = trueNas.parseSettings({ kind: 'truenas', url: 'wss://nas', apps: ['tag:'] });
    expect(read.ok || read.problems.map(english).join()).toContain('or tag: and a tag');
  });
});

describe('chart releases', () => {
  it('are scaled to as many replicas as are asked for, and to no number that is none', async () => {
    const scaled: unknown[] = [];
    await using nas = await FakeNas.listen({
      version: 'TrueNAS-SCALE-23.10.2',
      methods: {
        'chart.release.query': () => [{ id: 'minecraft', name: 'minecraft', status: 'ACTIVE' }],
        'chart.release.scale': (params) => {
          scaled.push(params);
          nas.job(5, {
            method: 'chart.release.scale',
            arguments: params,
            state: 'SUCCESS',
            time_started: { $date: 1 },
          });
          return 5;
        },
      },
    });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.instances()).toContain('chart minecraft running');
    const { settings, session } = opened.connection;
    const [chart] = instancesOf(opened.pipeline.fleet(), 'nas').filter(({ kind }) => kind === 'chart');
    if (!chart) throw new Error('there is one');
    const scale = instanceOffers(opened.connection.system, settings, chart, session).find(
      ({ id }) => id === 'scale',
    );
    const [input] = scale?.inputs ?? [];
    if (!input || !('check' in input)) throw new Error('it asks how many');
    expect(['0', '1', '20'].map((value) => input.check(value))).toEqual([undefined, undefined, undefined]);
    for (const value of ['', '-1', '21', '1.5', '1e3', 'one']) expect(input.check(value)).toBeDefined();
    const result = await opened.run('scale', { instance: 'minecraft', input: { replicas: '3' } });
    expect(result.outcome).toBe('succeeded');
    expect(scaled).toEqual([['minecraft', { replica_count: 3 }]]);
  });
});

describe('what is suggested', () => {
  const offered = (id: string, opened: Opened): readonly string[] => {
    const input = trueNas.operations.find((each) => each.id === id)?.inputs?.[0];
    if (!input || !('check' in input)) throw new Error('it is typed');
    const { signal } = new AbortController();
    const session = opened.conversation();
    const settings = settingsOf(trueNas, { kind: 'truenas', url: 'wss://nas' });
    const all = input.suggestions?.({ settings, session, instance: undefined, given: {}, signal }) ?? [];
    const values = all.map((each) => (typeof each === 'string' ? each : each.value));
    for (const value of values) expect(input.check(value)).toBeUndefined();
    return values;
  };

  it('can be subscribed, given up and called as it is', async () => {
    const server = await TrueNasServer.listen({
      profile: '25.10',
      users: [{ name: 'root', password: 'right' }],
    });
    await using opened = open(server.url);
    await ready(opened);
    expect(offered('subscribe', opened)).toEqual(
      expect.arrayContaining([
        '*',
        'app.query',
        'reporting.realtime',
        'virt.instance.metrics:{"id": "terraria"}',
      ]),
    );
    expect(offered('unsubscribe', opened).toSorted()).toEqual([...server.subscriptions.keys()].sort());
    await opened.run('subscribe', { input: { name: 'pool.query' } });
    expect(offered('unsubscribe', opened)).toContain('pool.query');
    const methods = offered('request', opened);
    expect(methods).toEqual(expect.arrayContaining(['app.query', 'virt.instance.query', 'core.get_jobs']));
    expect(methods).not.toContain('container.query');
    await opened.connection.stop();
    await server.stop();
  });
});
