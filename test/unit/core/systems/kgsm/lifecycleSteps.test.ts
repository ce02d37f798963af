import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, type Fleet } from '../../../../../src/core/model/fleet.ts';
import { stepText } from '../../../../../src/core/model/task.ts';
import type { Message } from '../../../../../src/core/model/signal.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { kgsmEntries } from '../../../../../src/core/systems/kgsm/catalog.ts';
import { kgsmOperations } from '../../../../../src/core/systems/kgsm/operations/operations.ts';
import { kgsmDecoder } from '../../../../../src/core/systems/kgsm/decode/decode.ts';

/** Categories whose events change the state of an instance or the tasks on it. */
const lifecycleCategories = ['Install', 'Lifecycle', 'Update', 'Backup', 'Removal'];
/** They are about files of backups: neither state nor tasks of the instance change. */
const withoutStep = ['instance_backup_deleted', 'instance_backups_pruned'];

/** Every field that a summary may name, and nothing in it. */
const empty = Object.fromEntries(
  kgsmEntries.flatMap(({ titles }) => titles).flatMap(([, fields]) => fields.map((field) => [field, ''])),
);

function message(example: unknown): Message {
  return {
    timeline: 'live',
    receivedAt: 0,
    host: '',
    connection: 'home',
    system: 'kgsm',
    channel: 'push',
    direction: 'in',
    origin: 'live',
    text: JSON.stringify(example),
    utf8: true,
    truncated: false,
  };
}

/** The fleet when all that was heard are these events of one instance. */
function fleetAfter(types: readonly string[]): Fleet {
  let context = kgsmDecoder.initial;
  let fleet = emptyFleet;
  for (const type of types) {
    const step = kgsmDecoder.decode(context, message({ EventType: type, Data: { InstanceName: 'a' } }));
    context = step.context;
    fleet = fold(fleet, { connection: 'home', system: 'kgsm', receivedAt: 0 }, step.signals);
  }
  return fleet;
}

function example(type: string): unknown {
  return kgsmEntries.find((entry) => entry.type === type)?.example;
}

const types = kgsmEntries.filter(
  ({ type, category }) => lifecycleCategories.includes(category) && !withoutStep.includes(type),
);

