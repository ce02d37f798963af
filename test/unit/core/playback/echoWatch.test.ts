import { describe, expect, it } from 'vitest';
import { EchoWatch } from '../../../../src/core/playback/emission/echoWatch.ts';
import { openTestStore, storedEvent } from '../journal/store/helpers.ts';
import { ManualClock } from '../helpers.ts';

describe('the echo of an emission', () => {
  it('is found in the journal when it comes, whether before or after it was asked for', async () => {
    const store = await openTestStore();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const found: [string, number][] = [];
    const watch = new EchoWatch(store, new ManualClock(), (correlation, seq) => {
      found.push([correlation, seq]);
      if (found.length === 2) resolve(undefined);
    });
    await store.append({ events: [storedEvent(0, { correlation: 'old', direction: 'in' })] });
    const before = watch.lastSeq;
    await store.append({
      events: [
        storedEvent(0, { correlation: 'e-1', direction: 'out' }),
        storedEvent(0, { correlation: 'e-1', direction: 'in' }),
      ],
    });
    watch.expect('e-1', before);
    watch.expect('old', before);
    watch.expect('e-2', before);
    await store.append({ events: [storedEvent(0, { correlation: 'e-3', direction: 'in' })] });
    await store.append({ events: [storedEvent(0, { correlation: 'e-2', direction: 'in' })] });
    await promise;
    expect(found).toEqual([
      ['e-1', 3],
      ['e-2', 5],
    ]);
    watch.dispose();
  });

  it('is not waited for for ever', async () => {
    const store = await openTestStore();
    const clock = new ManualClock();
    const found: string[] = [];
    const watch = new EchoWatch(store, clock, (correlation) => found.push(correlation));
    watch.expect('late', watch.lastSeq);
    watch.expect('in time', watch.lastSeq);
    clock.advance(60_000);
    watch.expect('in time', watch.lastSeq);
    await store.append({
      events: ['late', 'in time'].map((correlation) => storedEvent(0, { correlation, direction: 'in' })),
    });
    await expect.poll(() => found).toEqual(['in time']);
    watch.dispose();
  });
});
