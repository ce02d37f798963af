import { contextKeys } from './ids.ts';

/** A command in package.json. The id after the prefix is its key; titles are English and become localisation keys. */
export interface CommandSpec {
  readonly title: string;
  readonly icon?: string;
  /** Shown in the palette only while this holds; `false` hides it there (it needs an item to act on). */
  readonly palette?: string | false;
  readonly keys?: { readonly key: string; readonly mac?: string; readonly when?: string };
}

export const category = 'Game Servers';

/** The operations that several systems have: one command each. What one system alone can do has its command in its own operations. */
export const sharedVerbs: Readonly<Record<string, CommandSpec>> = {
  start: { title: 'Start', icon: '$(debug-start)' },
  stop: { title: 'Stop', icon: '$(debug-stop)' },
  restart: { title: 'Restart', icon: '$(debug-restart)' },
  save: { title: 'Save World', icon: '$(save)' },
  command: { title: 'Send Command…', icon: '$(terminal)' },
  backup: { title: 'Back Up', icon: '$(archive)' },
  listBackups: { title: 'List Backups', icon: '$(list-unordered)' },
  restore: { title: 'Restore Backup…', icon: '$(history)' },
  update: { title: 'Update', icon: '$(cloud-download)' },
  remove: { title: 'Uninstall…', icon: '$(trash)' },
  subscribe: { title: 'Subscribe to Topic…', icon: '$(bell)' },
  unsubscribe: { title: 'Unsubscribe from Topic…', icon: '$(bell-slash)' },
  request: { title: 'Call the API…', icon: '$(json)' },
  install: { title: 'Install Game Server…', icon: '$(desktop-download)' },
};

/** Condition of the palette: something can do it now. */
export function whenOffered(command: string): string {
  return `${contextKeys.offered} =~ /\\.${command}\\b/`;
}

/** Simulated servers are no connections of the settings. */
const hasConnections = `${contextKeys.connections} > 0 || ${contextKeys.simulating}`;

/** An editor has its own meaning of these keys. */
const whenStepping = `${contextKeys.travelling} && !editorTextFocus`;

