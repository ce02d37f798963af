import { describe, expect, it } from 'vitest';
import { elsewhere } from '../../../../src/core/systems/operation.ts';
import { takenWithinMs } from '../../../../src/core/connections/requestBox.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import { isFinished } from '../../../../src/core/model/task.ts';
import { eventTypes, pending, twoWindows } from './windows.ts';

describe('an operation for a connection of another window', () => {
  it('is done once by the window that is connected, and is one task in both', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    expect(second.connection.reach).toBe(elsewhere);
    const { began, end } = pending(windows);
    const result = second.start('a', { version: 'x' });
    expect(second.taskWords()).toEqual(['Starting a: waiting']);
    expect((await began).input).toEqual({ version: 'x' });
    await second.until(() => second.taskWords()[0] === 'Starting a: running');
    expect(first.taskWords()).toEqual(['Starting a: running']);
    expect(second.tasks()[0]?.startedBy).toEqual({ window: 'second', runner: 'first' });
    end();
    expect(await result).toEqual({ outcome: 'succeeded', message: text('done') });
    await second.until(() => second.taskWords()[0] === 'Starting a: succeeded');
    expect(second.tasks().map(({ id }) => id)).toEqual(first.tasks().map(({ id }) => id));
    expect(windows.begun).toEqual(['first a']);
    expect((await eventTypes(first)).filter((type) => type.startsWith('operation'))).toEqual([
      'operation.asked',
      'operation.finished',
    ]);
  });

  it('says in the asking window why it failed or was turned down', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    windows.operate = () => Promise.resolve({ outcome: 'failed', message: text('the disk is full') });
    expect(await second.start('a')).toEqual({ outcome: 'failed', message: text('the disk is full') });
    first.hear('instance_uninstalled', 'a');
    // The second window has not heard of it yet.
    const late = await second.start('a');
    expect(`${late.outcome}: ${english(late.message)}`).toMatch(/^refused: start is not on offer /);
    expect(windows.begun).toEqual(['first a']);
    await second.until(() => second.tasks().every(({ state }) => isFinished(state)));
  });

  it('asks its questions in the window where it was asked for, and gets its choices from the other', async () => {
    await using rig = await twoWindows();
    const { windows, second } = rig;
    windows.operate = async (run) => {
      const yes = await run.ask({ message: text('Overwrite?'), detail: text('d'), action: text('Yes') });
      return { outcome: yes ? 'succeeded' : 'refused', message: text('m') };
    };
    expect((await second.start('a')).outcome).toBe('succeeded');
    expect(windows.questions).toEqual(['second: Overwrite?']);
    const [operation] = second.connection.system.operations;
    const [instance] = instancesOf(second.pipeline.fleet(), 'home');
    if (!operation) throw new Error('an operation');
    const choices = await second.otherWindows.choices(
      { connection: second.connection, operation, instance, field: 'version', given: {} },
      AbortSignal.timeout(5000),
    );
    expect(choices).toEqual(['seen by first', { value: 'x', label: text('X') }]);
  });

  it('is cancelled from the asking window, and from the other', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    windows.operate = ({ signal }) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () =>
          resolve({ outcome: 'failed', message: text('was cancelled') }),
        ),
      );
    for (const [asks, other] of [
      [second, second],
      [first, second],
    ] as const) {
      const result = asks.start('a');
      await other.until(() => other.tasks().some(({ state }) => state === 'running'));
      const task = other.tasks().find(({ state }) => state === 'running');
      expect(task && other.otherWindows.cancel(task)).toBe(true);
      await result;
      await other.until(() => other.tasks().every(({ state }) => state === 'aborted'));
    }
    expect(windows.begun).toEqual(['first a', 'first a']);
  });

  it('is taken back where it is cancelled before anybody took it', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    windows.kill(first, true);
    const result = second.start('a');
    const [task] = second.tasks();
    expect(task && second.otherWindows.cancel(task)).toBe(true);
    expect(english((await result).message)).toBe('Cancelled before it began');
    expect(second.taskWords()).toEqual(['Starting a: aborted']);
    windows.releaseLockOf(first);
    await second.isIn('ready');
    second.hear('instance_started', 'b');
    await second.journals.settle();
    expect(windows.begun).toEqual([]);
  });

  it('is done by the asking window itself where the other one ends before it takes it', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    windows.kill(first, true);
    const result = second.start('a');
    expect(second.taskWords()).toEqual(['Starting a: waiting']);
    windows.releaseLockOf(first);
    expect((await result).outcome).toBe('succeeded');
    expect(windows.begun).toEqual(['second a']);
    expect(second.taskWords()).toEqual(['Starting a: succeeded']);
  });

  it('is done by a third window where the asking one closed and the connected one ended', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    const third = await windows.open('third');
    await third.isIn('elsewhere');
    windows.kill(first, true);
    void second.start('a');
    // Until it stands in the table.
    await second.journals.settle();
    await (await second.journals.store('live')).health();
    windows.kill(second);
    windows.releaseLockOf(first);
    await third.until(() => third.taskWords()[0] === 'Starting a: succeeded');
    expect(windows.begun).toEqual(['third a']);
  });

  it('is not done by a third window that comes too late for what a closed one asked', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    windows.kill(first, true);
    void second.start('a');
    await (await second.journals.store('live')).health();
    windows.kill(second);
    windows.clock.advance(takenWithinMs + 1);
    const third = await windows.open('third');
    windows.releaseLockOf(first);
    await third.isIn('ready');
    // Behind what the window took when it was connected.
    expect(await (await third.journals.store('live')).take([], 'third', 0)).toEqual([]);
    expect(windows.begun).toEqual([]);
  });

  it('has an outcome that is not known where the window ends that runs it, and is never begun again', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    const { began } = pending(windows);
    const result = second.start('a');
    await began;
    await second.until(() => second.taskWords()[0] === 'Starting a: running');
    windows.kill(first);
    await second.isIn('ready');
    windows.clock.advance(1000);
    const { outcome, message } = await result;
    expect([outcome, english(message)]).toEqual([
      'failed',
      'The window that did it ended before it said how it went. Whether it was done is not known.',
    ]);
    await second.journals.settle();
    expect(second.taskWords()).toEqual(['Starting a: lost']);
    expect((await eventTypes(second)).filter((type) => type === 'task.lost')).toEqual(['task.lost']);
    expect(windows.begun).toEqual(['first a']);
  });

  it('goes on where the asking window closes', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    const { began, end } = pending(windows);
    void second.start('a');
    await began;
    windows.kill(second);
    end();
    await first.until(() => first.taskWords()[0] === 'Starting a: succeeded');
    expect(windows.begun).toEqual(['first a']);
  });

  it('expires where nobody takes it, and is not done later', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    windows.kill(first, true);
    const result = second.start('a');
    await second.journals.settle();
    await (await second.journals.store('live')).health();
    windows.clock.advance(takenWithinMs);
    expect(english((await result).message)).toBe(
      'No other window took it within 30 s. It was not done and will not be.',
    );
    expect(second.taskWords()).toEqual(['Starting a: failed']);
    windows.releaseLockOf(first);
    await second.isIn('ready');
    await second.journals.settle();
    expect(windows.begun).toEqual([]);
  });
});

