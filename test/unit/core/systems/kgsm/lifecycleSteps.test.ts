import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../../src/core/model/signal.ts';
import { kgsmEntries } from '../../../../../src/core/systems/kgsm/catalog.ts';
import { kgsmDecoder } from '../../../../../src/core/systems/kgsm/decode/decode.ts';

/** Categories whose events change the state of an instance or the tasks on it. */
const lifecycleCategories = ['Install', 'Lifecycle', 'Update', 'Backup', 'Removal'];
/** They are about files of backups: neither state nor tasks of the instance change. */
const withoutStep = ['instance_backup_deleted', 'instance_backups_pruned'];

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

  it('knows every category, so that a new one is decided on', () => {
    const others = ['Players', 'Network', 'Configuration', 'Blueprints', 'Test'];
    const categories = new Set(kgsmEntries.map(({ category }) => category));
    expect([...categories].filter((one) => ![...lifecycleCategories, ...others].includes(one))).toEqual([]);
  });
});
