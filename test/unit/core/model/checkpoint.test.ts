import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointOf,
  checkpointPieces,
  fleetOf,
  readCheckpoint,
} from '../../../../src/core/model/checkpoint.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { kgsmDecoder } from '../../../../src/core/systems/kgsm/decode/decode.ts';
import type { KgsmContext } from '../../../../src/core/systems/kgsm/decode/decoderState.ts';
import { core, draft, kgsmEvent, type Core } from '../helpers.ts';

const events = [
  kgsmEvent('instance_started', 'a\n<b>'),
  kgsmEvent('instance_crashed', 'crashed', { ExitCode: '139' }),
  kgsmEvent('instance_created', 'new', { Blueprint: 'factorio.bp' }),
  kgsmEvent('instance_download_started', 'new'),
];

/** The window is reloaded: all that is left is what was written. */
function reloaded(before: Core): Core {
  const context = before.pipeline.context('live', 'home') as KgsmContext;
  const made = checkpointOf(before.pipeline.fleet(), 'home', kgsmDecoder.save(context));
  const written = made && [...checkpointPieces(made)].join('');
  const checkpoint = readCheckpoint(JSON.parse(written ?? ''));
  if (!checkpoint) throw new Error('what was written can be read');
  const after = core();
  after.pipeline.restore(
    'live',
    fleetOf([checkpoint]),
    new Map([['home', kgsmDecoder.load(checkpoint.context)]]),
  );
  return after;
}

describe('a checkpoint', () => {
  it('brings instances and unfinished tasks back, with the connection closed', () => {
    const before = core();
    for (const event of events) before.pipeline.ingest(draft(event));
    const fleet = reloaded(before).pipeline.fleet();
    expect(new Set(instancesOf(fleet, 'home'))).toEqual(
      new Set(instancesOf(before.pipeline.fleet(), 'home')),
    );
    expect([...fleet.tasks.values()]).toEqual([...before.pipeline.fleet().tasks.values()]);
    expect(fleet.connections.get('home')?.state).toBe('closed');
  });

  it.each([0, 1, 500, 501, 1700])(
    'is written in pieces that are JSON together, with %d instances',
    (count) => {
      const { pipeline } = core();
      pipeline.control(
        { timeline: 'live', connection: 'home', system: 'kgsm', host: 'h', receivedAt: 1 },
        { type: 'connection.state', state: 'ready' },
      );
      for (let n = 0; n < count; n++) pipeline.ingest(draft(kgsmEvent('instance_started', String(n))));
      const checkpoint = checkpointOf(pipeline.fleet(), 'home', { some: 'context' });
      if (!checkpoint) throw new Error('the connection is known');
      const pieces = [...checkpointPieces(checkpoint)];
      expect(JSON.parse(pieces.join(''))).toEqual(checkpoint);
      expect(pieces).toHaveLength(2 + Math.ceil(count / 500));
    },
  );

  it('lets the next events go on where the last ones were', () => {
    const before = core();
    for (const event of events) before.pipeline.ingest(draft(event));
    const after = reloaded(before);
    after.pipeline.ingest(draft(kgsmEvent('instance_installed', 'new')));
    const fleet = after.pipeline.fleet();
    expect([...fleet.tasks.values()]).toMatchObject([
      { title: { args: ['new'] }, state: 'succeeded', percent: 100 },
    ]);
    expect(instancesOf(fleet, 'home').find(({ key }) => key === 'new')).toMatchObject({
      state: 'stopped',
      game: 'factorio',
    });
  });

  it('does not remember what was started in the window that is gone', () => {
    const { pipeline } = core();
    pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a')));
    pipeline.control(
      { timeline: 'live', connection: 'home', system: 'kgsm', host: 'h', receivedAt: 1 },
      {
        type: 'operation.asked',
        id: 'op',
        operation: 'start',
        title: { template: 'Starting', args: [] },
        kind: 'instance',
        key: 'a',
      },
    );
    expect(checkpointOf(pipeline.fleet(), 'home', undefined)?.tasks).toEqual([]);
  });

  it('is refused where the file holds anything else, and a context that cannot be read begins anew', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(readCheckpoint(value)).toBeUndefined();
        expect(kgsmDecoder.load(value)).toBe(kgsmDecoder.initial);
      }),
    );
  });
});