describe('an event for a connection of another window', () => {
  it('is sent by that window', async () => {
    await using rig = await twoWindows();
    const { first, second } = rig;
    const emission = {
      address: '/x',
      base64: Buffer.from('{"a":1}').toString('base64'),
      origin: 'emitted' as const,
    };
    const result = await second.otherWindows.emit('home', emission, AbortSignal.timeout(5000));
    expect(result.outcome).toBe('succeeded');
    expect([first.emitted, second.emitted]).toEqual([['{"a":1}'], []]);
  });
});

describe('a window that takes over', () => {
  it('has the tree and the tasks of the last commit, and nothing that was removed before it', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    first.hear('instance_started', 'b');
    await second.until(() => second.states()['b'] === 'running');
    const store = await second.journals.store('live');
    // The second window does not look any more, as one that is busy.
    await store.follow(0);
    first.pipeline.forget('home');
    first.hear('instance_started', 'c');
    await first.journals.settle();
    windows.kill(first);
    await second.isIn('ready');
    expect(second.states()).toEqual({ c: 'running' });
  });

  it('ends what the window before ran, once, and its own journal has every event once', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    const { began } = pending(windows);
    void first.start('a');
    await began;
    await second.until(() => second.taskWords()[0] === 'Starting a: running');
    const third = await windows.open('third');
    expect(third.taskWords()).toEqual(['Starting a: running']);
    windows.kill(first);
    await second.isIn('ready');
    await second.journals.settle();
    expect(second.taskWords()).toEqual(['Starting a: lost']);
    await third.until(() => third.taskWords()[0] === 'Starting a: lost');
    const types = await eventTypes(second);
    expect(types.filter((type) => /^(operation|task|instance)/.test(type))).toEqual([
      'instance_stopped',
      'operation.asked',
      'task.lost',
    ]);
  });
});