export const ownCommands = {
  trySimulated: {
    title: 'Try with Simulated Servers',
    icon: '$(beaker)',
    palette: `!${contextKeys.simulating}`,
  },
  stopSimulated: {
    title: 'Stop Simulated Servers',
    icon: '$(beaker-stop)',
    palette: contextKeys.simulating,
  },
  addConnection: { title: 'Add Connection…', icon: '$(add)' },
  editConnection: { title: 'Edit Connection…', icon: '$(edit)', palette: whenOffered('editConnection') },
  duplicateConnection: {
    title: 'Duplicate Connection…',
    icon: '$(copy)',
    palette: whenOffered('duplicateConnection'),
  },
  signOut: { title: 'Sign Out…', icon: '$(sign-out)', palette: whenOffered('signOut') },
  diagnose: { title: 'Why Are There No Events?', icon: '$(question)', palette: whenOffered('diagnose') },
  logs: { title: 'Show Server Log', icon: '$(output)', palette: whenOffered('logs') },
  editConnections: { title: 'Edit Connections in Settings', icon: '$(gear)' },
  connect: { title: 'Connect', icon: '$(plug)', palette: whenOffered('connect') },
  disconnect: { title: 'Disconnect', icon: '$(debug-disconnect)', palette: whenOffered('disconnect') },
  reconnect: { title: 'Reconnect Now', icon: '$(refresh)', palette: whenOffered('reconnect') },
  refresh: { title: 'Refresh Instances', icon: '$(refresh)', palette: whenOffered('refresh') },
  removeConnection: {
    title: 'Remove Connection…',
    icon: '$(trash)',
    palette: whenOffered('removeConnection'),
  },
  overview: {
    title: 'Show What Needs Attention…',
    icon: '$(list-unordered)',
    keys: { key: 'ctrl+k ctrl+alt+g', mac: 'cmd+k cmd+alt+g' },
  },
  muteAlerts: { title: 'Mute Alerts…', icon: '$(bell-slash)', palette: hasConnections },
  dismissAlerts: { title: 'Dismiss All Alerts', icon: '$(bell-dot)', palette: hasConnections },
  testAlert: { title: 'Send a Test Alert', icon: '$(bell)', palette: hasConnections },
  alertSecret: {
    title: 'Set Secret of the Webhook for Alerts…',
    icon: '$(key)',
    palette: hasConnections,
  },
  filterInstances: { title: 'Filter Servers…', icon: '$(filter)', palette: hasConnections },
  changeFilter: { title: 'Change Filter…', icon: '$(filter-filled)', palette: false },
  clearFilter: { title: 'Clear Filter', icon: '$(clear-all)', palette: contextKeys.filtered },
  groupInstances: { title: 'Group Servers By…', icon: '$(list-tree)', palette: hasConnections },
  sortInstances: { title: 'Sort Servers By…', icon: '$(sort-precedence)', palette: hasConnections },
  setTags: { title: 'Set Tags…', icon: '$(tag)', palette: false },
  addFavourite: { title: 'Add to Favourites', icon: '$(star-empty)', palette: false },
  removeFavourite: { title: 'Remove from Favourites', icon: '$(star-full)', palette: false },
  tasks: { title: 'Show Tasks', icon: '$(tasklist)' },
  cancelTask: { title: 'Cancel Task', icon: '$(stop-circle)', palette: false },
  retryTask: { title: 'Retry', icon: '$(debug-restart)', palette: false },
  showTask: { title: 'Show Log', icon: '$(output)', palette: false },
  revealTask: { title: 'Reveal Instance', icon: '$(go-to-file)', palette: false },
  filterTasks: { title: 'Filter Tasks…', icon: '$(filter)', palette: false },
  changeTaskFilter: { title: 'Change Task Filter…', icon: '$(filter-filled)', palette: false },
  clearTasks: { title: 'Clear Ended Tasks', icon: '$(clear-all)', palette: false },
  showClearedTasks: { title: 'Show Cleared Tasks', icon: '$(discard)', palette: false },
  loadEarlierTasks: { title: 'Load Earlier Tasks', palette: false },
  showLog: { title: 'Show Log', icon: '$(output)' },
  collectSupport: { title: 'Collect Support Information', icon: '$(checklist)' },
  openInspector: {
    title: 'Open Event Inspector',
    icon: '$(pulse)',
    keys: { key: 'ctrl+k ctrl+g', mac: 'cmd+k cmd+g' },
  },
  openFilter: {
    title: 'Focus Filter of Event Inspector',
    keys: { key: 'ctrl+k ctrl+shift+g', mac: 'cmd+k cmd+shift+g' },
  },
  nextFailure: { title: 'Go to Next Failure', keys: { key: 'f8', when: contextKeys.inspectorFocus } },
  previousFailure: {
    title: 'Go to Previous Failure',
    keys: { key: 'shift+f8', when: contextKeys.inspectorFocus },
  },
  openInspectorTab: { title: 'Open Event Inspector in Editor Tab', icon: '$(link-external)' },
  showEvents: { title: 'Show Events', icon: '$(pulse)' },
  metrics: { title: 'Show Metrics', icon: '$(graph-line)', palette: whenOffered('metrics') },
  openServerPage: { title: 'Open Server Page', icon: '$(preview)', palette: hasConnections },
  emit: { title: 'Emit Event…', icon: '$(broadcast)' },
  export: { title: 'Export Events…', icon: '$(export)' },
  openRecording: { title: 'Open Recording…', icon: '$(folder-opened)' },
  record: { title: 'Record', icon: '$(record)', palette: `!${contextKeys.simulating}` },
  recordSince: {
    title: 'Record the Last Minutes…',
    icon: '$(history)',
    palette: `!${contextKeys.simulating}`,
  },
  stopRecording: { title: 'Stop Recording', icon: '$(stop-circle)', palette: contextKeys.recording },
  showRecording: { title: 'Show Events of Recording', icon: '$(pulse)', palette: false },
  playRecording: { title: 'Play Recording…', icon: '$(play)', palette: false },
  exportRecording: { title: 'Export Recording…', icon: '$(export)', palette: false },
  renameRecording: { title: 'Rename Recording…', icon: '$(edit)', palette: false },
  noteRecording: { title: 'Edit Note…', icon: '$(note)', palette: false },
  trimRecording: { title: 'Trim Recording…', icon: '$(screen-cut)', palette: false },
  revealRecording: { title: 'Reveal in Explorer', icon: '$(file-symlink-file)', palette: false },
  deleteRecording: { title: 'Delete Recording…', icon: '$(trash)', palette: false },
  serveRecording: { title: 'Serve as Virtual Server…', icon: '$(server-process)' },
  stopVirtualServer: { title: 'Stop Virtual Server', icon: '$(debug-stop)', palette: contextKeys.serving },
  playVirtualServer: { title: 'Play', icon: '$(play)', palette: false },
  pauseVirtualServer: { title: 'Pause', icon: '$(debug-pause)', palette: false },
  virtualServerSpeed: { title: 'Speed…', palette: false },
  addVirtualServer: { title: 'Add as Connection', icon: '$(plug)', palette: false },
  showClientMessages: { title: 'Show What Clients Sent', icon: '$(output)', palette: false },
  copyVirtualSettings: { title: 'Copy Connection Settings', icon: '$(json)', palette: false },
  copyVirtualValue: { title: 'Copy', icon: '$(copy)', palette: false },
  copyInstanceAs: { title: 'Copy As…', icon: '$(copy)', palette: false },
  copyRecordingLink: { title: 'Copy Link', icon: '$(link)', palette: false },
  copyLink: { title: 'Copy Link to This Query', icon: '$(link)' },
  history: { title: 'History…', icon: '$(history)' },
  replay: { title: 'Replay Events…', icon: '$(debug-rerun)' },
  showLive: { title: 'Back to Live', icon: '$(debug-continue)', palette: 'gameServerOps.replaying' },
  travel: { title: 'Travel in Time…', icon: '$(watch)' },
  fleetAtEvent: { title: 'Show the Fleet at This Event', icon: '$(watch)', palette: false },
  backToNow: {
    title: 'Back to Now',
    icon: '$(debug-continue)',
    palette: contextKeys.travelling,
    keys: { key: 'ctrl+f7', mac: 'cmd+f7', when: contextKeys.travelling },
  },
  nextChange: {
    title: 'Go to Next Change',
    icon: '$(arrow-right)',
    palette: contextKeys.travelling,
    keys: { key: 'f7', when: whenStepping },
  },
  previousChange: {
    title: 'Go to Previous Change',
    icon: '$(arrow-left)',
    palette: contextKeys.travelling,
    keys: { key: 'shift+f7', when: whenStepping },
  },
  nextInstanceChange: {
    title: 'Go to Next Change of This Instance',
    palette: contextKeys.travelling,
    keys: { key: 'alt+f7', when: whenStepping },
  },
  previousInstanceChange: {
    title: 'Go to Previous Change of This Instance',
    palette: contextKeys.travelling,
    keys: { key: 'shift+alt+f7', when: whenStepping },
  },
  playHistory: {
    title: 'Play or Pause the History',
    palette: contextKeys.travelling,
    keys: { key: 'ctrl+alt+f7', mac: 'cmd+alt+f7', when: whenStepping },
  },
  historySpeed: { title: 'Speed of the History…', palette: contextKeys.travelling },
  whatChanged: { title: 'What Changed Between…', icon: '$(diff)' },
  copyName: { title: 'Copy Name', icon: '$(copy)', palette: false },
  copyDetail: { title: 'Copy', icon: '$(copy)', palette: false },
  copyEvent: { title: 'Copy Event', icon: '$(copy)', palette: false },
  copyRow: { title: 'Row', palette: false },
  copyValue: {
    title: 'Value',
    palette: false,
    keys: { key: 'ctrl+shift+c', mac: 'cmd+shift+c', when: contextKeys.inspectorFocus },
  },
  copyJson: { title: 'JSON', palette: false },
  copyCurl: { title: 'curl Command', palette: false },
  copyFixture: { title: 'Test Fixture', palette: false },
  addColumn: { title: 'Add as Column', palette: false },
  hideColumn: { title: 'Hide Column', palette: false },
  fitColumn: { title: 'Fit Column to Its Content', palette: false },
  configureColumns: { title: 'Columns…', icon: '$(list-selection)', palette: false },
  resetColumns: { title: 'Reset Columns', palette: false },
  openAsDocument: { title: 'Open as Document', icon: '$(go-to-file)', palette: false },
  copyPayloadValue: { title: 'Copy Value', icon: '$(copy)', palette: false },
  copyPath: { title: 'Copy Path', icon: '$(references)', palette: false },
  emitAgain: { title: 'Emit Again…', icon: '$(broadcast)', palette: false },
  onlyThis: { title: 'Only This', icon: '$(filter)', palette: false },
  andThis: { title: 'And This', icon: '$(filter)', palette: false },
  notThis: { title: 'Not This', icon: '$(filter)', palette: false },
  saveQuery: { title: 'Save Query…', icon: '$(star)' },
  renameQuery: { title: 'Rename Saved Query…', icon: '$(edit)', palette: false },
  deleteQuery: { title: 'Delete Saved Query…', icon: '$(trash)', palette: false },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type OwnCommand = keyof typeof ownCommands;
