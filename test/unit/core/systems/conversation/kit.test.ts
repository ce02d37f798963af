import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { english, text, type Text } from '../../../../../src/core/model/text.ts';
import { ConversationError } from '../../../../../src/core/systems/conversation/conversationError.ts';
import { DeferredRun } from '../../../../../src/core/systems/conversation/deferredRun.ts';
import { Liveness } from '../../../../../src/core/systems/conversation/liveness.ts';
import { PendingCalls } from '../../../../../src/core/systems/conversation/pendingCalls.ts';
import { SessionEnd } from '../../../../../src/core/systems/conversation/sessionEnd.ts';
import { TaskLedger } from '../../../../../src/core/systems/conversation/taskLedger.ts';
import { SessionError } from '../../../../../src/core/systems/session.ts';
import { ManualClock } from '../../helpers.ts';

const silent = new ConversationError('noAnswer', text('silence'));

describe('a pending call', () => {
  it('ends with its answer, and with nothing that comes later', async () => {
    const clock = new ManualClock();
    const calls = new PendingCalls<string, number>(clock);
    const call = calls.open('a');
    call.after(1000, () => {
      call.reject(silent);
    });
    calls.find((info) => info === 'a')?.resolve(7);
    call.reject(silent);
    expect(await call.answer).toBe(7);
    expect(clock.waiting).toBe(0);
    expect(calls.find(() => true)).toBeUndefined();
  });

  it('ends with its time, which a new timer replaces', async () => {
    const clock = new ManualClock();
    const call = new PendingCalls<string>(clock).open('a');
    call.after(1000, () => {
      call.reject(new Error('too early'));
    });
    call.after(5000, () => {
      call.reject(silent);
    });
    clock.advance(5000);
    await expect(call.answer).rejects.toBe(silent);
  });

  it('ends with its signal, or is over at once where that is aborted', async () => {
    const calls = new PendingCalls<string>(new ManualClock());
    const nobody = new AbortController();
    const ended: string[] = [];
    const options = { signal: nobody.signal, onEnd: ({ info }: { info: string }) => ended.push(info) };
    const call = calls.open('a', options);
    nobody.abort();
    await expect(call.answer).rejects.toThrow('abort');
    expect(calls.open('b', options).isOver()).toBe(true);
    expect(ended).toEqual(['a', 'b']);
  });

  it('ends with all others, and so does every later one', async () => {
    const calls = new PendingCalls<string>(new ManualClock());
    const call = calls.open('a');
    calls.end(silent);
    await expect(call.answer).rejects.toBe(silent);
    await expect(calls.open('b').answer).rejects.toBe(silent);
  });
});

describe('a deferred run', () => {
  /** Work that ends when a test wants it to. */
  function rig() {
    const clock = new ManualClock();
    const runs: PromiseWithResolvers<undefined>[] = [];
    const errors: unknown[] = [];
    const run = new DeferredRun(
      clock,
      () => {
        const work = Promise.withResolvers<undefined>();
        runs.push(work);
        return work.promise;
      },
      (error) => errors.push(error),
    );
    return { clock, runs, errors, run };
  }

  it('is done once for all that asked, at the earliest time that one of them wants', () => {
    const { clock, runs, run } = rig();
    run.within(1000);
    run.within(300);
    run.within(500);
    clock.advance(299);
    expect(runs.length).toBe(0);
    clock.advance(1);
    expect(runs.length).toBe(1);
    clock.advance(10_000);
    expect(runs.length).toBe(1);
  });

  it('is never done twice at a time, and once more for those who asked meanwhile', async () => {
    const { runs, run } = rig();
    void run.now();
    void run.now();
    void run.now();
    expect(runs.length).toBe(1);
    runs[0]?.resolve(undefined);
    await turn();
    expect(runs.length).toBe(2);
    runs[1]?.resolve(undefined);
    await turn();
    expect(runs.length).toBe(2);
  });

  it('is done again after one that failed, by rejecting or by throwing', async () => {
    const { runs, errors, run } = rig();
    const done = run.now();
    runs[0]?.reject(silent);
    await done;
    expect(errors).toEqual([silent]);
    void run.now();
    expect(runs.length).toBe(2);
    let times = 0;
    const throwing = new DeferredRun(
      new ManualClock(),
      () => {
        times++;
        throw silent;
      },
      (error) => errors.push(error),
    );
    await throwing.now();
    await throwing.now();
    expect(times).toBe(2);
    expect(errors.length).toBe(3);
  });

  it('that ended begins no more, and tells when the last is over', async () => {
    const { clock, runs, run } = rig();
    run.within(100);
    void run.now();
    void run.now();
    let isOver = false;
    const over = run.end().then(() => (isOver = true));
    run.within(100);
    expect(clock.waiting).toBe(0);
    await turn();
    expect(isOver).toBe(false);
    runs[0]?.resolve(undefined);
    await over;
    await run.now();
    expect(runs.length).toBe(1);
  });
});

