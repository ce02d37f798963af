import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer as createUnixServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { rounds } from '../../../../harness/proof.ts';
import { kgsmEvent } from '../../helpers.ts';

import {
  events,
  noSocat,
  plainServer,
  replayed,
  replayInto,
  shortFolder,
  socat,
  textOf,
} from './replaying.ts';
describe('a replay into two listeners at once', () => {
  const full = rounds(5000, 100_000);
  it.skipIf(noSocat).each([
    [full, 'max', 0],
    [100, 1, 3],
    [200, 100, 200],
  ] as const)(
    'of %i events at speed %s brings all of them to both, in order',
    { timeout: 600_000, tags: ['proof'] },
    async (count, speed, gapMs) => {
      const folder = shortFolder();
      const paths = [join(folder, 'a.sock'), join(folder, 'b.sock')];
      const bots = await Promise.all(paths.map(socat));
      const items = events(count, gapMs);
      const run = await replayed(
        replayInto(
          items,
          paths.map((path) => `socket:${path}`),
          { speed },
        ),
      );
      expect(run.state).toMatchObject({ state: 'done', delivered: count, failed: 0 });
      const wanted = textOf(items);
      for (const bot of bots) expect(await bot.until((text) => text.length >= wanted.length)).toBe(wanted);
    },
  );
});

describe('a receiver that', () => {
  it('closes in the middle loses what came too late, and gets the rest over a new connection', async () => {
    const receiver = await plainServer((server, socket) => {
      if (server.texts.length === 3) socket.terminate();
    });
    const items = events(5000, 0);
    const run = await replayed(replayInto(items, [receiver.url]));
    const { delivered, failed } = run.state;
    expect(delivered + failed).toBe(5000);
    expect(failed).toBeGreaterThan(0);
    expect(run.problem && english(run.problem)).toMatch(/closed the connection|The connection is closed/);
    await expect.poll(() => receiver.texts.at(-1)).toBe(Buffer.from(items.at(-1)?.bytes ?? []).toString());
    expect(receiver.sockets.length).toBeGreaterThan(1);
  });

  it('closes in the middle stops a replay that is to stop', async () => {
    const receiver = await plainServer((server, socket) => {
      if (server.texts.length === 3) socket.terminate();
    });
    const run = replayInto(events(10_000, 0), [receiver.url], { stopOnFailure: true });
    await replayed(run);
    expect(run.state).toMatchObject({ state: 'failed', failed: 1 });
    expect(run.state.position).toBeLessThan(10_000);
  });

  it('never reads holds the replay up, which then can be left', async () => {
    const receiver = await plainServer((_, socket) => {
      socket.pause();
    });
    const big = events(20_000, 0).map((item) => ({
      ...item,
      bytes: Buffer.from(kgsmEvent('x', 'mc', { Note: 'y'.repeat(4000) })),
    }));
    const run = replayInto(big, [receiver.url]);
    run.take({ wish: 'play' });
    let position = -1;
    await expect
      .poll(
        () => {
          const stands = run.state.position === position && position > 0;
          position = run.state.position;
          return stands;
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBe(true);
    expect(run.state.position).toBeLessThan(20_000);
    run.take({ wish: 'end' });
    await run.finished();
    expect(run.isOver).toBe(true);
  });

  it('never reads from its socket file does the same', async () => {
    const path = join(shortFolder(), 'deaf.sock');
    const open: Socket[] = [];
    const server = createUnixServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      open.push(socket);
    });
    server.listen(path);
    await once(server, 'listening');
    onTestFinished(async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const run = replayInto(events(3, 0), [path]);
    run.take({ wish: 'play' });
    await expect.poll(() => open.length).toBe(1);
    run.take({ wish: 'end' });
    await run.finished();
    expect(run.state).toMatchObject({ delivered: 0, position: 0 });
  });

  it('is slow gets one message after the other', async () => {
    const path = join(shortFolder(), 'slow.sock');
    const heardTexts: string[] = [];
    let atOnce = 0;
    let most = 0;
    const server = createUnixServer({ allowHalfOpen: true }, (socket) => {
      most = Math.max(most, ++atOnce);
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => {
        heardTexts.push(text);
        void nextTurn()
          .then(() => nextTurn())
          .then(() => {
            atOnce--;
            socket.end();
          });
      });
    });
    server.listen(path);
    await once(server, 'listening');
    onTestFinished(async () => {
      await new Promise((resolve) => server.close(resolve));
    });
    const items = events(50, 0);
    await replayed(replayInto(items, [path]));
    expect([heardTexts.join(''), most]).toEqual([textOf(items), 1]);
  });
});

it('an event directory of KGSM 3 is a target too', async () => {
  const folder = shortFolder();
  const items = events(5, 0);
  const run = await replayed(replayInto(items, [`events:${folder}`]));
  expect(run.problem && english(run.problem)).toBeUndefined();
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.ndjson') || name.endsWith('.jsonl'));
  expect(readFileSync(join(folder, file ?? ''), 'utf8')).toBe(textOf(items));
});
