import { text, type Text } from '../../model/text.ts';
import type { RetiredStem, Stem } from './stems.ts';

type Words = readonly [before: Text, after: Text, failed: Text];

/** One thing that the server does, in words. `{0}` and so on are the named fields of its data. */
export interface EventText {
  readonly category: string;
  readonly description: Text;
  readonly before: Text;
  readonly after: Text;
  readonly failed: Text;
  readonly fields: readonly string[];
  /** The same in words that need no field: one of them may be missing. */
  readonly bare?: Words;
  /** Of severity debug: it happens often or matters little. */
  readonly quiet?: true;
}

function eventText(
  category: string,
  description: Text,
  [before, after, failed]: Words,
  { fields = [], bare, quiet }: Partial<Pick<EventText, 'fields' | 'bare' | 'quiet'>> = {},
): EventText {
  return {
    category,
    description,
    before,
    after,
    failed,
    fields,
    ...(bare ? { bare } : {}),
    ...(quiet ? { quiet } : {}),
  };
}

const settingChanged: Words = [
  text('A setting is to be changed'),
  text('A setting was changed'),
  text('A setting was not changed'),
];

/** Texts of the events by their stem. */
export const eventTexts: Readonly<Record<Stem, EventText>> = {
  server_start: eventText('Lifecycle', text('A server is started.'), [
    text('Is to be started'),
    text('Was started'),
    text('Was not started'),
  ]),
  server_stop: eventText('Lifecycle', text('A server is stopped.'), [
    text('Is to be stopped'),
    text('Was stopped'),
    text('Was not stopped'),
  ]),
  server_status_change: eventText(
    'Lifecycle',
    text('The state of a server changes. This is the first to tell of it, since 3.10.'),
    [text('Is to become {0}'), text('Is {0}'), text('Did not become {0}')],
    {
      fields: ['status'],
      bare: [text('Its state is to change'), text('Its state changed'), text('Its state did not change')],
    },
  ),
  server_statuses_updated: eventText(
    'Players',
    text('The players on a server changed; old releases also tell of a look at all servers with it.'),
    [text('Players are looked at'), text('Players: {0}'), text('The players could not be looked at')],
    {
      fields: ['player_count'],
      bare: [
        text('Players are looked at'),
        text('Players were looked at'),
        text('The players could not be looked at'),
      ],
    },
  ),
  command_send: eventText(
    'Console',
    text('A command is given to the console of a server.'),
    [text('Command: {0}'), text('Command sent: {0}'), text('Command not sent: {0}')],
    {
      fields: ['command'],
      bare: [text('A command is to be sent'), text('A command was sent'), text('A command was not sent')],
    },
  ),
  server_install: eventText(
    'Installation',
    text('A server is installed.'),
    [text('Is to be installed: {0}'), text('Was installed: {0}'), text('Was not installed: {0}')],
    {
      fields: ['target_version'],
      bare: [text('Is to be installed'), text('Was installed'), text('Was not installed')],
    },
  ),
  server_update: eventText('Installation', text('A server is updated.'), [
    text('Is to be updated'),
    text('Was updated'),
    text('Was not updated'),
  ]),
  delete_server_data: eventText('Installation', text('A server is deleted with its worlds and backups.'), [
    text('Is to be deleted'),
    text('Was deleted'),
    text('Was not deleted'),
  ]),
  backup: eventText('Backups', text('A backup is made; one of a world stops the server meanwhile.'), [
    text('Is to be backed up'),
    text('Was backed up'),
    text('Was not backed up'),
  ]),
  restore: eventText('Backups', text('A backup is restored.'), [
    text('Is to be restored'),
    text('Was restored'),
    text('Was not restored'),
  ]),
  prune_backups: eventText('Backups', text('Old backups are deleted.'), [
    text('Old backups are to be deleted'),
    text('Old backups were deleted'),
    text('Old backups were not deleted'),
  ]),
  allowlist_change: eventText('Access', text('Players are put on the allowlist or taken off it.'), [
    text('The allowlist is to be changed'),
    text('The allowlist was changed'),
    text('The allowlist was not changed'),
  ]),
  permission_change: eventText(
    'Access',
    text('A player gets another permission.'),
    [text('{0} is to become {1}'), text('{0} is {1} now'), text('{0} did not become {1}')],
    {
      fields: ['player_name', 'permission'],
      bare: [
        text('A permission is to be changed'),
        text('A permission was changed'),
        text('A permission was not changed'),
      ],
    },
  ),
  properties_change: eventText('Settings', text('The properties of a server are changed.'), [
    text('Properties are to be changed'),
    text('Properties were changed'),
    text('Properties were not changed'),
  ]),
  set_server_setting: eventText(
    'Settings',
    text('A setting of a server is changed.'),
    [
      text('Setting {0} is to be changed'),
      text('Setting {0} was changed'),
      text('Setting {0} was not changed'),
    ],
    { fields: ['key'], bare: settingChanged },
  ),
  world_export: eventText('Worlds', text('A world is exported into a file.'), [
    text('The world is to be exported'),
    text('The world was exported'),
    text('The world was not exported'),
  ]),
  world_import: eventText('Worlds', text('A world is imported from a file.'), [
    text('A world is to be imported'),
    text('A world was imported'),
    text('A world was not imported'),
  ]),
  world_reset: eventText(
    'Worlds',
    text('The world of a server is deleted; a new one is made with the next start.'),
    [text('The world is to be reset'), text('The world was reset'), text('The world was not reset')],
  ),
  addon_import: eventText('Add-ons', text('An add-on is imported from a file.'), [
    text('An add-on is to be imported'),
    text('An add-on was imported'),
    text('An add-on was not imported'),
  ]),
  addon_enable: addon(
    text('An add-on is switched on.'),
    [
      text('Add-on {0} is to be switched on'),
      text('Add-on {0} was switched on'),
      text('Add-on {0} was not switched on'),
    ],
    [
      text('An add-on is to be switched on'),
      text('An add-on was switched on'),
      text('An add-on was not switched on'),
    ],
  ),
  addon_disable: addon(
    text('An add-on is switched off.'),
    [
      text('Add-on {0} is to be switched off'),
      text('Add-on {0} was switched off'),
      text('Add-on {0} was not switched off'),
    ],
    [
      text('An add-on is to be switched off'),
      text('An add-on was switched off'),
      text('An add-on was not switched off'),
    ],
  ),
  addon_uninstall: addon(
    text('An add-on is removed.'),
    [text('Add-on {0} is to be removed'), text('Add-on {0} was removed'), text('Add-on {0} was not removed')],
    [text('An add-on is to be removed'), text('An add-on was removed'), text('An add-on was not removed')],
  ),
  addon_subpack_update: addon(
    text('Another variant of an add-on is chosen.'),
    [
      text('The variant of add-on {0} is to be changed'),
      text('The variant of add-on {0} was changed'),
      text('The variant of add-on {0} was not changed'),
    ],
    [
      text('The variant of an add-on is to be changed'),
      text('The variant of an add-on was changed'),
      text('The variant of an add-on was not changed'),
    ],
  ),
  addon_reorder: eventText('Add-ons', text('The order of the add-ons is changed.'), [
    text('The add-ons are to be reordered'),
    text('The add-ons were reordered'),
    text('The add-ons were not reordered'),
  ]),
  add_server_ban: eventText(
    'Access',
    text('A player is banned from a server.'),
    [text('{0} is to be banned'), text('{0} was banned'), text('{0} was not banned')],
    {
      fields: ['player_name'],
      bare: [text('A player is to be banned'), text('A player was banned'), text('A player was not banned')],
    },
  ),
  remove_server_ban: eventText(
    'Access',
    text('The ban of a player is lifted.'),
    [
      text('The ban of {0} is to be lifted'),
      text('The ban of {0} was lifted'),
      text('The ban of {0} was not lifted'),
    ],
    {
      fields: ['xuid'],
      bare: [text('A ban is to be lifted'), text('A ban was lifted'), text('A ban was not lifted')],
    },
  ),
  players_add: eventText('Players', text('Players are put into the database of players.'), [
    text('Players are to be added'),
    text('Players were added'),
    text('Players were not added'),
  ]),
  player_db_scan: eventText('Players', text('The logs of all servers are searched for players.'), [
    text('Players are to be searched for'),
    text('Players were searched for'),
    text('Players could not be searched for'),
  ]),
  prune_download_cache: eventText(
    'Manager',
    text('Old downloads are deleted.'),
    [
      text('Old downloads are to be deleted'),
      text('Old downloads were deleted'),
      text('Old downloads were not deleted'),
    ],
    { quiet: true },
  ),
  setting_update: eventText(
    'Manager',
    text('A setting of the manager is changed.'),
    [
      text('Setting {0} is to be changed'),
      text('Setting {0} was changed'),
      text('Setting {0} was not changed'),
    ],
    { fields: ['key'], bare: settingChanged },
  ),
  set_plugin_status: eventText(
    'Manager',
    text('A plugin of the manager is switched on or off.'),
    [
      text('Plugin {0} is to be switched'),
      text('Plugin {0} was switched'),
      text('Plugin {0} was not switched'),
    ],
    {
      fields: ['plugin_name'],
      bare: [
        text('A plugin is to be switched'),
        text('A plugin was switched'),
        text('A plugin was not switched'),
      ],
    },
  ),
  web_service_change: eventText('Manager', text('The service that the manager runs as is changed.'), [
    text('The service is to be changed'),
    text('The service was changed'),
    text('The service was not changed'),
  ]),
};

export const retiredEventTexts: Readonly<Record<RetiredStem, EventText>> = {
  autostart_change: eventText(
    'Settings',
    text('Whether a server starts with the manager is changed (up to 3.9).'),
    [
      text('The autostart is to be changed'),
      text('The autostart was changed'),
      text('The autostart was not changed'),
    ],
  ),
  web_server_start: eventText('Manager', text('The web server of the manager is started (up to 3.9).'), [
    text('The web server is to be started'),
    text('The web server was started'),
    text('The web server was not started'),
  ]),
  web_server_stop: eventText('Manager', text('The web server of the manager is stopped (up to 3.9).'), [
    text('The web server is to be stopped'),
    text('The web server was stopped'),
    text('The web server was not stopped'),
  ]),
};

function addon(description: Text, words: Words, bare: Words): EventText {
  return eventText('Add-ons', description, words, { fields: ['pack_uuid'], bare });
}
