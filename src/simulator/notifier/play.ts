import { playUntilAborted, servingOf, type Pause, type PlayOptions } from '../host.ts';
import { eventText } from '../kgsm/envelope.ts';
import { identityFiles, type NotifierSettings } from './identityFiles.ts';
import type { Revision } from './messages.ts';
import { NotifierServer } from './server.ts';

export interface PlayNotifierOptions extends PlayOptions {
  /** Certificates and keys are made here once, and found again. */
  readonly folder: string;
  readonly revision?: Revision;
  /** Connections at a time; ten by default. */
  readonly capacity?: number;
  /** The settings of a connection to it, once it listens. */
  readonly onListening?: (settings: NotifierSettings) => void;
  readonly now?: () => number;
}

/**
 * Runs a notification server in which clients come, talk and go, and a KGSM host far away tells of its instances.
 * Resolves when the signal aborts; rejects where the port is taken.
 */
export async function playNotifier(options: PlayNotifierOptions): Promise<void> {
  const { port = 3000, revision = 'lax', now = Date.now, onListening } = options;
  const files = identityFiles(options.folder);
  const server = await NotifierServer.listen({
    ...{ revision, port, now, identity: files.identity, clientAuthority: files.clientAuthority },
    capacity: options.capacity ?? 10,
    restartAfterMs: 2000,
    ...servingOf(options),
  });
  onListening?.(files.settings(server, revision));
  await playUntilAborted(server, options, (pause) => talk(server, pause, now));
}

async function talk(server: NotifierServer, pause: Pause, now: () => number): Promise<void> {
  const kgsm = (host: string, type: string, data: Readonly<Record<string, unknown>>): string =>
    eventText('3.6', { type, data: { InstanceName: 'valheim-far', ...data } }, { now: now(), host });
  for (;;) {
    await pause(2);
    const bot = server.admit();
    await pause(1);
    const far = server.admit();
    server.say(bot, 'the bot is awake');
    await pause(1);
    for (const [type, data] of lifeFarAway) {
      server.say(far, kgsm('gamehost-2', type, data));
      await pause(2);
    }
    server.say(bot, 'backup of minecraft finished');
    await pause(4);
    server.leave(bot);
    await pause(4);
    server.leave(far);
    await pause(4);
  }
}

const lifeFarAway: readonly (readonly [type: string, data: Readonly<Record<string, unknown>>])[] = [
  ['instance_started', { LifecycleManager: 'systemd' }],
  ['instance_ready', {}],
  ['instance_player_joined', { PlayerName: 'Freya' }],
  ['instance_player_left', { PlayerName: 'Freya' }],
  ['instance_stopped', { LifecycleManager: 'systemd' }],
];
