import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { trueNasDecoder } from '../../../../../src/core/systems/truenas/decode/decode.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import type { GivenJail } from '../../../../../src/simulator/truenas/options.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { message } from '../../../../wire/reading.ts';
import { FakeNas } from './fake.ts';
import { open, ready, type Opened } from './rig.ts';

async function start(...jails: GivenJail[]): Promise<TrueNasServer & AsyncDisposable> {
  const server = await TrueNasServer.listen({
    profile: 'core-13',
    users: [{ name: 'root', password: 'right' }],
    jails,
    timing: { jobStepMs: 2, refusalMs: 2, rateLimitMs: 2, sourceSecondMs: 5 },
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

/** Operations that an instance offers now. */
function offers(opened: Opened, key: string): string[] {
  const parsed = trueNas.parseSettings({ kind: 'truenas', url: 'ws://127.0.0.1' });
  const instance = instancesOf(opened.pipeline.fleet(), 'nas').find((each) => each.key === key);
  if (!instance || !parsed.ok) throw new Error('it is there');
  const session = opened.conversation();
  return trueNas.operations.flatMap((each) =>
    each.target === 'instance' && each.when(instance, parsed.settings, session) ? [each.id] : [],
  );
}

function says(opened: Opened, words: string): Promise<void> {
  return opened.until(() => opened.instances().includes(words));
}

describe('jails of CORE', () => {
  it('are instances that can be started, stopped and restarted, and nobody subscribes to them', async () => {
    await using server = await start({ name: 'quake', state: 'up', plugin: 'ioquake3' }, { name: 'plain' });
    await using opened = open(server.url);
    await ready(opened);
    const jails = instancesOf(opened.pipeline.fleet(), 'nas')
      .filter(({ kind }) => kind === 'jail')
      .sort((a, b) => a.name.localeCompare(b.name));
    expect(jails.map(({ name, state, version, game }) => [name, state, version, game])).toEqual([
      ['plain', 'stopped', '13.2-RELEASE-p9', undefined],
      ['quake', 'running', '13.2-RELEASE-p9', 'ioquake3'],
    ]);
    expect([offers(opened, 'quake'), offers(opened, 'plain')]).toEqual([['stop', 'restart'], ['start']]);
    expect([...server.subscriptions.keys()]).toContain('vm.query');
    expect([...server.subscriptions.keys()]).not.toContain('jail.query');
    expect(server.calls.has('app.query')).toBe(false);
  });

  it('are seen as what a job of somebody else made of them', async () => {
    await using server = await start({ name: 'quake' });
    await using opened = open(server.url);
    await ready(opened);
    const shown: string[] = [];
    opened.pipeline.subscribe('test', () => {
      const now = opened.instances().find((each) => each.startsWith('jail')) ?? '';
      if (now !== shown.at(-1)) shown.push(now);
    });
    await server.act('jail.start', 'quake');
    await says(opened, 'jail quake running');
    expect(shown).toEqual(['jail quake starting', 'jail quake running']);
    await server.act('jail.stop', 'quake', true);
    await says(opened, 'jail quake stopped');
    expect(opened.tasks().sort()).toEqual(['Start quake: succeeded', 'Stop quake: succeeded']);
  });

  it('are asked for again after a job, whichever way it ended', async () => {
    await using server = await start({ name: 'quake' }, { name: 'other', state: 'up' });
    await using opened = open(server.url);
    await ready(opened);
    const asked = (): number => server.calls.get('jail.query') ?? 0;
    const before = asked();
    server.jails.setState('quake', 'up');
    const refused = await opened.run('start', { instance: 'quake' });
    expect(english(refused.message)).toBe('quake is already running');
    // What was done in a shell came to light.
    await says(opened, 'jail quake running');
    expect(asked()).toBe(before + 1);
    await server.act('jail.restart', 'other');
    await opened.until(() => opened.events().filter(({ type }) => type === 'jail.query').length >= 6);
    expect(asked()).toBe(before + 2);
    expect(opened.instances()).toContain('jail other running');
  });

  it('are asked for again on refresh', async () => {
    await using server = await start({ name: 'quake' });
    await using opened = open(server.url);
    await ready(opened);
    server.jails.setState('quake', 'up');
    opened.connection.session?.refresh?.();
    await says(opened, 'jail quake running');
  });

  it('are asked for again where the end of a job was only heard by asking', async () => {
    let state = 'down';
    await using nas = await FakeNas.listen({
      version: 'TrueNAS-13.0-U6.1',
      methods: { 'jail.query': () => [{ id: 'quake', state }] },
    });
    nas.job(4, { method: 'jail.start', arguments: ['quake'], state: 'RUNNING' });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.instances()).toContain('jail quake starting');
    state = 'up';
    nas.job(4, { state: 'FAILED', error: 'timed out' }, 'changed', true);
    await says(opened, 'jail quake running');
  });

  it('that an older answer knows otherwise are what the job made of them', () => {
    const frames = [
      { id: '1', msg: 'method', method: 'jail.query', params: [] },
      { id: '1', msg: 'result', result: [{ id: 'quake', state: 'down' }] },
      { id: '2', msg: 'method', method: 'jail.query', params: [] },
      {
        msg: 'changed',
        collection: 'core.get_jobs',
        id: 1,
        fields: { id: 1, method: 'jail.start', arguments: ['quake'], state: 'SUCCESS' },
      },
      { id: '2', msg: 'result', result: [{ id: 'quake', state: 'down' }] },
    ];
    let { initial: context } = trueNasDecoder;
    const states = frames.flatMap((frame) => {
      const direction = 'method' in frame ? 'out' : 'in';
      const step = trueNasDecoder.decode(context, message(JSON.stringify(frame), { direction }));
      ({ context } = step);
      return step.signals.flatMap((each) => (each.signal === 'instance' ? [each.patch.state] : []));
    });
    expect(states).toEqual(['stopped', 'running', 'running']);
  });

  it.each([
    [{ id: 'a', state: 'CORRUPT' }, { state: 'unknown' }],
    [{ id: 'a', state: ['up'], release: 13, type: 'pluginv2', plugin_name: 7 }, { state: 'unknown' }],
    [{ id: 'a', state: 'up', type: 'pluginv2', plugin_name: 'none' }, { state: 'running' }],
    [{ id: 'a', state: 'constructor' }, { state: 'unknown' }],
  ])('may say anything: %j', (entry, patch) => {
    const asked = { id: '1', msg: 'method', method: 'jail.query', params: [] };
    const out = message(JSON.stringify(asked), { direction: 'out' });
    const { context } = trueNasDecoder.decode(trueNasDecoder.initial, out);
    const answer = message(JSON.stringify({ id: '1', msg: 'result', result: [entry] }));
    const { signals } = trueNasDecoder.decode(context, answer);
    expect(signals).toEqual([{ signal: 'instance', kind: 'jail', key: 'a', patch }]);
  });

  it.each([
    ['jail.create', [{ uuid: 'a', release: '13.2-RELEASE' }], 'Install a: running'],
    ['jail.export', [{ jail: 'a' }], 'Export a: running'],
    ['jail.update_to_latest_patch', ['a'], 'Update a: running'],
  ])('have a task for %s', async (method, args, task) => {
    await using nas = await FakeNas.listen({
      version: 'TrueNAS-13.0-U6.1',
      methods: { 'jail.query': () => [] },
    });
    nas.job(1, { method, arguments: args, state: 'RUNNING' });
    await using opened = open(nas.url);
    await ready(opened);
    expect(opened.tasks()).toEqual([task]);
  });
});
