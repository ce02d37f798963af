import type { Accounts } from './accounts.ts';
import { accountOf } from './authRoutes.ts';
import { route, type Reply, type Route } from './http.ts';
import { ok, succeeded } from './replies.ts';
import type { Upkeep } from './upkeep.ts';

const plugins = {
  auto_reload_config: {
    enabled: true,
    description:
      'Automatically sends a `reload` command to a running server after its configuration files (e.g., allowlist.json, permissions.json) are modified, ensuring changes take effect immediately without manual intervention.',
    version: '1.1.1',
    author: 'dmedina559',
  },
  backup_on_start: {
    enabled: false,
    description:
      'Performs a full backup of a server each time a start command is initiated. This plugin hooks into the `before_server_start` event to ensure a recent backup exists before the server goes online.',
    version: '1.1.1',
    author: 'dmedina559',
  },
};

const settings = {
  config_version: 2,
  paths: {
    servers: '/opt/bedrock-server-manager/servers',
    content: '/opt/bedrock-server-manager/content',
    backups: '/opt/bedrock-server-manager/backups',
  },
  retention: { backups: 3, downloads: 3, logs: 3 },
  logging: { level: 20 },
  // The real program answers with the key of its tokens here as well.
  web: { host: '127.0.0.1', port: 11325, token_expires_weeks: 4, jwt_secret_key: 'not-for-any-journal' },
  custom: {},
};

/** Files that can be installed, plugins, settings, themes and users. */
export function contentRoutes(accounts: Accounts, { worldFiles }: Upkeep): Route[] {
  const files = (names: readonly string[]): Reply => succeeded({ files: names });
  return [
    route('GET', '/api/content/worlds', 'moderator', () => files(worldFiles)),
    route('GET', '/api/content/addons', 'moderator', () => files([])),
    route('GET', '/api/downloads/list', 'moderator', () => ok({ status: 'success', custom_zips: [] })),
    route('GET', '/api/plugins', 'admin', () => succeeded({ data: plugins })),
    route('GET', '/api/settings', 'admin', () => succeeded({ settings, setting: null })),
    route('GET', '/api/themes', 'user', () => ok({ default: '/static/css/themes/default.css' })),
    route('GET', '/api/users/list', 'moderator', () => ok(accounts.users.map(accountOf))),
  ];
}
