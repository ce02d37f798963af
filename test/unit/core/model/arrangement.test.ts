import { describe, expect, it } from 'vitest';
import {
  Arranger,
  cleanTags,
  defaultArrangement,
  readArrangement,
  readTags,
  stateClassOf,
  withTags,
  type Arrangement,
  type InstanceMarks,
} from '../../../../src/core/model/arrangement.ts';
import { instanceId, type Instance } from '../../../../src/core/model/instance.ts';
import { lifecycleStates } from '../../../../src/core/model/lifecycle.ts';
import { PersistentMap } from '../../../../src/core/model/persistentMap.ts';

function instance(key: string, fields: Partial<Instance> = {}): Instance {
  return {
    ...{ connection: 'home', kind: 'server', key, name: key, state: 'running', since: 0, lastEventAt: 0 },
    ...fields,
  };
}

function mapOf(...instances: readonly Instance[]): PersistentMap<Instance> {
  return PersistentMap.from(instances.map((each) => [instanceId(each), each]));
}

const mc10 = instance('mc-10', { game: 'minecraft', players: 2, lastEventAt: 10 });
const mc2 = instance('mc-2', { game: 'minecraft', state: 'crashed', lastEventAt: 50 });
const ark = instance('ark', { game: 'Ark', state: 'stopped', players: 9, lastEventAt: 40 });
const rust = instance('rust', { state: 'starting', host: 'eu-1', lastEventAt: 30 });
const zomboid = instance('zomboid', { game: 'zomboid', state: 'ready', players: 7, lastEventAt: 20 });
const all = mapOf(mc10, mc2, ark, rust, zomboid);

const machines: Readonly<Record<string, string>> = { farm: 'farm.lan' };
const tags = { home: { 'mc-10': ['prod', 'eu'], ark: ['eu'], zomboid: ['Test'] } };

function arranger(arrangement: Partial<Arrangement>, favourites: readonly Instance[] = []): Arranger {
  const marks: InstanceMarks = {
    favourites: new Set(favourites.map(instanceId)),
    tagsOf: readTags(tags),
    connectionName: (id) => `Connection ${id}`,
    machine: (id) => machines[id],
  };
  return new Arranger({ ...defaultArrangement, ...arrangement }, marks);
}

function keys(instances: readonly Instance[]): string {
  return instances.map(({ key }) => key).join(' ');
}

describe('the order of instances', () => {
  it.each([
    ['name', [], 'ark mc-2 mc-10 rust zomboid'],
    ['state', [], 'mc-2 rust mc-10 zomboid ark'],
    ['players', [], 'zomboid mc-10 ark mc-2 rust'],
    ['lastEvent', [], 'mc-2 ark rust zomboid mc-10'],
    ['name', [rust, mc10], 'mc-10 rust ark mc-2 zomboid'],
    ['players', [rust], 'rust zomboid mc-10 ark mc-2'],
  ] as const)('by %s, with the favourites %o on top', (sort, favourites, order) => {
    expect(keys(arranger({ sort }, favourites).list(all).instances)).toBe(order);
  });
});

describe('the groups of a connection', () => {
  it.each([
    ['connection', undefined],
    ['host', { 'eu-1': 'rust', '': 'ark mc-2 mc-10 zomboid' }],
    ['game', { Ark: 'ark', minecraft: 'mc-2 mc-10', zomboid: 'zomboid', '': 'rust' }],
    ['state', { problem: 'mc-2', changing: 'rust', up: 'mc-10 zomboid', down: 'ark' }],
    ['tag', { eu: 'ark', prod: 'mc-10', Test: 'zomboid', '': 'mc-2 rust' }],
  ] as const)('by %s', (group, expected) => {
    const { groups } = arranger({ group }).list(all);
    const found = groups && Object.fromEntries([...groups].map(([name, each]) => [name, keys(each)]));
    expect(found).toEqual(expected);
    expect(Object.keys(found ?? {}), 'in this order').toEqual(Object.keys(expected ?? {}));
  });

  it('by host have the machine of the connection for instances that name no host', () => {
    const some = mapOf(
      ...['eu-1', undefined].map((host) =>
        instance(`of-${host ?? 'farm'}`, { connection: 'farm', ...(host === undefined ? {} : { host }) }),
      ),
    );
    expect([...(arranger({ group: 'host' }).list(some).groups?.keys() ?? [])]).toEqual(['eu-1', 'farm.lan']);
  });

  it('are none where no instance has a value', () => {
    const some = mapOf(rust, instance('b'));
    expect(arranger({ group: 'game' }).list(some).groups).toBeUndefined();
    expect(arranger({ group: 'game' }).groupOf(rust, some)).toBeUndefined();
    expect(arranger({ group: 'game' }).groupOf(rust, all)).toBe('');
  });

  it('are rows from top to bottom, as the selection needs them', () => {
    expect(keys(arranger({ group: 'game' }).list(all).instances)).toBe('ark mc-2 mc-10 zomboid rust');
  });
});

