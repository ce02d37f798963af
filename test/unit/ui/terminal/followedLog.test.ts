import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Connection } from '../../../../src/core/connections/connection.ts';
import type { Instance } from '../../../../src/core/model/instance.ts';
import { english } from '../../../../src/core/model/text.ts';
import type { OpenConsole } from '../../../../src/core/systems/console.ts';
import { FollowedLog, type FollowedLogOptions } from '../../../../src/ui/terminal/followedLog.ts';

/** A log whose conversation can end and begin anew. */
function makeLog(open?: () => Promise<OpenConsole>) {
  const seen: string[] = [];
  const listeners = new Set<() => void>();
  const connection = { state: 'ready', session: { number: 1 }, settings: {} };
  let end = (): void => undefined;
  const options = {
    connection: connection as unknown as Connection,
    instance: {} as Instance,
    runtime: {
      pipeline: {
        subscribe: (_name: string, listener: () => void) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    } as unknown as FollowedLogOptions['runtime'],
    source: {
      when: () => true,
      open:
        open ??
        ((run) => {
          run.write(`log of ${String((run.session as unknown as { number: number }).number)}`);
          return Promise.resolve({
            ended: new Promise<void>((resolve) => (end = resolve)),
            dispose: () => Promise.resolve(void seen.push('closed')),
          });
        }),
    },
    write: (chunk) => seen.push(chunk),
    note: (message) => seen.push(english(message)),
    onOpen: () => seen.push('opened'),
  } satisfies FollowedLogOptions;
  const log = new FollowedLog(options);
  const tell = async (): Promise<void> => {
    for (const listener of listeners) listener();
    await nextTurn();
  };
  return { connection, end: () => end(), listeners, log, seen, tell };
}

it('a log is opened again with the next conversation, and not with the one that ended', async () => {
  const { connection, end, log, seen, tell } = makeLog();
  await nextTurn();
  expect(seen).toEqual(['log of 1', 'opened']);
  end();
  await nextTurn();
  expect(log.console).toBeUndefined();
  await tell();
  connection.state = 'connecting';
  connection.session = { number: 2 };
  await tell();
  expect(seen).toEqual(['log of 1', 'opened', 'closed']);
  connection.state = 'ready';
  await tell();
  expect(seen).toEqual(['log of 1', 'opened', 'closed', 'log of 2', 'opened']);
});

it('a log that nobody looks at any more listens to nothing, also while it waits', async () => {
  const { connection, end, listeners, log, seen, tell } = makeLog();
  await nextTurn();
  end();
  await nextTurn();
  expect(listeners.size).toBe(1);
  log.dispose();
  expect(listeners.size).toBe(0);
  connection.session = { number: 2 };
  await tell();
  expect(seen.filter((each) => each === 'opened')).toHaveLength(1);
});

it('a log that cannot be opened says why; one that opens too late is closed', async () => {
  const failed = makeLog(() => Promise.reject(new Error('no such file')));
  await nextTurn();
  expect(failed.seen).toEqual(['Error: no such file']);
  let late = (): void => undefined;
  let closed = 0;
  const { log, seen } = makeLog(
    () =>
      new Promise((resolve) => {
        late = () =>
          resolve({
            dispose: () => {
              closed++;
              return Promise.resolve();
            },
          });
      }),
  );
  log.dispose();
  late();
  await nextTurn();
  expect([closed, seen]).toEqual([1, []]);
});
