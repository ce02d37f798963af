import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../core/model/clock.ts';
import { validSpeed, type PlaySpeed } from '../../core/playback/player.ts';
import type { VirtualWish } from '../../core/playback/serving/virtualMessages.ts';
import { portOf, type CommandOptions, type SimulatorCommand } from '../command.ts';
import { Clients } from './clients.ts';
import { ServedFile } from './servedFile.ts';
import { MessageWriter } from './messageWriter.ts';
import { VirtualPlayer } from './virtualPlayer.ts';
import type { VirtualOptions, VirtualSystem } from './virtualSystem.ts';
import { virtualSystems } from './virtualSystems.ts';

/**
 * One virtual server, for the extension and the command line. Writes what `VirtualMessage` has, reads wishes, and ends with
 * whoever started it. Removes its folder then.
 */
export const serveCommand: SimulatorCommand = {
  usage: `serve --as ${Object.keys(virtualSystems).join('|')} --root DIR --recording FILE [--host H] [--port N] [--socket PATH]
       [--webhook-url URL] [--protocol-version V] [--speed N|max] [--rounds N]
                                                a virtual server until its standard input ends; removes DIR then`,
  async run(invocation) {
    const { options } = invocation;
    const { root, recording, as = '', host, 'protocol-version': protocolVersion } = options;
    const openSystem = Object.hasOwn(virtualSystems, as) ? virtualSystems[as] : undefined;
    const port = portOf(options.port, 0);
    const [speed, rounds] = [playSpeedOf(options), Number(options.rounds ?? 1)];
    if (root === undefined || recording === undefined || !openSystem || port === undefined) return undefined;
    if (speed === undefined || !(rounds >= 1)) return undefined;
    const signal = invocation.untilAbandoned();
    const process = invocation.environment(root);
    const { launch } = process;
    const messages = new MessageWriter({
      write: (text) => process.write(text),
      unreadBytes: invocation.unreadBytes,
      clock: systemClock,
    });
    const file = await ServedFile.open(recording);
    const folder = join(root, 'server');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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
      const opened = (system = await openSystem({
        ...{ folder, port, launch, clients, first: file.first, base: file.base },
        ...targetOf(options),
        ...(host === undefined ? {} : { host }),
        ...(protocolVersion === undefined ? {} : { protocolVersion }),
      }));
      messages.opened(opened);
      const playing = new VirtualPlayer({
        ...{ file, system: opened, clients, clock: systemClock, signal, speed, rounds },
        onChange: () => messages.moved(() => playing.place),
      });
      player = playing;
      // A listener may have been there before.
      if (clients.hasReady) playing.heard(true);
      messages.moved(() => playing.place);
      invocation.onInput((line) => take(playing, JSON.parse(line) as VirtualWish));
      await aborted(signal);
      return 0;
    } catch (error) {
      process.complain(`${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    } finally {
      await system?.stop();
      await player?.settled();
      await file.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  },
};

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
