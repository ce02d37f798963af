import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { packExtension } from '../harness/packExtension.ts';

/** Environment variable of the extension host with the socket that tells its delay. */
export const HOST_DELAY = 'GSOPS_HOST_DELAY';

/** How late the turns of the event loop of the extension host were, in milliseconds. */
export interface HostDelay {
  readonly p99: number;
  readonly longest: number;
}

const manifest = { activationEvents: ['onStartupFinished'] };
// The monitor itself waits a millisecond between two looks.
const code = `const { createServer } = require('node:net');
const { monitorEventLoopDelay } = require('node:perf_hooks');
exports.activate = () => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  createServer((socket) => {
    socket.end(JSON.stringify({ p99: delay.percentile(99) / 1e6 - 1, longest: delay.max / 1e6 - 1 }));
    delay.reset();
  }).listen(process.env.${HOST_DELAY});
};
`;

/** Packs an extension that watches the event loop of the extension host, which it shares with ours. */
export function packHostDelay(folder: string): Promise<string> {
  return packExtension(folder, 'host-delay', manifest, code);
}

/** The delay since it was asked for the last time. */
export async function hostDelay(socket: string): Promise<HostDelay> {
  return JSON.parse(await text(connect(socket))) as HostDelay;
}
