import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { playUntilAborted, servingOf, type Pause, type PlayOptions } from '../host.ts';
import { eventText } from '../kgsm/envelope.ts';
import { makeSelfSigned, type Identity } from './certificates.ts';
import type { Revision } from './messages.ts';
import { NotifierServer } from './server.ts';

export interface PlayNotifierOptions extends PlayOptions {
  /** Certificates and keys are made here once, and found again. */
  readonly folder: string;
  readonly revision?: Revision;
  /** The settings of a connection to it, once it listens. */
  readonly onListening?: (settings: NotifierDemoSettings) => void;
  readonly now?: () => number;
}

/** An entry of the connections setting that leads to the demo. */
export interface NotifierDemoSettings {
  readonly kind: 'notifier';
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly legacyServer: boolean;
}

const files = ['server.crt', 'server.key', 'ca.crt', 'client.crt', 'client.key'] as const;

/**
 * Runs a notification server in which clients come, talk and go, and a KGSM host far away tells of its instances.
 * Resolves when the signal aborts; rejects where the port is taken.
 */
export async function playNotifier(options: PlayNotifierOptions): Promise<void> {
  const { port = 3000, revision = 'lax', now = Date.now, onListening } = options;
  const folder = resolve(options.folder);
  const identity = demoIdentity(folder);
  const server = await NotifierServer.listen({
    revision,
    identity,
    clientAuthority: readFileSync(join(folder, 'client.crt'), 'utf8'),
    capacity: 10,
    port,
    ...servingOf(options),
    restartAfterMs: 2000,
    now,
  });
  onListening?.({
    kind: 'notifier',
    host: '127.0.0.1',
    port: server.port,
    serverName: 'localhost',
    ca: join(folder, 'ca.crt'),
    cert: join(folder, 'client.crt'),
    key: join(folder, 'client.key'),
    legacyServer: revision === 'seed',
  });
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

/** The certificates of the demo: those of before where they are, so that connections to it go on working. */
function demoIdentity(folder: string): Identity {
  const at = (file: (typeof files)[number]): string => join(folder, file);
  if (!files.every((file) => existsSync(at(file)))) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = makeSelfSigned();
    writeFileSync(at('server.crt'), made.server.cert);
    writeFileSync(at('server.key'), made.server.key, { mode: 0o600 });
    writeFileSync(at('ca.crt'), made.server.cert);
    writeFileSync(at('client.crt'), made.client.cert);
    writeFileSync(at('client.key'), made.client.key, { mode: 0o600 });
  }
  return { cert: readFileSync(at('server.crt'), 'utf8'), key: readFileSync(at('server.key'), 'utf8') };
}
