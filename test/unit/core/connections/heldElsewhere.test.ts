import { describe, expect, it } from 'vitest';
import { isCurrent, type ConnectionStatus } from '../../../../src/core/model/fleet.ts';
import { text } from '../../../../src/core/model/text.ts';
import { SessionError } from '../../../../src/core/systems/session.ts';
import { eventTypes, twoWindows, type Window } from './windows.ts';

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
