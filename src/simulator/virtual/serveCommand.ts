import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../core/model/clock.ts';
import { validSpeed, type PlaySpeed } from '../../core/playback/player.ts';
import type { VirtualWish } from '../../core/playback/serving/virtualMessages.ts';
import { errorCode } from '../../core/wire/systemError.ts';
import { loopback } from '../host.ts';
import { portOf, type CommandOptions, type SimulatorCommand } from '../command.ts';
import { Clients } from './clients.ts';
import { ServedFile } from './servedFile.ts';
import { MessageWriter } from './messageWriter.ts';
import { scenarios } from './scenarios.ts';
import { VirtualPlayer } from './virtualPlayer.ts';
import type { VirtualOptions, VirtualSystem } from './virtualSystem.ts';
import { virtualSystems } from './virtualSystems.ts';

/**
 * One virtual server, for the extension and the command line. Writes what `VirtualMessage` has, reads wishes, and ends with
 * whoever started it. Removes its folder then.
 */
export const serveCommand: SimulatorCommand = {
  usage: `serve --as ${Object.keys(virtualSystems).join('|')} --root DIR [--recording FILE] [--host H] [--port N] [--socket PATH]
       [--webhook-url URL] [--protocol-version V] [--speed N|max] [--rounds N]
                                                a virtual server until its standard input ends; removes DIR then`,
  async run(invocation) {
    const { options } = invocation;
    const { root, as = '' } = options;
    const [port, speed, rounds] = [
      portOf(options.port, 0),
      playSpeedOf(options),
      Number(options.rounds ?? 1),
    ];
    if (root === undefined || port === undefined || speed === undefined || !(rounds >= 1)) return undefined;
    if (!Object.hasOwn(virtualSystems, as)) return undefined;
    // A scenario has no end that it could hurry to.
    if (options.recording === undefined && speed === 'max') return undefined;
    const process = invocation.environment(root);
    const messages = new MessageWriter({
      write: (text) => process.write(text),
      unreadBytes: invocation.unreadBytes,
      clock: systemClock,
    });
    const folder = join(root, 'server');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const serving: Serving = {
      ...{ as, messages, speed, rounds, signal: invocation.untilAbandoned(), onInput: invocation.onInput },
      place: {
        ...{ folder, port, launch: process.launch },
        ...targetOf(options),
        ...(options.host === undefined ? {} : { host: options.host }),
        ...(options['protocol-version'] === undefined
          ? {}
          : { protocolVersion: options['protocol-version'] }),
      },
    };
    try {
      await (options.recording === undefined
        ? serveScenario(serving)
        : serveRecording(serving, options.recording));
      return 0;
    } catch (error) {
      process.complain(`${wordsOf(error, options)}\n`);
      return 1;
    } finally {
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  },
};

interface Serving {
  readonly as: string;
  readonly messages: MessageWriter;
  readonly speed: PlaySpeed;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly onInput: (take: (line: string) => void) => void;
  /** Address, folder and generation of the server. */
  readonly place: Pick<VirtualOptions, 'folder' | 'port' | 'host' | 'launch' | 'target' | 'protocolVersion'>;
}

async function serveRecording(serving: Serving, recording: string): Promise<void> {
  const { as, messages, speed, rounds, signal, place } = serving;
  const openSystem = virtualSystems[as];
  if (!openSystem) return;
  const file = await ServedFile.open(recording);
  let system: VirtualSystem | undefined;
  let player: VirtualPlayer | undefined;
  try {
    const clients = new Clients({
      came: (client) => messages.came(client),
      went: (client, why) => messages.went(client, why),
      ready(client) {
        messages.ready(client);
        player?.heard(true);
      },
      said(client, text) {
        messages.said(client, text);
        player?.heard(false);
      },
    });
    const opened = (system = await openSystem({ ...place, clients, first: file.first, base: file.base }));
    messages.opened(opened);
    const playing = new VirtualPlayer({
      ...{ file, system: opened, clients, clock: systemClock, signal, speed, rounds },
      onChange: () => messages.moved(() => playing.place),
    });
    player = playing;
    // A listener may have been there before.
    if (clients.hasReady) playing.heard(true);
    messages.moved(() => playing.place);
    serving.onInput((line) => take(playing, JSON.parse(line) as VirtualWish));
    await aborted(signal);
  } finally {
    await system?.stop();
    await player?.settled();
    await file.close();
  }
}

async function serveScenario({ as, messages, speed, signal, place }: Serving): Promise<void> {
  await scenarios[as]?.({
    ...place,
    ...{ signal, speed: speed === 'max' ? 1 : speed },
    clients: new Clients({
      came: (client) => messages.came(client),
      went: (client, why) => messages.went(client, why),
      ready: (client) => messages.ready(client),
      said: (client, text) => messages.said(client, text),
    }),
    onListening: (system) => messages.opened(system),
  });
}

/** Words for people, where the error of a listener has a code alone. */
function wordsOf(error: unknown, { host = loopback, port = '0' }: CommandOptions): string {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `Port ${port} at ${host} is taken by another program: name another one`;
    case 'EACCES':
      return `Port ${port} at ${host} may not be used: name one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}: name one of its own, or 0.0.0.0 for all of them`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function take(player: VirtualPlayer, wish: VirtualWish): void {
  if (wish.wish === 'speed') player.setSpeed(wish.speed);
  else player[wish.wish]();
}

function playSpeedOf({ speed }: CommandOptions): PlaySpeed | undefined {
  const read = speed === 'max' ? speed : Number(speed);
  return validSpeed(read) ? read : undefined;
}

function targetOf({ socket, 'webhook-url': webhook }: CommandOptions): Pick<VirtualOptions, 'target'> {
  if (webhook !== undefined) return { target: { webhook } };
  return socket === undefined ? {} : { target: { socket } };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