describe('the filter', () => {
  it.each([
    ['mc', undefined, 'mc-2 mc-10'],
    ['MINECRAFT 10', undefined, 'mc-10'],
    ['  ', undefined, 'ark mc-2 mc-10 rust zomboid'],
    ['eu', undefined, 'ark mc-10 rust'],
    ['connection home', 'up', 'mc-10 zomboid'],
    ['', 'problem', 'mc-2'],
    ['', 'changing', 'rust'],
    ['', 'down', 'ark'],
    ['', 'unknown', ''],
    ['mc', 'problem', 'mc-2'],
    ['.*', undefined, ''],
  ] as const)('"%s" with the state %s shows %s', (text, state, expected) => {
    const filter = arranger({ text, ...(state ? { state } : {}) });
    expect(keys(filter.list(all).instances)).toBe(expected);
    expect(filter.count(all)).toBe(expected.split(' ').filter(Boolean).length);
    expect(filter.showsAny(all)).toBe(expected !== '');
  });
});

describe('a change of an instance', () => {
  it.each([
    ['of nothing that counts', {}, { version: '2' }, 'none'],
    ['of its name', {}, { name: 'a' }, 'moved'],
    ['of its players', {}, { players: 5 }, 'none'],
    ['of its players, by which it is sorted', { sort: 'players' }, { players: 5 }, 'moved'],
    ['of its last event', {}, { lastEventAt: 90 }, 'none'],
    ['of its last event, by which it is sorted', { sort: 'lastEvent' }, { lastEventAt: 90 }, 'heard'],
    ['of its state', { group: 'game' }, { state: 'failed' }, 'none'],
    ['of its state, by which it is grouped', { group: 'state' }, { state: 'failed' }, 'moved'],
    ['within the group of its state', { group: 'state' }, { state: 'ready' }, 'none'],
    ['of its game, by which it is grouped', { group: 'game' }, { game: 'x' }, 'moved'],
    ['out of the filter', { state: 'up' }, { state: 'failed' }, 'moved'],
    ['beyond the filter', { text: 'ark' }, { state: 'failed', name: 'x' }, 'none'],
  ] as const)('%s', (_, arrangement, change, move) => {
    expect(arranger(arrangement).move(mc10, { ...mc10, ...change })).toBe(move);
  });

  it('moves what comes or goes, where the filter shows it', () => {
    expect(arranger({}).move(undefined, ark)).toBe('moved');
    expect(arranger({}).move(ark, undefined)).toBe('moved');
    expect(arranger({ text: 'mc' }).move(undefined, ark)).toBe('none');
  });
});

it('every state of the lifecycle has its class', () => {
  const classes = Map.groupBy(lifecycleStates, stateClassOf);
  expect(Object.fromEntries([...classes].map(([name, states]) => [name, states.join(' ')]))).toEqual({
    unknown: 'unknown',
    changing:
      'creating installing starting pausing restarting stopping updating backingUp restoring removing',
    down: 'stopped paused removed',
    up: 'running ready',
    problem: 'failed crashed',
  });
});

it.each([
  [undefined, defaultArrangement],
  ['nonsense', defaultArrangement],
  [{ group: 'colour', sort: 7, text: null, state: 'odd' }, defaultArrangement],
  [
    { group: 'tag', sort: 'players', text: 'a', state: 'problem' },
    { group: 'tag', sort: 'players', text: 'a', state: 'problem' },
  ],
] as const)('an arrangement that was kept as %o is read as %o', (kept, arrangement) => {
  expect(readArrangement(kept)).toEqual(arrangement);
});

describe('tags in the settings', () => {
  it.each([
    [undefined, []],
    [{ home: 'x' }, []],
    [{ home: { ark: 'eu' } }, []],
    [{ home: { ark: [' eu ', 7, '', 'eu', 'a, b'] } }, ['eu', 'a', 'b']],
    [{ home: { other: ['eu'] }, away: { ark: ['eu'] } }, []],
  ])('%o gives %o', (setting, expected) => {
    expect(readTags(setting)(ark)).toEqual(expected);
  });

  it('are no properties that every object has', () => {
    expect(readTags({})(instance('constructor', { connection: '__proto__' }))).toEqual([]);
    const odd = instance('__proto__');
    expect(readTags(withTags({}, odd, ['a']))(odd)).toEqual(['a']);
  });

  it.each([
    [undefined, ['eu', 'eu'], { home: { ark: ['eu'] } }],
    [{ home: { ark: ['eu'], b: ['x'] } }, ['us'], { home: { b: ['x'], ark: ['us'] } }],
    [{ home: { ark: ['eu'] }, away: { c: ['y'] } }, [], { away: { c: ['y'] } }],
    [{ home: { ark: ['eu'] } }, [], undefined],
  ])('%o with the tags %o is %o', (setting, words, expected) => {
    expect(withTags(setting, ark, words)).toEqual(expected);
  });

  it('are typed between commas', () => {
    expect(cleanTags([' prod,, eu west ,prod'])).toEqual(['prod', 'eu west']);
  });
});
