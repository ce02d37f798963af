import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { open, ready, type Opened } from '../unit/core/systems/bedrock/rig.ts';
import { line, median, perSecond, ratio, takeTurns, timed, type Line } from './measure.ts';
import type { Order } from './webSocketSender.ts';

const COUNT = 20_000;

interface Sender extends AsyncDisposable {
  readonly url: string;
  send(order: Order): void;
}

async function startSender(): Promise<Sender> {
  const worker = new Worker(new URL('webSocketSender.ts', import.meta.url));
  const [url] = (await once(worker, 'message')) as [string];
  return {
    url,
    send: (order) => {
      worker.postMessage(order);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

/** Recorded pushes of Bedrock Server Manager into a real session, beside the least that any client does with them. */
export async function webSocketThroughput(): Promise<Line[]> {
  await using sender = await startSender();
  const compare = async (order: Order, what: string, budget: string): Promise<Line> => {
    const { bare, ours } = await takeTurns(
      5,
      () => bareClient(sender, order),
      () => session(sender, order),
    );
    const note = `${perSecond(COUNT, ours)}, bare ${perSecond(COUNT, bare)}`;
    return ratio(what, bare, ours, '× bare ws + JSON.parse', budget, note);
  };
  const what = 'WebSocket in → decoded, journalled, folded';
  return [
    await compare({ count: COUNT }, what, '≥ 0.6'),
    await compare({ count: COUNT, isFramed: true }, `${what}, without the sender's cost`, ''),
  ];
}

async function bareClient(sender: Sender, order: Order): Promise<number> {
  const socket = new WebSocket(`${sender.url.replace('http', 'ws')}/bare`, { perMessageDeflate: false });
  await once(socket, 'open');
  const done = Promise.withResolvers<undefined>();
  let seen = 0;
  socket.on('message', (data: Buffer) => {
    JSON.parse(data.toString());
    if (++seen === order.count) done.resolve(undefined);
  });
  const ms = await timed(async () => {
    sender.send(order);
    await done.promise;
  });
  socket.terminate();
  return ms;
}

async function session(sender: Sender, order: Order): Promise<number> {
  await using opened = open(sender.url);
  await ready(opened);
  return await timed(async () => {
    const all = arrived(opened, order.count);
    sender.send(order);
    await all;
  });
}

/** Resolves when so many pushes are folded. */
function arrived({ pipeline }: Opened, count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    const unsubscribe = pipeline.subscribe('bench', ({ events }) => {
      for (const { channel } of events) if (channel === 'push' || channel === 'metric') seen++;
      if (seen < count) return;
      unsubscribe();
      resolve();
    });
  });
}

/** How long the host's loop is blocked while events come in as fast as the budgets ask for, beside a bare client's. */
export async function longestSlice(): Promise<Line[]> {
  const order: Order = { count: 60_000, perSecond: 20_000 };
  await using sender = await startSender();
  const bare: Blocked[] = [];
  const ours: Blocked[] = [];
  for (let round = 0; round < 5; round++) {
    bare.push(await blocked(() => bareClient(sender, order)));
    ours.push(await blocked(() => session(sender, order)));
  }
  const longest = (rounds: readonly Blocked[]): number => median(rounds.map(({ longestMs }) => longestMs));
  const usual = median(ours.map(({ p99Ms }) => p99Ms)).toFixed(1);
  const note = `median of the longest of 5 rounds, p99 ${usual} ms; a bare client's longest ${longest(bare).toFixed(1)} ms`;
  return [line('host blocked at 20,000 events/s', longest(ours), 'ms', '≤ 10', note)];
}

interface Blocked {
  readonly longestMs: number;
  readonly p99Ms: number;
}

async function blocked(work: () => Promise<unknown>): Promise<Blocked> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  // The monitor itself waits a millisecond between two looks.
  return { longestMs: delay.max / 1e6 - 1, p99Ms: delay.percentile(99) / 1e6 - 1 };
}