describe("KGSM's decoder", () => {
  const { context: running } = kgsmDecoder.decode(kgsmDecoder.initial, message(example('instance_started')));

  it.each(types.map(({ type }) => type))('has a step for %s', (type) => {
    // Some begin something on an instance never heard of, others end something on one that runs.
    const signals = [kgsmDecoder.initial, running].flatMap(
      (context) => kgsmDecoder.decode(context, message(example(type))).signals,
    );
    expect(signals.filter(({ signal }) => signal === 'instance' || signal === 'gone')).not.toEqual([]);
  });

  it.each(kgsmEntries.map(({ type }) => type))('says %s in words also where no field is there', (type) => {
    for (const Data of [{ InstanceName: 'a' }, { ...empty, InstanceName: 'a' }]) {
      const { event } = kgsmDecoder.decode(kgsmDecoder.initial, message({ EventType: type, Data }));
      expect(english(event.summary)).toMatch(/^[A-Z][^{–]*[\w.]$/);
    }
  });

  it.each([
    ['instance_version_updated', { NewVersion: '1.1' }, 'Version is now 1.1'],
    ['instance_version_updated', { OldVersion: '', NewVersion: '1.1' }, 'Version is now 1.1'],
    ['instance_version_updated', { OldVersion: '0', NewVersion: '1.1' }, 'Version is now 1.1'],
    ['instance_version_updated', { OldVersion: '1.0', NewVersion: '1.1' }, 'Version 1.0 → 1.1'],
    ['instance_created', { Blueprint: 'fakegame.bp' }, 'Created from fakegame'],
    ['instance_installed', { Blueprint: 'fakegame.bp.yaml' }, 'Installed from fakegame'],
    ['instance_crashed', { ExitCode: '137' }, 'Crashed with exit code 137'],
    ['instance_player_joined', { PlayerName: null, PlayerId: '7656' }, '7656 joined'],
  ])('says %s with %j as "%s"', (type, data, words) => {
    const fact = message({ EventType: type, Data: { InstanceName: 'a', ...data } });
    expect(english(kgsmDecoder.decode(kgsmDecoder.initial, fact).event.summary)).toBe(words);
  });

  it.each([
    ['stop', ['instance_stop_started', 'instance_stopped', 'instance_stop_finished'], 'Stopped'],
    ['stop', ['instance_stop_started', 'instance_stop_finished'], 'Stop finished'],
    [
      'restart',
      [
        'instance_restart_started',
        'instance_restart_stopped',
        'instance_restarted',
        'instance_restart_finished',
      ],
      'Restarted',
    ],
    [
      'backup',
      ['instance_backup_started', 'instance_backup_created', 'instance_backup_finished'],
      'Backup finished',
    ],
  ])('ends the task of a %s by %j with "%s"', (_, types, words) => {
    const [task] = [...fleetAfter(types).tasks.values()];
    expect([task?.state, task?.message && english(task.message)]).toEqual(['succeeded', words]);
  });

  it('has the steps of a task in words', () => {
    const types = ['started', 'stopped'].map((part) => `instance_restart_${part}`);
    const [task] = [...fleetAfter(types).tasks.values()];
    expect(task?.steps.map((step) => english(stepText(step)))).toEqual(['Begun', 'Stopped']);
  });

  it('names each task by the operation that does the same, so that both are one task', () => {
    const named = kgsmEntries.flatMap(({ type, example }) =>
      kgsmDecoder
        .decode(kgsmDecoder.initial, message(example))
        .signals.flatMap((signal) => (signal.signal === 'task' ? [[type, signal.patch.operation]] : [])),
    );
    const tasks = named.filter(([, operation]) => operation !== undefined);
    const ids = new Set<string | undefined>(kgsmOperations.map(({ id }) => id));
    expect(tasks).toContainEqual(['instance_uninstall_started', 'remove']);
    expect(tasks.filter(([, operation]) => !ids.has(operation))).toEqual([]);
  });

  it('knows every category, so that a new one is decided on', () => {
    const others = ['Players', 'Network', 'Configuration', 'Blueprints', 'Test'];
    const categories = new Set(kgsmEntries.map(({ category }) => category));
    expect([...categories].filter((one) => ![...lifecycleCategories, ...others].includes(one))).toEqual([]);
  });
});

describe('players of a KGSM server', () => {
  const home = { connection: 'home', system: 'kgsm', receivedAt: 0 };
  function after(...events: readonly (readonly [type: string, name?: string])[]): object | undefined {
    let { initial: context } = kgsmDecoder;
    let fleet = emptyFleet;
    for (const [type, PlayerName] of events) {
      const told = { EventType: type, Data: { InstanceName: 'mc', ...(PlayerName ? { PlayerName } : {}) } };
      const step = kgsmDecoder.decode(kgsmDecoder.load(kgsmDecoder.save(context)), message(told));
      ({ context } = step);
      fleet = fold(fleet, home, step.signals);
    }
    const [mc] = [...(fleet.connections.get('home')?.instances.values() ?? [])];
    return mc && { players: mc.players, names: mc.playerNames };
  }
  const joined = 'instance_player_joined';
  const left = 'instance_player_left';

  it.each<[what: string, readonly (readonly [string, string?])[], object]>([
    [
      'by their names',
      [
        [joined, 'Alex'],
        [joined, 'Bob'],
      ],
      { players: 2, names: ['Alex', 'Bob'] },
    ],
    [
      'without one that left',
      [
        [joined, 'Alex'],
        [joined, 'Bob'],
        [left, 'Alex'],
      ],
      { players: 1, names: ['Bob'] },
    ],
    ['counted where they told no name', [[joined], [joined, 'Bob']], { players: 2, names: ['Bob'] }],
    ['without names when the last one left', [[joined, 'Alex'], [left]], { players: 0, names: undefined }],
    [
      'gone with the server',
      [[joined, 'Alex'], ['instance_stopped']],
      { players: undefined, names: undefined },
    ],
  ])('are known %s', (_what, events, wanted) => {
    expect(after(...events)).toEqual(wanted);
  });
});
