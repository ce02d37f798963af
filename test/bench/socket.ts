import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { splitJson } from '../../src/core/wire/jsonDocuments.ts';
import { UnixListener } from '../../src/core/wire/unixListener.ts';
import { draft, message, pipelineOn } from './core.ts';
import { line, median, perSecond, ratio, takeTurns, timed, type Line } from './measure.ts';

/** Sends messages one connection each, some at a time, as fast as the listener takes them. */
const sender = `
const { connect } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const { path, message, count, atOnce } = workerData;
let sent = 0, done = 0;
const next = () => {
  if (sent++ >= count) return;
  const socket = connect(path, () => socket.end(message));
  socket.resume();
  socket.once('error', (e) => { throw e; });
  socket.once('close', () => { if (++done === count) parentPort.postMessage('done'); else next(); });
};
parentPort.once('message', () => { for (let i = 0; i < atOnce; i++) next(); });
`;

const count = 4000;

async function sendAll(path: string): Promise<number> {
  const worker = new Worker(sender, {
    eval: true,
    workerData: { path, message: message(1, 50), count, atOnce: 16 },
  });
  await once(worker, 'online');
  const ms = await timed(async () => {
    worker.postMessage('go');
    await once(worker, 'message');
  });
  await worker.terminate();
  return ms;
}

/** The least that any listener does: take the connection, collect, parse. */
async function bareServer(path: string, allowHalfOpen = false): Promise<Server> {
  const server = createServer({ allowHalfOpen }, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
    });
    socket.on('error', () => undefined);
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

export async function socketThroughput(): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  const path = join(folder, 'k.sock');
  const { bare, ours } = await takeTurns(
    5,
    async () => {
      const server = await bareServer(path);
      const ms = await sendAll(path);
      server.close();
      await once(server, 'close');
      return ms;
    },
    async () => {
      const pipeline = pipelineOn();
      let arrived = 0;
      const listener = await UnixListener.listen({
        path,
        mode: 0o600,
        onMessage: ({ bytes }) => {
          for (const piece of splitJson(bytes)) {
            pipeline.ingest(draft(piece.bytes));
            arrived++;
          }
        },
      });
      const ms = await sendAll(path);
      pipeline.flush();
      if (arrived !== count) throw new Error(`${arrived} of ${count} events arrived`);
      await listener.dispose();
      return ms;
    },
  );
  rmSync(folder, { recursive: true });
  const what = 'unix socket, one connection an event → folded';
  return [ratio(what, bare, ours, '× bare net + JSON.parse', '≥ 0.7', perSecond(count, ours))];
}

/** Cost for the sender: a run of `socat` against our listener, beside one that keeps its half open. */
export async function socatTime(): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  const path = join(folder, 'k.sock');
  const run = async (): Promise<number> =>
    timed(async () => {
      const socat = spawn('socat', ['-', `UNIX-CONNECT:${path}`], { stdio: ['pipe', 'ignore', 'inherit'] });
      socat.stdin.end(message(1, 1));
      await once(socat, 'exit');
    });
  const times = async (rounds: number): Promise<number> => {
    const all: number[] = [];
    for (let n = 0; n < rounds; n++) all.push(await run());
    return median(all);
  };
  const listener = await UnixListener.listen({ path, mode: 0o600, onMessage: () => undefined });
  const ours = await times(50);
  await listener.dispose();
  const closing = await bareServer(path);
  const bare = await times(50);
  closing.close();
  await once(closing, 'close');
  const halfOpen = await bareServer(path, true);
  const slow = await times(5);
  halfOpen.close();
  rmSync(folder, { recursive: true, force: true });
  return [
    line(
      'a socat run, median',
      ours,
      'ms',
      '≤ 100',
      `bare listener ${bare.toFixed(1)} ms, one that stays half open ${slow.toFixed(1)} ms`,
    ),
  ];
}
