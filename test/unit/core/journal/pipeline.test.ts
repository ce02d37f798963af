import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControlFact } from '../../../../src/core/journal/control.ts';
import { Pipeline, type PipelineOptions } from '../../../../src/core/journal/pipeline.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import type { Decoder } from '../../../../src/core/model/signal.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import { kgsmDecoder } from '../../../../src/core/systems/kgsm/decode/decode.ts';
import { core, draft, kgsmEvent } from '../helpers.ts';

/** The pipeline as the product has it: it commits when it is told to. */
function plainPipeline(options: Partial<PipelineOptions> = {}): Pipeline {
  return new Pipeline({
    decoderOf: () => kgsmDecoder,
    defer: () => undefined,
    onListenerError: (_name, error) => {
      throw error;
    },
    ...options,
  });
}

function throwOnce<C>(decoder: Decoder<C>): Decoder<C>['decode'] {
  let calls = 0;
  return (context, message) => {
    if (calls++ === 0) throw new Error('no');
    return decoder.decode(context, message);
  };
}

const hostile = new URL('../../../wire/json-test-suite/', import.meta.url);

describe('the pipeline', () => {
  it('commits and folds events of one turn as a batch', async () => {
    const { journal, pipeline } = core();
    const batches: number[] = [];
    pipeline.subscribe('test', ({ events }) => batches.push(events.length));
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a')));
    expect(batches).toEqual([]);
    await new Promise(setImmediate);
    expect(batches).toEqual([2]);
    expect(journal.events()).toHaveLength(2);
    expect(instancesOf(pipeline.fleet(), 'home')).toMatchObject([{ key: 'a', state: 'stopped' }]);
  });

  it('is only read by a look at the fleet: no listener is told in between', () => {
    const pipeline = plainPipeline();
    let told = 0;
    pipeline.subscribe('test', () => told++);
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    expect(instancesOf(pipeline.fleet(), 'home')).toEqual([]);
    expect(told).toBe(0);
  });

  it('tells every listener of an earlier change before a later one, whatever a listener does', () => {
    const pipeline = plainPipeline();
    const heard: string[] = [];
    pipeline.subscribe('nosy', ({ events }) => {
      heard.push(`nosy ${events[0]?.type ?? ''}`);
      if (events[0]?.type !== 'instance_started') return;
      pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a')));
      pipeline.fleet();
      pipeline.flush();
    });
    pipeline.subscribe('quiet', ({ events, fleet }) => {
      const [a] = instancesOf(fleet, 'home');
      heard.push(`quiet ${events[0]?.type ?? ''} ${a?.state ?? ''}`);
    });
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    pipeline.flush();
    expect(heard).toEqual([
      'nosy instance_started',
      'quiet instance_started running',
      'nosy instance_stopped',
      'quiet instance_stopped stopped',
    ]);
  });

  it('goes on for the other listeners and for later batches when one throws, and names it once', () => {
    const failures: string[] = [];
    const pipeline = plainPipeline({ onListenerError: (name) => failures.push(name) });
    const heard: string[] = [];
    pipeline.subscribe('broken', () => {
      throw new Error('no');
    });
    pipeline.subscribe('sound', ({ timeline }) => heard.push(timeline));
    for (let n = 0; n < 2; n++) {
      pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
      pipeline.ingest(draft(kgsmEvent('instance_started', 'a'), { timeline: 'replay-1' }));
      pipeline.flush();
    }
    expect(heard).toEqual(['live', 'replay-1', 'live', 'replay-1']);
    expect(failures).toEqual(['broken']);
  });

  it('keeps an event whose decoder throws, and the next one is decoded', () => {
    const failures: string[] = [];
    const decoder = { ...kgsmDecoder, decode: throwOnce(kgsmDecoder) } as Decoder<unknown>;
    const pipeline = plainPipeline({
      decoderOf: () => decoder,
      onListenerError: (name) => failures.push(name),
    });
    const event = pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    expect(event).toMatchObject({ type: 'unreadable', raw: kgsmEvent('instance_started', 'a') });
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    pipeline.flush();
    expect(instancesOf(pipeline.fleet(), 'home')).toMatchObject([{ key: 'a', state: 'running' }]);
    expect(failures).toEqual(['decoder of kgsm']);
  });

  it('forgets a connection behind the events that came before, and drops what waits for a dropped timeline', () => {
    const pipeline = plainPipeline();
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    pipeline.forget('home');
    pipeline.ingest(draft(kgsmEvent('instance_started', 'b'), { timeline: 'replay-1' }));
    pipeline.drop('replay-1');
    pipeline.flush();
    expect(pipeline.fleet().connections.has('home')).toBe(false);
    expect(instancesOf(pipeline.fleet('replay-1'), 'home')).toEqual([]);
  });

  it('writes a control fact as JSON that a recording can give back, without the secrets in its texts', () => {
    const pipeline = plainPipeline();
    const where = { timeline: 'live', host: 'h', connection: 'home', system: 'kgsm', receivedAt: 5 };
    const message = text('It said {0}', '{"password":"hunter2"}');
    const asked: ControlFact = {
      type: 'operation.asked',
      id: 'op',
      operation: 'start',
      title: message,
      window: 'w',
    };
    const event = pipeline.control(where, asked);
    expect(event.raw).not.toContain('hunter2');
    expect(event).toMatchObject({ type: 'operation.asked', correlation: 'op', channel: 'control' });
    const again = pipeline.ingest(draft(event.raw, { ...where, timeline: 'recording', channel: 'control' }));
    expect(again).toMatchObject({ type: event.type, summary: event.summary, correlation: 'op' });
    pipeline.flush();
    const task = { id: 'op', startedBy: { window: 'w' }, state: 'running' };
    expect([...pipeline.fleet().tasks.values()]).toMatchObject([task]);
    expect([...pipeline.fleet('recording').tasks.values()]).toMatchObject([task]);
  });

  it('keeps timelines apart: a replayed stop does not stop what is live', () => {
    const { pipeline } = core();
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a'), { timeline: 'replay-1', origin: 'replayed' }));
    expect(instancesOf(pipeline.fleet('live'), 'home')[0]?.state).toBe('running');
    expect(instancesOf(pipeline.fleet('replay-1'), 'home')[0]?.state).toBe('stopped');
  });

  it('takes nothing about the world from what we sent ourselves', () => {
    const { pipeline } = core();
    pipeline.ingest(draft(kgsmEvent('instance_started', 'a'), { direction: 'out', origin: 'emitted' }));
    expect(instancesOf(pipeline.fleet(), 'home')).toEqual([]);
  });

  it('cuts secrets out before anything is kept', () => {
    const { journal, pipeline } = core();
    const event = pipeline.ingest(draft(kgsmEvent('instance_input_sent', 'a', { Command: 'login hunter2' })));
    expect(JSON.stringify([...journal.events()])).not.toContain('hunter2');
    expect(event.redacted).toEqual(['Command']);
  });

  it('decodes what the source has parsed already, unless a secret is cut out of the message', () => {
    const { pipeline } = core();
    const bytes = (command: string) => kgsmEvent('instance_input_sent', 'a', { Command: command });
    const parsed: unknown = JSON.parse(bytes('say parsed'));
    const event = pipeline.ingest({ ...draft(bytes('say hello')), parsed });
    expect(english(event.summary)).toContain('say parsed');
    const secret = bytes('login hunter2');
    const cut = pipeline.ingest({ ...draft(secret), parsed: JSON.parse(secret) as unknown });
    expect(cut.redacted).toEqual(['Command']);
    expect(JSON.stringify(cut)).not.toContain('hunter2');
  });

  it('keeps bytes that are no UTF-8 as they are, except for a secret in them', () => {
    const { pipeline } = core();
    const bytes = Buffer.concat([
      Buffer.from('{"EventType":"instance_started","Data":{"InstanceName":"a'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}}'),
    ]);
    const event = pipeline.ingest(draft(bytes));
    expect(Buffer.from(event.rawBase64 ?? '', 'base64')).toEqual(bytes);
    expect(event.problems.map(({ message }) => english(message))).toEqual(['not UTF-8; kept as bytes']);
    expect(event.type).toBe('instance_started');
    const secret = pipeline.ingest(
      draft(Buffer.concat([Buffer.from('{"password":"hunter2'), Buffer.from([0xff])])),
    );
    expect(
      JSON.stringify(secret) + Buffer.from(secret.rawBase64 ?? '', 'base64').toString('latin1'),
    ).not.toContain('hunter2');
  });

  it('says that a cut-off event was cut off, also when the cut fell inside a character', () => {
    const { pipeline } = core();
    const whole = Buffer.from(kgsmEvent('instance_started', '☃☃☃'));
    for (let length = whole.length - 9; length < whole.length - 3; length++) {
      const event = pipeline.ingest(
        draft(whole.subarray(0, length), { size: whole.length, truncated: true }),
      );
      expect(event).toMatchObject({ truncated: true, size: whole.length, type: 'instance_started' });
      expect(event.subject).toBeUndefined();
      expect(event.rawBase64).toBeUndefined();
    }
  });

  it('journals an event of a system that it does not know', () => {
    const { pipeline } = core();
    const event = pipeline.ingest(draft('{"a":1}', { system: 'nobody' }));
    expect(event).toMatchObject({ type: 'unknown', raw: '{"a":1}' });
    expect(event.problems).toHaveLength(1);
  });

  it('shows an unknown event type instead of dropping it', () => {
    const { pipeline } = core();
    const event = pipeline.ingest(draft(kgsmEvent('instance_teleported', 'a')));
    expect(event).toMatchObject({
      type: 'instance_teleported',
      subject: { kind: 'instance', key: 'a' },
      problems: [],
    });
    expect(english(event.summary)).toBe('Unknown event type instance_teleported');
  });

  it('keeps an event whose fields have wrong types, and names them', () => {
    const { pipeline } = core();
    const event = pipeline.ingest(
      draft(
        '{"EventType":"instance_version_updated","Data":{"InstanceName":7,"NewVersion":[]},"Timestamp":"yesterday"}',
      ),
    );
    expect(event.type).toBe('instance_version_updated');
    expect(event.problems.map(({ path }) => path).sort()).toEqual([
      'Data.InstanceName',
      'Data.NewVersion',
      'Timestamp',
    ]);
  });

  it.each(readdirSync(hostile).filter((name) => name.endsWith('.json')))(
    'survives the hostile document %s, and the next event works',
    (name) => {
      const { journal, pipeline } = core();
      pipeline.ingest(draft(readFileSync(new URL(encodeURIComponent(name), hostile))));
      pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
      expect(journal.events()).toHaveLength(2);
      expect(instancesOf(pipeline.fleet(), 'home')).toMatchObject([{ key: 'a', state: 'running' }]);
    },
  );

  it('survives any JSON in the place of an event, of its data and of its name', () => {
    const { pipeline } = core();
    const types = fc.constantFrom(
      'instance_started',
      'instance_created',
      'instance_crashed',
      'blueprint_created',
      'socket_test',
      '__proto__',
    );
    fc.assert(
      fc.property(types, fc.jsonValue(), fc.jsonValue(), (type, value, name) => {
        for (const document of [
          value,
          { EventType: value, Data: value },
          { EventType: type, Data: value },
          { EventType: type, Data: { InstanceName: name }, Timestamp: value },
        ]) {
          const event = pipeline.ingest(draft(JSON.stringify(document)));
          expect(event.raw).toBe(JSON.stringify(document));
        }
        pipeline.flush();
      }),
      { numRuns: 300 },
    );
  });
});
