import { expect, it } from 'vitest';
import type { Status } from '../../../src/rpc/inspector.ts';
import { defaultGrid } from '../../../src/rpc/inspectorGrid.ts';
import type { Link } from '../../../src/webview/base/link.ts';
import { Session } from '../../../src/webview/shell/session.ts';

const status = (matched: number): Status =>
  ({ matched, filter: '', order: 'sent', timelineId: 'live' }) as unknown as Status;

it('a page whose greeting was not answered shows what the host tells by itself', async () => {
  const request = (): Promise<unknown> => Promise.reject(new Error('this result was closed'));
  const link = { host: { request }, load: () => ({ grid: defaultGrid, query: '' }), save: () => undefined };
  const session = new Session(link as unknown as Link, () => undefined);
  await session.hello();
  session.follow(status(1));
  expect([session.status?.matched, session.failure]).toEqual([1, 'this result was closed']);
});

it('a page shows nothing before it knows the looks of its grid, whatever the host tells by itself', async () => {
  const kept = { ...defaultGrid, density: 'compact' } as const;
  let answer: (value: unknown) => void = () => undefined;
  const hello = new Promise((resolve) => (answer = resolve));
  const request = (method: string): unknown => (method === 'hello' ? hello : Promise.resolve(kept));
  const link = { host: { request }, load: () => ({ grid: null, query: '' }), save: () => undefined };
  const session = new Session(link as unknown as Link, () => undefined);
  const greeted = session.hello();
  session.follow(status(1));
  expect(session.status).toBeNull();
  answer({ strings: {}, status: status(2), home: 'panel', newest: null });
  await greeted;
  expect([session.status?.matched, session.grid]).toEqual([2, kept]);
  session.follow(status(3));
  expect(session.status?.matched).toBe(3);
});
