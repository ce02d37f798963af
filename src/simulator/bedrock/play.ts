import {
  demoPassword,
  playUntilAborted,
  servingOf,
  wave,
  type Pause,
  type SignedInPlayOptions,
} from '../host.ts';
import type { Release } from './releases.ts';
import { realTiming, type GivenServer, type Player, type Timing, type Usage } from './options.ts';
import { BedrockServer } from './server.ts';

export interface PlayBedrockOptions extends SignedInPlayOptions<'bedrock'> {
  readonly protocolVersion?: Release;
}

const username = 'admin';
const latestVersion = '1.21.120.4';
const oldVersion = '1.21.100.7';

const alex: Player = { name: 'Alex', uuid: '2535400000000001' };
const steve: Player = { name: 'Steve', uuid: '2535400000000002' };
const efe: Player = { name: 'Efe', uuid: '2535400000000003' };

/**
 * Runs a Bedrock Server Manager with four servers on which people play; one crashes, one is backed up, one updated.
 * Resolves when the signal aborts; rejects where the port is taken.
 */
export async function playBedrock(options: PlayBedrockOptions): Promise<void> {
  const { port = 11_325, protocolVersion = '3.10', speed = 1, wait, onListening } = options;
  const { password = demoPassword } = options;
  const server = await BedrockServer.listen({
    protocolVersion,
    port,
    ...servingOf(options),
    users: [
      { name: username, password, role: 'admin' },
      { name: 'moderator', password, role: 'moderator' },
      { name: 'visitor', password, role: 'user' },
    ],
    servers: demoServers(),
    latestVersion,
    timing: faster(speed),
    ...(wait ? { wait } : {}),
  });
  onListening?.({ kind: 'bedrock', url: server.url, username }, password);
  await playUntilAborted(server, options, (pause) => live(server, protocolVersion, pause));
}

/** The time limit for signing in stays, however fast the demo plays. */
function faster(speed: number): Timing {
  const times = Object.entries(realTiming).map(([key, ms]) => [key, Math.max(1, ms / speed)] as const);
  return { ...realTiming, ...Object.fromEntries(times), authMs: realTiming.authMs };
}

function demoServers(): GivenServer[] {
  return [
    { name: 'survival', version: latestVersion, running: true, players: [alex], usage: usage(34, 22, 780) },
    { name: 'creative', version: latestVersion, running: true, usage: usage(8, 5, 410) },
    { name: 'skyblock', version: oldVersion, status: 'STOPPED' },
    { name: 'minigames', version: oldVersion, status: 'ERROR' },
  ];
}

/** At its highest a little more than a core. */
function usage(middle: number, swing: number, memory: number): () => Usage {
  return wave((height, sample) => ({
    cpuPercent: Math.round(10 * Math.max(0, middle + swing * height)) / 10,
    memoryMb: Math.round(10 * (memory + 20 * height + (sample % 60))) / 10,
  }));
}

/** One day after the other. The administrator acts, so that the sockets of the administrator get the tasks. */
async function live(server: BedrockServer, protocolVersion: Release, pause: Pause): Promise<void> {
  const ask = (method: string, path: string, body?: object): Promise<void> =>
    server.act(username, method, path, body);
  const act = (name: string, verb: string): Promise<void> => ask('POST', `/api/server/${name}/${verb}`);
  for (;;) {
    await pause(6);
    server.setPlayers('survival', [alex, steve]);
    server.writeLog('survival', '[INFO] Running AutoCompaction...\n');
    await pause(12);
    await act('skyblock', 'start');
    await pause(8);
    server.setPlayers('skyblock', [efe]);
    await ask('POST', '/api/server/survival/send_command', { command: 'say Welcome' });
    await pause(14);
    server.crash('creative');
    await pause(14);
    server.setPlayers('survival', []);
    await ask('POST', '/api/server/survival/backup/action', { backup_type: 'world' });
    await pause(25);
    await act('minigames', 'update');
    await pause(12);
    server.setPlayers('survival', [alex]);
    await act('minigames', 'start');
    await pause(10);
    const player = { players: [`${efe.name}:${efe.uuid}`] };
    await ask('POST', '/api/players/add', player);
    await ask('POST', '/api/server/survival/allowlist/add', { players: [efe.name] });
    await ask(protocolVersion === '3.10' ? 'PUT' : 'POST', '/api/server/survival/backups/prune');
    await pause(8);
    // The server runs already: a failure that Bedrock Server Manager reports as a success.
    await act('creative', 'start');
    await pause(6);
    server.setPlayers('skyblock', []);
    await act('skyblock', 'stop');
    await act('minigames', 'stop');
    await pause(15);
    resetForNextDay(server);
  }
}

/** Undoes what can happen only a few times: three crashes, one update. */
function resetForNextDay({ machines }: BedrockServer): void {
  for (const machine of machines.values()) machine.crashes = 0;
  const old = machines.get('minigames');
  if (old) old.version = oldVersion;
}
