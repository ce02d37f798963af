import { expect, it } from 'vitest';
import { Pipeline } from '../../../../src/core/journal/pipeline.ts';
import { batchOf, Recorder } from '../../../../src/core/journal/recorder.ts';
import type { Batch } from '../../../../src/core/journal/store/records.ts';
import type { Decoder } from '../../../../src/core/model/signal.ts';
import { text } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { draft, kgsmEvent, ManualClock } from '../helpers.ts';

/** A recorder with a journal that keeps its batches in a list. */
function rig() {
  const clock = new ManualClock();
  const deferred: (() => void)[] = [];
  const pipeline = new Pipeline({
    decoderOf: () => kgsm.decoder,
    defer: (run) => deferred.push(run),
    onListenerError: (_listener, error) => {
      throw error;
    },
  });
  const batches: Batch[] = [];
  const recorder = new Recorder({
    pipeline,
    storeOf: () => ({
      append: (batch) => {
        batches.push(batch);
        return Promise.resolve({ from: 1, to: batch.events.length });
      },
    }),
    decoderOf: () => kgsm.decoder,
    writes: () => true,
    runs: () => true,
    keepsEvents: () => true,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  return {
    clock,
    batches,
    memory: recorder.memory('home'),
    /** Delivers events in one turn. */
    deliver: (...instances: string[]): void => {
      for (const instance of instances) pipeline.ingest(draft(kgsmEvent('instance_started', instance)));
    },
    /** Ends the turn. */
    commit: () => {
      for (const run of deferred.splice(0)) run();
    },
    /** For each batch its events, and the events that its context knows of. */
    told: () =>
      batches.map(({ events, contexts = [] }) => ({
        events: events.length,
        context: contexts.map(({ context }) => (JSON.parse(context) as { tick: number }).tick)[0],
      })),
  };
}

it('a cursor never comes into the journal before its event', () => {
  const { clock, batches, memory, deliver, commit } = rig();
  deliver('a');
  commit();
  memory.save({ line: 1 });
  // The moment for the first cursor comes while the second event waits for the end of its turn.
  deliver('b');
  memory.save({ line: 2 });
  clock.advance(0);
  expect(batches.map(({ events, cursors = [] }) => [events.length, cursors[0]?.cursor])).toEqual([
    [2, '{"line":2}'],
  ]);
});

it('events come with the context that they led to', () => {
  const { clock, deliver, commit, told } = rig();
  const many = Array.from({ length: 100 }, (_, n) => `server-${n}`);
  deliver(...many);
  commit();
  clock.advance(0);
  expect(told()).toEqual([{ events: 100, context: 100 }]);
  // A context of 100 instances is not written again at once: the events wait for it.
  deliver('a');
  commit();
  clock.advance(1);
  deliver('b');
  commit();
  clock.advance(1);
  expect(told()).toHaveLength(1);
  clock.advance(20);
  expect(told().slice(1)).toEqual([{ events: 2, context: 102 }]);
});

it('a cursor that moves does not hurry events away from their context', () => {
  const { clock, memory, deliver, commit, told } = rig();
  deliver(...Array.from({ length: 100 }, (_, n) => `server-${n}`));
  commit();
  clock.advance(0);
  deliver('a');
  commit();
  memory.save({ line: 1 });
  // Still in its turn when the moment to write comes.
  deliver('b');
  clock.advance(25);
  expect(told().slice(1)).toEqual([{ events: 2, context: 102 }]);
});

it('events do not wait longer than 25 ms for a long context, which follows by itself', () => {
  const { clock, deliver, commit, told } = rig();
  deliver(...Array.from({ length: 2000 }, (_, n) => `server-${n}`));
  commit();
  clock.advance(0);
  deliver('a');
  commit();
  clock.advance(25);
  expect(told().slice(1)).toEqual([{ events: 1, context: undefined }]);
  clock.advance(1000);
  expect(told().slice(2)).toEqual([{ events: 0, context: 2001 }]);
  expect(clock.waiting).toBe(0);
});

it('gives the journal what an event measured, without what was not measured', () => {
  const pipeline = new Pipeline({
    decoderOf: () => ({
      ...(kgsm.decoder as Decoder<unknown>),
      decode: (context) => ({
        context,
        event: { type: 'usage', severity: 'debug', retention: 'metric', summary: text('Usage') },
        signals: [{ signal: 'metrics', kind: 'instance', key: 'a', values: { cpu: 5, memory: NaN } }],
        problems: [],
      }),
    }),
    defer: () => undefined,
    onListenerError: (_listener, error) => {
      throw error;
    },
  });
  const stored: unknown[] = [];
  pipeline.subscribe('test', (change) =>
    stored.push(...batchOf(change).events.map(({ metrics }) => metrics)),
  );
  pipeline.ingest(draft('{}'));
  pipeline.flush();
  expect(stored).toEqual([[{ kind: 'instance', key: 'a', name: 'cpu', value: 5 }]]);
});
