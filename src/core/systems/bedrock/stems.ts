import eventTypes from './eventTypes.json' with { type: 'json' };

/** Each thing that the server does is told twice: `before_<stem>` and `after_<stem>`. */
export type Stem = keyof typeof eventTypes.stems;

export const stemNames = Object.keys(eventTypes.stems) as readonly Stem[];

/** They are about the server as a whole: no name of an instance is in them. */
export const globalStems: readonly Stem[] = [
  'players_add',
  'player_db_scan',
  'prune_download_cache',
  'setting_update',
  'set_plugin_status',
  'web_service_change',
];

/** New in 3.10. */
export const stemsSince310: readonly Stem[] = [
  'server_status_change',
  'set_server_setting',
  'setting_update',
  'set_plugin_status',
  'add_server_ban',
  'remove_server_ban',
];

/** New in 3.9. */
export const stemsSince39: readonly Stem[] = [
  'addon_enable',
  'addon_disable',
  'addon_uninstall',
  'addon_reorder',
  'addon_subpack_update',
];

/** Documented, and sent up to 3.9 at most. */
export type RetiredStem = keyof typeof eventTypes.retired;

export const retiredStems = Object.keys(eventTypes.retired) as readonly RetiredStem[];
