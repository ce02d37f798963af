import { rewriteJson, type Role, type Rewriting } from '../rewriting.ts';

const roles: Readonly<Record<string, Role>> = {
  type: 'protocol',
  action: 'protocol',
  status: 'protocol',
  previous_status: 'protocol',
  new_status: 'protocol',
  method: 'protocol',
  task_id: 'protocol',
  permission: 'protocol',
  server_name: 'instance',
  message: 'quoting',
  detail: 'quoting',
  username: 'user',
  player_name: 'player',
  xuid: 'player',
  host: 'host',
};

/** Fields that hold players: as texts, or as objects with a name and an id. */
const playerLists = new Set([
  'players',
  'new_players_data',
  'player_names',
  'players_add',
  'players_remove',
  'player_strings',
  'existing_players',
]);
const playerFields = new Set(['name', 'uuid', 'xuid', 'pfid']);

/** Topics that name a server; the others name an event or a task. */
const serverTopic = /^(?:resource-monitor|server_log):/;
const ofServer: Role = { behindColon: 'instance', withoutColon: 'protocol' };

/** Messages have no times of their own: those in the log of a server are text. */
function role(path: readonly string[], value: string): Role {
  const key = path.at(-1) ?? '';
  if (key === 'topic') return serverTopic.test(value) ? ofServer : 'protocol';
  if (playerLists.has(key)) return 'player';
  if (key.endsWith('version')) return 'protocol';
  const list = path.at(-2) ?? '';
  if (playerLists.has(list) && playerFields.has(key)) return 'player';
  if (list === 'servers' && key === 'name') return 'instance';
  return Object.hasOwn(roles, key) ? (roles[key] ?? 'text') : 'text';
}

export function rewriteBedrock(raw: string, rewriting: Rewriting): string {
  return rewriteJson(raw, role, rewriting);
}
