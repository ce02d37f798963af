import { at, bedrockCall, bedrockPush, kgsmEvent, type NightMessage } from './message.ts';

/** Time of all that is recorded, to the morning after the night. */
export const night = { from: at('18T12:00:00'), to: at('20T08:00:00') };

/** The same numbers in every run: nothing in a test may hang on chance. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const homeInstances = ['valheim', 'terraria', 'zomboid', 'palworld', 'factorio'];
const bedrockServers = ['survival', 'creative', 'lobby'];
const names = ['Alma', 'Bo', 'Chidi', 'Dagny', 'Emre', 'Freya', 'Goro', 'Hanne'];
const servers = bedrockServers.map((name) => ({
  name,
  status: 'RUNNING',
  version: '1.21.100.7',
  player_count: 0,
}));

/** Measurements, polling and logs over a time: this many messages, of which nobody is the last of its kind. */
export function polling(count: number, lengthMs: number): readonly NightMessage[] {
  const number = numbers(13);
  const messages: NightMessage[] = [];
  for (let n = 0; messages.length < count; n++) {
    const moment = night.from + Math.floor((messages.length * lengthMs) / count) + number(400);
    messages.push(...one(n, moment, number));
  }
  return messages.slice(0, count);
}

/** Players who come and go over the whole time: this many messages. */
export function players(count: number): readonly NightMessage[] {
  const number = numbers(7);
  return Array.from({ length: count }, (_, n) =>
    kgsmEvent(
      night.from + Math.floor((n * (night.to - night.from)) / count) + number(400),
      'home',
      `instance_player_${number(2) === 0 ? 'joined' : 'left'}`,
      homeInstances[number(4)] ?? '',
      { PlayerName: names[number(names.length)], PlayerId: String(n) },
    ),
  );
}

function one(n: number, moment: number, number: (below: number) => number): readonly NightMessage[] {
  const server = bedrockServers[n % 3] ?? '';
  const instance = homeInstances[n % homeInstances.length] ?? '';
  const correlation = `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`;
  switch (n % 20) {
    case 0:
    case 7:
    case 14:
      return bedrockCall(
        moment,
        ['GET', '/api/servers'],
        { status: 200, body: { status: 'success', servers }, afterMs: 5 + number(20) },
        { correlation, noise: true },
      );
    case 3:
    case 11:
      return kgsmStatus(moment, instance, correlation);
    case 5:
      return [
        bedrockPush(moment, 'log_update', `server_log:${server}`, `[INFO] Running AutoCompaction... ${n}`),
      ];
    case 9:
    case 19:
      return [nasMeasured(moment, number)];
    default:
      return [
        bedrockPush(moment, 'resource_update', `resource-monitor:${server}`, {
          status: 'success',
          process_info: {
            pid: 4700 + (n % 3),
            cpu_percent: number(900) / 10,
            memory_mb: 600 + number(900),
            uptime: '1:00:00',
          },
        }),
      ];
  }
}

function kgsmStatus(moment: number, instance: string, correlation: string): readonly NightMessage[] {
  const cli = ['--instance', instance, '--status', '--json'];
  const poll = { connection: 'home', correlation, noise: true } as const;
  return [
    { ...poll, at: moment, channel: 'request', direction: 'out', body: { cli } },
    {
      ...poll,
      at: moment + 120,
      channel: 'reply',
      body: { cli, code: 0, output: `{"name":"${instance}","status":true}` },
    },
  ];
}

function nasMeasured(moment: number, number: (below: number) => number): NightMessage {
  const fields = {
    cpu: { cpu: { usage: number(1000) / 10, temp: 41 } },
    memory: { physical_memory_total: 34_359_738_368, physical_memory_available: 22_083_861_989 },
  };
  const params = { msg: 'added', collection: 'reporting.realtime', fields };
  return {
    at: moment,
    connection: 'nas',
    body: { jsonrpc: '2.0', method: 'collection_update', params },
  };
}
