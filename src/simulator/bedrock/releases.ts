/** The simulated releases: 3.7.0, 3.8.0, 3.9.1 and 3.10.3. */
export type Release = '3.7' | '3.8' | '3.9' | '3.10';

/** Differences between the releases. */
export interface Traits {
  readonly version: string;
  /**
   * How a socket tells who it is: by the query before it is accepted, by the query after, by cookie or query after, or
   * by its first message.
   */
  readonly auth: 'beforeAccept' | 'query' | 'cookieOrQuery' | 'firstMessage';
  readonly login: 'form' | 'json';
  readonly renewal?: { readonly method: 'GET' | 'POST'; readonly path: string };
  /** Whether `*` hears anything; subscribing to it is accepted by all. */
  readonly wildcard: boolean;
  /** Log topics and the list of tasks came together. */
  readonly logs: boolean;
  readonly taskList: boolean;
  /** Stems of events that do not exist yet. */
  readonly silent: ReadonlySet<string>;
  /** The plugins of the newest release take their time around starts and stops. */
  readonly plugins: boolean;
  /** The oldest starts a server within the request. */
  readonly startIsTask: boolean;
  /** Content of the event for changed players. */
  readonly playerEvents: 'none' | 'count' | 'names';
  readonly playerNames: boolean;
  readonly summary: boolean;
  readonly stopNamesServer: boolean;
  /** Fields that a result of an action ends with, in their order. */
  readonly actionTail: readonly string[];
  readonly backupTail: readonly string[];
  /** A second operation on backups or worlds waits for the first; before 3.9 it is skipped at once. */
  readonly waitsForTurn: boolean;
  /** Fields that any answer about servers or the program has, null unless given; players and themes have others in 3.8. */
  readonly envelope: { readonly server: readonly string[]; readonly players: readonly string[] };
  /** Answers about one server stand in `data`. */
  readonly wrapsInData: boolean;
  /** The answer about the program has a `splash_text`. */
  readonly splash: boolean;
  /** Settings of one server can be read and changed. */
  readonly serverSettings: boolean;
  readonly setupStatus: boolean;
  /** Properties come with the text of their file. */
  readonly rawProperties: boolean;
  readonly prune: 'POST' | 'PUT';
  readonly setPermissions: 'POST' | 'PUT';
  readonly scan: 'POST' | 'PUT';
  /** Routes that were taken away after 3.9. */
  readonly configStatus: boolean;
  /** Unknown addresses answer with the page of the old user interface. */
  readonly pageForUnknown: boolean;
}

const newIn310 = ['server_status_change', 'set_server_setting', 'setting_update', 'set_plugin_status'];
const bans = ['add_server_ban', 'remove_server_ban'];
const addons = ['addon_enable', 'addon_disable', 'addon_uninstall', 'addon_reorder', 'addon_subpack_update'];

const release39: Traits = {
  version: '3.9.1',
  auth: 'cookieOrQuery',
  login: 'json',
  wildcard: true,
  logs: true,
  taskList: true,
  silent: new Set([...newIn310, ...bans]),
  plugins: false,
  startIsTask: true,
  playerEvents: 'count',
  playerNames: false,
  summary: false,
  stopNamesServer: false,
  actionTail: ['details', 'task_id', 'redirect_url', 'backups'],
  backupTail: ['details', 'task_id', 'redirect_url', 'backups'],
  waitsForTurn: true,
  envelope: { server: [], players: [] },
  wrapsInData: false,
  splash: true,
  serverSettings: false,
  setupStatus: true,
  rawProperties: false,
  prune: 'POST',
  setPermissions: 'PUT',
  scan: 'POST',
  configStatus: true,
  pageForUnknown: false,
};

const common = ['data', 'servers', 'info', 'players', 'files_deleted', 'files_kept'];
const old = new Set([...newIn310, ...bans, ...addons]);

export const traitsOf: Readonly<Record<Release, Traits>> = {
  '3.7': {
    ...release39,
    version: '3.7.0',
    auth: 'beforeAccept',
    login: 'form',
    wildcard: false,
    logs: false,
    taskList: false,
    silent: old,
    startIsTask: false,
    playerEvents: 'none',
    actionTail: ['details', 'task_id'],
    backupTail: ['details', 'redirect_url', 'backups', 'task_id'],
    waitsForTurn: false,
    envelope: { server: common, players: common },
    wrapsInData: true,
    splash: false,
    setupStatus: false,
    pageForUnknown: true,
  },
  '3.8': {
    ...release39,
    version: '3.8.0',
    auth: 'query',
    login: 'form',
    renewal: { method: 'GET', path: '/auth/refresh-token' },
    silent: old,
    actionTail: ['details', 'task_id'],
    backupTail: ['details', 'redirect_url', 'backups', 'task_id'],
    waitsForTurn: false,
    envelope: { server: [...common, 'properties'], players: [...common, 'themes'] },
    wrapsInData: true,
    setupStatus: false,
  },
  '3.9': release39,
  '3.10': {
    ...release39,
    version: '3.10.3',
    auth: 'firstMessage',
    login: 'form',
    renewal: { method: 'POST', path: '/auth/reauth' },
    silent: new Set(),
    plugins: true,
    playerEvents: 'names',
    playerNames: true,
    summary: true,
    stopNamesServer: true,
    actionTail: ['details', 'task_id', 'registration_url', 'backups'],
    backupTail: ['details', 'task_id', 'registration_url', 'backups'],
    prune: 'PUT',
    setPermissions: 'POST',
    scan: 'PUT',
    configStatus: false,
    serverSettings: true,
    rawProperties: true,
  },
};
