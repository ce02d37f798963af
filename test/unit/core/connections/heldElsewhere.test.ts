import { describe, expect, it } from 'vitest';
import { isCurrent, type ConnectionStatus } from '../../../../src/core/model/fleet.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import { SessionError } from '../../../../src/core/systems/session.ts';
import { eventTypes, pending, twoWindows, type Window } from './windows.ts';

describe('a connection of another window', () => {
  const statusIn = ({ pipeline }: Window): ConnectionStatus | undefined =>
    pipeline.fleet().connections.get('home');
  const isCurrentIn = (window: Window): boolean => {
    const status = statusIn(window);
    return status !== undefined && isCurrent(status);
  };

  it('shows its instances as they are now while that window is connected, and as last seen while it is not', async () => {
    await using rig = await twoWindows();
    const { first, second } = rig;
    expect(statusIn(second)?.state).toBe('elsewhere');
    expect(isCurrentIn(second)).toBe(true);
    first.sessions.opened.at(-1)?.resolve(new SessionError(text('the server is gone'), { retry: true }));
    await second.until(() => !isCurrentIn(second));
    expect(statusIn(second)?.holder).toEqual({ state: 'waiting', detail: text('the server is gone') });
    await first.connection.reconnectNow();
    await second.until(() => isCurrentIn(second));
  });

  it('is shown so by a window that opens later', async () => {
    await using rig = await twoWindows();
    const third = await rig.windows.open('third');
    await third.isIn('elsewhere');
    expect(isCurrentIn(third)).toBe(true);
  });

  it('is not taken for current by a window that is disconnected, nor by one that captures it', async () => {
    await using rig = await twoWindows();
    const { first, second } = rig;
    await second.connection.stop();
    expect(isCurrentIn(second)).toBe(false);
    second.connection.start();
    await second.until(() => isCurrentIn(second));
    await first.connection.stop();
    await second.isIn('ready');
    expect(statusIn(second)?.holder).toBeUndefined();
    expect(isCurrentIn(second)).toBe(true);
  });

  it('leaves its end in the journal when it is disconnected', async () => {
    await using rig = await twoWindows();
    const { first, second } = rig;
    await second.connection.stop();
    await first.connection.stop();
    await second.until(() => statusIn(second)?.holder?.state === 'closed');
    expect((await eventTypes(first)).at(-1)).toBe('connection.state');
  });
});

describe('a disconnected window', () => {
  it('tells the others of the end of a task that it cut off', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    const third = await windows.open('third');
    await third.isIn('elsewhere');
    const began = Promise.withResolvers<undefined>();
    windows.operate = async (run) => {
      began.resolve(undefined);
      const next = run.session && (await run.nextSession(run.session));
      return { outcome: 'failed', message: text(next ? 'went on' : 'the connection ended') };
    };
    const result = first.start('a');
    await began.promise;
    for (const other of [second, third])
      await other.until(() => other.taskWords()[0] === 'Starting a: running');
    await first.connection.stop();
    expect((await result).message).toEqual(text('the connection ended'));
    for (const window of [first, second, third])
      await window.until(() => window.taskWords()[0] === 'Starting a: failed');
  });

  it('tells them of a task that goes on without the connection, step by step', async () => {
    await using rig = await twoWindows();
    const { windows, first, second } = rig;
    const { runs, began, end } = pending(windows);
    void first.start('a');
    await began;
    await first.connection.stop();
    await second.isIn('ready');
    const message = (): string => english(second.tasks()[0]?.message ?? text(''));
    runs[0]?.progress(text('half of it'));
    await second.until(() => message() === 'half of it');
    expect(second.taskWords()).toEqual(['Starting a: running']);
    end();
    await second.until(() => second.taskWords()[0] === 'Starting a: succeeded');
    await first.journals.settle();
    expect(first.taskWords()).toEqual(['Starting a: succeeded']);
    const types = await eventTypes(second);
    expect(types.filter((type) => /^(operation|task)/.test(type))).toEqual([
      'operation.asked',
      'operation.progress',
      'operation.finished',
    ]);
  });

  it('writes nothing else about what another one captures', async () => {
    await using rig = await twoWindows();
    const { first, second } = rig;
    await first.connection.stop();
    await second.isIn('ready');
    first.hear('instance_started', 'b');
    await first.start('a');
    await first.journals.settle();
    second.hear('instance_stopped', 'c');
    await first.until(() => first.states()['c'] === 'stopped');
    expect(second.states()).toEqual({ a: 'stopped', c: 'stopped' });
    expect(second.taskWords()).toEqual(['Starting a: succeeded']);
  });
});
