import { text } from '../../../src/core/model/text.ts';
import { at, bedrockCall, bedrockPush, fact, kgsmEvent, type NightMessage } from './message.ts';
import { start } from './start.ts';

/** Everything that somebody may ask about later; the rest of the night only happens beside it. */
export function story(): readonly NightMessage[] {
  return [
    ...survival(),
    ...crashes(),
    ...updateOfFactorio(),
    ...backups(),
    ...players(),
    ...calls(),
    ...ofABot(),
    ...bell(),
  ];
}

/** Two good starts, and one that failed in the morning. */
function survival(): readonly NightMessage[] {
  const server = 'survival';
  return [
    ...start({ moment: at('18T18:30:00'), server: 'creative', id: '1' }),
    ...start({ moment: at('19T18:02:11'), server, id: '2' }),
    ...start({ moment: at('19T18:03:40'), server: 'creative', id: '3' }),
    ...start({
      moment: at('20T06:12:03'),
      server,
      id: '4',
      failure: `Server '${server}' did not start: port 19132 is in use by process 4711.`,
    }),
  ];
}

/** Four servers that ended by themselves in the night, one of them three times, and one the day before. */
function crashes(): readonly NightMessage[] {
  const crash = (
    moment: string,
    connection: string,
    instance: string,
    exitCode: string,
    restarts: string,
  ): readonly NightMessage[] => [
    kgsmEvent(at(moment), connection, 'instance_crashed', instance, {
      ExitCode: exitCode,
      Restarts: restarts,
    }),
    kgsmEvent(at(moment) + 5200, connection, 'instance_started', instance),
  ];
  return [
    ...crash('18T15:20:00', 'home', 'palworld', '1', '1'),
    ...crash('19T23:41:09', 'home', 'valheim', '139', '1'),
    ...crash('20T01:58:30', 'home', 'ark-island', '137', '1'),
    ...crash('20T02:04:41', 'home', 'ark-island', '137', '2'),
    kgsmEvent(at('20T02:10:52'), 'home', 'instance_failed', 'ark-island', { ExitCode: '137', Restarts: '3' }),
    ...crash('20T03:17:25', 'attic', 'rust-eu', '134', '1'),
    bedrockPush(at('20T04:26:18'), 'derived', 'server_crashed', {
      server_name: 'creative',
      pid: 5120,
      previous_pid: 4711,
    }),
  ];
}

function updateOfFactorio(): readonly NightMessage[] {
  const told = (seconds: number, type: string, data: Readonly<Record<string, unknown>> = {}): NightMessage =>
    kgsmEvent(at('20T04:00:00') + seconds * 1000, 'home', type, 'factorio', data);
  return [
    told(-3600, 'instance_update_available', { CurrentVersion: '2.0.47', LatestVersion: '2.0.55' }),
    told(0, 'instance_update_started'),
    told(2, 'instance_stop_started'),
    told(9, 'instance_stop_finished'),
    told(10, 'instance_backup_started'),
    told(31, 'instance_backup_created', { Source: 'factorio-2026-11-20T04:00:31.backup', Version: '2.0.47' }),
    told(31, 'instance_backup_finished'),
    told(32, 'instance_download_started'),
    told(118, 'instance_download_finished'),
    told(119, 'instance_deploy_started'),
    told(127, 'instance_deploy_finished'),
    told(128, 'instance_version_updated', { OldVersion: '2.0.47', NewVersion: '2.0.55' }),
    told(128, 'instance_update_finished'),
    told(128, 'instance_updated'),
    told(130, 'instance_started'),
    told(146, 'instance_ready'),
  ];
}

/** Every evening and every morning, of four servers; one of them is missing. */
function backups(): readonly NightMessage[] {
  const days = ['18T20:00:00', '19T06:00:00', '19T20:00:00', '20T05:00:00'];
  return days.flatMap((day) =>
    ['valheim', 'terraria', 'zomboid', 'palworld'].flatMap((instance, n) => {
      const moment = at(day) + n * 300_000;
      if (instance === 'zomboid' && day.startsWith('20'))
        return [kgsmEvent(moment, 'home', 'instance_backup_started', instance)];
      const source = `${instance}-${new Date(moment).toISOString()}.backup`;
      return [
        kgsmEvent(moment, 'home', 'instance_backup_started', instance),
        kgsmEvent(moment + 41_000, 'home', 'instance_backup_created', instance, { Source: source }),
        kgsmEvent(moment + 41_000, 'home', 'instance_backup_finished', instance),
      ];
    }),
  );
}

