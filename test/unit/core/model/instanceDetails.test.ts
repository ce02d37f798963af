import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../../src/core/model/instance.ts';
import {
  copiedOf,
  detailId,
  instanceDetails,
  type DetailFacts,
  type InstanceDetail,
} from '../../../../src/core/model/instanceDetails.ts';
import type { Task } from '../../../../src/core/model/task.ts';
import { text } from '../../../../src/core/model/text.ts';

const bare: Instance = {
  ...{ connection: 'home', kind: 'instance', key: 'mc-1', name: 'mc-1' },
  ...{ state: 'running', since: 0, lastEventAt: 0 },
};
const nothing: DetailFacts = { tasks: [], events: [] };

function task(id: string, given: Partial<Task> = {}): Task {
  return {
    ...{ id, connection: 'home', subject: { kind: 'instance', key: 'mc-1' }, title: text('Back up mc-1') },
    ...{ state: 'running', percent: null, steps: [], startedAt: 0, lastEventAt: 0, cancellable: false },
    ...given,
  };
}

const found = (given: Partial<Instance>, facts: Partial<DetailFacts> = {}): readonly InstanceDetail[] =>
  instanceDetails({ ...bare, ...given }, { ...nothing, ...facts });

describe('details of an instance', () => {
  it.each<[what: string, Partial<Instance>, Partial<DetailFacts>, readonly InstanceDetail[]]>([
    ['none where nothing is known', {}, {}, []],
    ['its version', { version: '1.21' }, {}, [{ detail: 'version', version: '1.21' }]],
    [
      'a newer version beside its own',
      { version: '1.21', latestVersion: '1.22' },
      {},
      [{ detail: 'version', version: '1.21', latest: '1.22' }],
    ],
    [
      'no newer version where it has the newest',
      { version: '1.21', latestVersion: '1.21' },
      {},
      [{ detail: 'version', version: '1.21' }],
    ],
    [
      'the address of its first port',
      { ports: ['2456-2458/udp', '80/tcp'] },
      { host: 'gamehost' },
      [
        { detail: 'address', address: 'gamehost:2456' },
        { detail: 'ports', ports: ['2456-2458/udp', '80/tcp'] },
      ],
    ],
    [
      'an address of version 6 in brackets',
      { ports: ['25565/tcp'] },
      { host: 'fe80::1' },
      [
        { detail: 'address', address: '[fe80::1]:25565' },
        { detail: 'ports', ports: ['25565/tcp'] },
      ],
    ],
    [
      'ports without an address where the machine is not known',
      { ports: ['25565/tcp'] },
      {},
      [{ detail: 'ports', ports: ['25565/tcp'] }],
    ],
    [
      'ports without an address behind a relay',
      { ports: ['25565/tcp'], host: 'far' },
      { host: 'relay' },
      [{ detail: 'ports', ports: ['25565/tcp'] }],
    ],
    [
      'players by their names',
      { players: 2, playerNames: ['Alex', 'Steve'] },
      {},
      [{ detail: 'players', count: 2, names: ['Alex', 'Steve'] }],
    ],
    ['players that told no name', { players: 2 }, {}, [{ detail: 'players', count: 2, names: [] }]],
    ['no players of a server that is down', { players: 2, state: 'stopped' }, {}, []],
    [
      'what is measured, with the last samples as blocks',
      {},
      {
        measured: { memory: 1024, cpu: 8, unheardOf: 1 },
        series: { times: Float64Array.of(1, 2), values: { cpu: Float64Array.of(4, 8) } },
      },
      [
        { detail: 'measured', name: 'cpu', value: 8, chart: '▁█' },
        { detail: 'measured', name: 'memory', value: 1024, chart: '' },
      ],
    ],
    [
      'the tasks on it that run, and no others',
      {},
      {
        tasks: [
          task('ended', { state: 'succeeded' }),
          task('later', { startedAt: 2 }),
          task('first', { startedAt: 1 }),
          task('away', { connection: 'nas' }),
          task('other', { subject: { kind: 'instance', key: 'mc-2' } }),
          task('vm', { subject: { kind: 'vm', key: 'mc-1' } }),
        ],
      },
      [
        { detail: 'task', task: task('first', { startedAt: 1 }) },
        { detail: 'task', task: task('later', { startedAt: 2 }) },
      ],
    ],
  ])('are %s', (_what, given, facts, wanted) => {
    expect(found(given, facts)).toEqual(wanted);
  });

  it('have a name each, and give what can be pasted elsewhere', () => {
    const event = { seq: 7, type: 't', receivedAt: 0, severity: 'info', summary: text('Started') } as const;
    const all = found(
      { version: '1', ports: ['1/tcp', '2/tcp'], players: 2, playerNames: ['Alex', 'Steve'] },
      { host: 'h', measured: { cpu: 1 }, tasks: [task('a')], events: [event] },
    );
    expect(all.map((each) => [detailId(each), copiedOf(each)])).toEqual([
      ['version', '1'],
      ['address', 'h:1'],
      ['players', 'Alex, Steve'],
      ['ports', '1/tcp, 2/tcp'],
      ['measured cpu', undefined],
      ['task a', undefined],
      ['event 7', undefined],
    ]);
  });
});