describe('liveness', () => {
  function rig(probe: () => Promise<unknown>) {
    const clock = new ManualClock();
    const dead: ConversationError[] = [];
    const logged: string[] = [];
    const write = (message: Text): void => void logged.push(english(message));
    const log = { debug: write, info: write, warn: write, error: write };
    const liveness = new Liveness({ clock, log, probe, onDead: (error) => dead.push(error) });
    liveness.begin();
    return { clock, dead, logged, liveness };
  }

  it('asks only after a silence', async () => {
    let probes = 0;
    const { clock, liveness } = rig(() => Promise.resolve(++probes));
    clock.advance(15_000);
    liveness.heard();
    clock.advance(15_000);
    await turn();
    expect(probes).toBe(0);
    clock.advance(30_000);
    await turn();
    expect(probes).toBe(1);
  });

  it.each([
    ['a refusal', new ConversationError('refused', text('busy')), 0],
    ['an unexpected error', new TypeError('boom'), 1],
  ])('goes on after %s', async (_name, error, words) => {
    let probes = 0;
    const { clock, dead, logged } = rig(() =>
      ++probes < 3 ? Promise.reject(error) : Promise.reject(silent),
    );
    for (let round = 0; round < 3; round++) {
      clock.advance(30_000);
      await turn();
    }
    expect(dead).toEqual([silent]);
    expect(logged.length).toBe(words * 2);
    expect(clock.waiting).toBe(0);
  });

  it('that ended while it asks says nothing and asks no more', async () => {
    const answer = Promise.withResolvers<undefined>();
    const { clock, dead, liveness } = rig(() => answer.promise);
    clock.advance(30_000);
    liveness.end();
    answer.reject(silent);
    await turn();
    expect(dead).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});

describe('a task ledger', () => {
  interface Task {
    readonly id: string;
    readonly started?: number;
    readonly aliases?: readonly string[];
  }

  function rig() {
    const changes: string[] = [];
    const ledger = new TaskLedger<Task, string>(() => {
      changes.push(ledger.open.map(({ id }) => id).join());
    });
    const heard: string[] = [];
    const hear = ({ words, end }: { words?: string | undefined; end?: string }): void => {
      heard.push(words ?? end ?? '');
    };
    return { changes, ledger, heard, hear };
  }

  it('tells the end to those who followed before and after, by id or alias', () => {
    const { changes, ledger, heard, hear } = rig();
    ledger.follow('call:x', hear);
    ledger.take({ id: '1', aliases: ['call:x'] }, { words: 'half' });
    ledger.take({ id: '1', aliases: ['call:x'] }, { end: 'done' });
    ledger.follow('1', hear);
    expect(heard).toEqual(['half', 'done', 'done']);
    expect(changes).toEqual(['1', '']);
    expect(ledger.endOf('1')).toBe('done');
  });

  it('hears nothing more of a task that ended, but of a later one with the same id', () => {
    const { changes, ledger } = rig();
    ledger.take({ id: '1', started: 5 }, { end: 'done' });
    expect(ledger.take({ id: '1', started: 5 }, {})).toBe(false);
    expect(ledger.take({ id: '1', started: 6 }, {})).toBe(true);
    expect(changes).toEqual(['1']);
  });

  it('tells nobody who went away, and everybody else when all is lost', () => {
    const { ledger, heard, hear } = rig();
    const stop = ledger.follow('1', hear);
    stop();
    ledger.follow('2', hear);
    ledger.loseAll('lost');
    ledger.take({ id: '1' }, { end: 'done' });
    expect(heard).toEqual(['lost']);
  });

  it('forgets the oldest ends', () => {
    const { ledger } = rig();
    for (let id = 0; id <= 200; id++) ledger.take({ id: String(id) }, { end: 'done' });
    expect(ledger.endOf('0')).toBeUndefined();
    expect(ledger.endOf('1')).toBe('done');
  });
});

describe('the end of a session', () => {
  it('comes once, with the first reason, and ends the parts in reverse order even if one throws', async () => {
    const end = new SessionEnd();
    const ended: string[] = [];
    const part = (name: string) => ({ end: () => ended.push(name) });
    const broken = {
      end: () => {
        throw new TypeError('boom');
      },
    };
    end.add(part('first'), broken, part('last'));
    const reason = new SessionError(text('over'), { retry: true });
    expect(() => {
      end.finish(reason);
    }).toThrow('did not end');
    end.finishFromHere();
    end.add(part('late'));
    expect(ended).toEqual(['last', 'first', 'late']);
    expect(await end.closed).toBe(reason);
    expect(end.isOver()).toBe(true);
  });
});