/** Two who play where the night goes wrong. */
function players(): readonly NightMessage[] {
  const told = (moment: string, what: string, instance: string, name: string): NightMessage =>
    kgsmEvent(at(moment), 'home', `instance_player_${what}`, instance, {
      PlayerName: name,
      PlayerId: name === 'Hallgerd' ? '76561198000000017' : '76561198000000042',
    });
  return [
    told('20T00:48:05', 'joined', 'ark-island', 'Hallgerd'),
    told('20T01:12:33', 'joined', 'ark-island', 'Otso'),
    told('20T01:31:50', 'left', 'ark-island', 'Otso'),
    told('20T02:02:15', 'joined', 'ark-island', 'Hallgerd'),
    told('20T02:20:44', 'joined', 'valheim', 'Hallgerd'),
  ];
}

/** Calls that somebody made, with how long each took. */
function calls(): readonly NightMessage[] {
  const call = (
    id: number,
    moment: string,
    method: string,
    path: string,
    afterMs: number,
  ): readonly NightMessage[] =>
    bedrockCall(
      at(moment),
      [method, path],
      { status: 200, body: { status: 'success', message: null }, afterMs },
      { correlation: `51aa0c2e-0000-4000-8000-${String(id).padStart(12, '0')}` },
    );
  return [
    ...call(1, '19T19:10:00', 'GET', '/api/server/survival/allowlist/get', 84),
    ...call(2, '19T19:11:20', 'GET', '/api/server/creative/backup/list/all', 1310),
    ...call(3, '19T21:40:07', 'POST', '/api/server/survival/world/export', 48_210),
    ...call(4, '20T05:30:44', 'GET', '/api/content/worlds', 9120),
    ...call(5, '20T05:31:02', 'GET', '/api/server/lobby/properties/get', 130),
  ];
}

/** Questions of the author of a bot lead to these: events with a wrong form, its own emissions, and gaps. */
function ofABot(): readonly NightMessage[] {
  const echo = (moment: string, id: number): readonly NightMessage[] => {
    const correlation = `e3b7f420-0000-4000-8000-${String(id).padStart(12, '0')}`;
    const emitted = kgsmEvent(at(moment), 'attic', 'instance_player_joined', 'satisfactory', {
      PlayerName: 'test-bot',
      PlayerId: '1',
    });
    return [
      { ...emitted, direction: 'out', origin: 'emitted', correlation },
      { ...emitted, at: emitted.at + 3 + id, origin: 'emitted', correlation },
    ];
  };
  return [
    kgsmEvent(at('19T22:15:00'), 'attic', 'instance_version_updated', 'satisfactory', {
      OldVersion: '1.0',
      NewVersion: 11,
    }),
    kgsmEvent(at('20T00:20:00'), 'attic', 'instance_backups_pruned', 'rust-eu', { Deleted: '3', Kept: 5 }),
    ...echo('19T20:30:00', 1),
    ...echo('19T20:31:30', 2),
    fact(at('19T23:50:00'), 'attic', {
      type: 'connection.gap',
      message: text('{0} could not be heard for {1} minutes', 'Attic', 4),
    }),
    fact(at('20T05:05:00'), 'nas', {
      type: 'connection.gap',
      message: text('{0} could not be heard for {1} minutes', 'NAS', 11),
    }),
  ];
}

/** Words that clients of the notification server sent each other. */
function bell(): readonly NightMessage[] {
  const said = (moment: string, message: string): NightMessage => ({
    at: at(moment),
    connection: 'bell',
    body: {
      event: 'broadcast_message',
      id: 'server-39e5e8dc-0c8e-4f9c-9840-edecfdf02da9',
      timestamp: new Date(at(moment) - 15).toISOString(),
      content: { message, sender: 'client-260cf053-2648-4757-8648-2cd23473fbcf' },
    },
  });
  return [
    said('20T02:11:00', 'ark-island was given up after three crashes'),
    said('20T04:02:20', 'factorio is updated'),
    said('20T06:12:10', 'survival could not be started'),
  ];
}
