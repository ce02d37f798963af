import { createServer } from 'node:net';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { playBedrock } from './bedrock/play.ts';
import { speedOf, type SimulatorCommand } from './command.ts';
import { listen } from './host.ts';
import { makeDemoRoot } from './kgsm/demo.ts';
import { endGames } from './kgsm/games.ts';
import { play } from './kgsm/play.ts';
import { playNotifier } from './notifier/play.ts';
import { playTrueNas } from './truenas/play.ts';

/**
 * All four systems in one process, for the extension. Prints a connection to each as soon as it can be reached, with its password. Ends
 * with whoever started it, with all that was started in it, and removes the folder.
 */
export const fleetCommand: SimulatorCommand = {
  usage: `fleet --root DIR [--webhook] [--speed N]      one of each system, until its standard input ends; removes DIR then`,
  async run({ options, environment, untilAbandoned }) {
    const { root, webhook = process.platform === 'win32' } = options;
    const speed = speedOf(options);
    if (root === undefined || speed === undefined) return undefined;
    const failed = new AbortController();
    const signal = AbortSignal.any([untilAbandoned(), failed.signal]);
    const kgsmRoot = join(root, 'kgsm');
    mkdirSync(root, { recursive: true, mode: 0o700 });
    makeDemoRoot(kgsmRoot, environment(kgsmRoot).launch);
    const own = environment(root);
    const announce = (settings: object, password?: string): void => {
      own.write(`${JSON.stringify({ settings, ...(password === undefined ? {} : { password }) })}\n`);
    };
    const common = { signal, speed, port: 0, onListening: announce };
    const players = [
      playKgsm({ root: kgsmRoot, signal, speed, webhook, announce }),
      playBedrock(common),
      playTrueNas(common),
      playNotifier({ ...common, folder: join(root, 'bell') }),
    ];
    try {
      await Promise.all(players);
    } finally {
      failed.abort();
      await Promise.allSettled(players);
      endGames(kgsmRoot);
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
    return 0;
  },
};

interface PlayKgsm {
  readonly root: string;
  readonly signal: AbortSignal;
  readonly speed: number;
  /** Without Unix sockets events come by webhook, and there is no command line to operate anything by. */
  readonly webhook: boolean;
  readonly announce: (settings: object) => void;
}

async function playKgsm({ root, signal, speed, webhook, announce }: PlayKgsm): Promise<void> {
  if (!webhook) {
    announce({ kind: 'kgsm', root });
    return play({ root, signal, speed });
  }
  const port = await freePort();
  announce({ kind: 'kgsm', events: 'webhook', webhook: { host: '127.0.0.1', port } });
  return play({ root, signal, speed, webhook: `http://127.0.0.1:${String(port)}/` });
}

/** A port on which nobody listens: the one who reads the events opens it. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
