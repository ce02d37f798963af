/** Every command that the extension has. The id after the prefix is the key; titles are English and become localisation keys. */
export interface CommandSpec {
  readonly title: string;
  readonly icon?: string;
  /** Shown in the palette only while this holds; `false` hides it there (it needs an item to act on). */
  readonly palette?: string | false;
}

export const prefix = 'gameServerOps';
export const category = 'Game Servers';

export interface VerbSpec {
  readonly title: string;
  readonly icon: string;
  /** Place among the buttons on the row; at most three verbs have one. */
  readonly inline?: number;
  /** Done with the connection as a whole; otherwise with one of its instances. */
  readonly on?: 'connection';
  /** Stands apart at the end of the menu. */
  readonly danger?: true;
}

/** Verbs of operations, shared by all systems: one static command each. What an instance offers now decides whether it is shown. */
export const verbs = {
  start: { title: 'Start', icon: '$(debug-start)', inline: 1 },
  stop: { title: 'Stop', icon: '$(debug-stop)', inline: 2 },
  restart: { title: 'Restart', icon: '$(debug-restart)', inline: 3 },
  save: { title: 'Save World', icon: '$(save)' },
  command: { title: 'Send Command…', icon: '$(terminal)' },
  backup: { title: 'Back Up', icon: '$(archive)' },
  listBackups: { title: 'List Backups', icon: '$(list-unordered)' },
  restore: { title: 'Restore Backup…', icon: '$(history)' },
  checkUpdate: { title: 'Check for Update', icon: '$(cloud)' },
  update: { title: 'Update', icon: '$(cloud-download)' },
  remove: { title: 'Uninstall…', icon: '$(trash)', danger: true },
  redeploy: { title: 'Redeploy', icon: '$(sync)' },
  scale: { title: 'Scale…', icon: '$(layers)' },
  rollback: { title: 'Roll Back…', icon: '$(discard)' },
  pruneBackups: { title: 'Delete Old Backups…', icon: '$(clear-all)' },
  listAllowlist: { title: 'Show Allowlist', icon: '$(organization)' },
  allowlistAdd: { title: 'Add to Allowlist…', icon: '$(person-add)' },
  allowlistRemove: { title: 'Remove from Allowlist…', icon: '$(person)' },
  setPermission: { title: 'Set Player Permission…', icon: '$(shield)' },
  worldExport: { title: 'Export World', icon: '$(export)' },
  worldReset: { title: 'Reset World…', icon: '$(discard)', danger: true },
  scanPlayers: { title: 'Scan for Players', icon: '$(search)', on: 'connection' },
  abortJob: { title: 'Abort Job…', icon: '$(stop-circle)', on: 'connection' },
  subscribe: { title: 'Subscribe to Topic…', icon: '$(bell)', on: 'connection' },
  unsubscribe: { title: 'Unsubscribe from Topic…', icon: '$(bell-slash)', on: 'connection' },
  request: { title: 'Call the API…', icon: '$(json)', on: 'connection' },
  install: { title: 'Install Game Server…', icon: '$(desktop-download)', on: 'connection' },
  message: { title: 'Send Message…', icon: '$(comment)', on: 'connection' },
} as const satisfies Readonly<Record<string, VerbSpec>>;

export type Verb = keyof typeof verbs;
export const verbIds = Object.keys(verbs) as Verb[];

const own = {
  addConnection: { title: 'Add Connection…', icon: '$(add)' },
  editConnection: { title: 'Edit Connection…', icon: '$(edit)' },
  duplicateConnection: { title: 'Duplicate Connection…', icon: '$(copy)' },
  signOut: { title: 'Sign Out…', icon: '$(sign-out)' },
  diagnose: { title: 'Why Are There No Events?', icon: '$(question)' },
  logs: { title: 'Show Server Log', icon: '$(output)' },
  editConnections: { title: 'Edit Connections in Settings', icon: '$(gear)' },
  connect: { title: 'Connect', icon: '$(plug)' },
  disconnect: { title: 'Disconnect', icon: '$(debug-disconnect)' },
  reconnect: { title: 'Reconnect Now', icon: '$(refresh)' },
  refresh: { title: 'Refresh Instances', icon: '$(refresh)' },
  removeConnection: { title: 'Remove Connection…', icon: '$(trash)' },
  tasks: { title: 'Show Tasks', icon: '$(tasklist)' },
  showLog: { title: 'Show Log', icon: '$(output)' },
  collectSupport: { title: 'Collect Support Information', icon: '$(checklist)' },
  openInspector: { title: 'Open Event Inspector', icon: '$(pulse)' },
  openInspectorTab: { title: 'Open Event Inspector in Editor Tab', icon: '$(link-external)' },
  showEvents: { title: 'Show Events', icon: '$(pulse)' },
  metrics: { title: 'Show Metrics', icon: '$(graph-line)' },
  emit: { title: 'Emit Event…', icon: '$(broadcast)' },
  replay: { title: 'Replay Events…', icon: '$(debug-rerun)' },
  showLive: { title: 'Back to Live', icon: '$(debug-continue)', palette: 'gameServerOps.replaying' },
  copyName: { title: 'Copy Name', icon: '$(copy)', palette: false },
  copyEvent: { title: 'Copy Event', icon: '$(copy)', palette: false },
  emitAgain: { title: 'Emit Again…', icon: '$(broadcast)', palette: false },
  filterType: { title: 'Show Only Events of This Type', icon: '$(filter)', palette: false },
  filterInstance: { title: 'Show Only Events of This Instance', icon: '$(filter)', palette: false },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type OwnCommand = keyof typeof own;

export const commands: Readonly<Record<OwnCommand | Verb, CommandSpec>> = {
  ...own,
  ...(Object.fromEntries(
    verbIds.map((verb) => [verb, { title: verbs[verb].title, icon: verbs[verb].icon }]),
  ) as Record<Verb, CommandSpec>),
};

export function commandId(command: OwnCommand | Verb): string {
  return `${prefix}.${command}`;
}
