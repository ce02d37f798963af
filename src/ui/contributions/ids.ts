/** Ids that stand in package.json and in the code: written once, here. */
export const viewIds = {
  container: 'gameServerOps',
  instances: 'gameServerOps.instances',
  tasks: 'gameServerOps.tasks',
  recordings: 'gameServerOps.recordings',
  panel: 'gameServerOpsPanel',
  inspector: 'gameServerOps.inspector',
} as const;

export const inspectorPanelType = 'gameServerOps.inspectorTab';

/** Editors of recordings: of the files that are surely ours, and of any lines of JSON where the user says so. */
export const recordingEditors = {
  recording: 'gameServerOps.recording',
  lines: 'gameServerOps.ndjson',
} as const;

/** Section of an event row in a webview's context. */
export const eventSection = 'event';
/** Section of a value in the payload of an event. */
export const valueSection = 'value';

/** Section of a term for the query alone. */
export const termSection = 'term';

/** Section of a saved query in a webview's context. */
export const savedQuerySection = 'savedQuery';
/** Section of the head of a column. */
export const columnSection = 'column';

export const submenus = { copyAs: 'gameServerOps.copyAs' } as const;

export const contextKeys = {
  /** True while a replay is on screen instead of what is live. */
  replaying: 'gameServerOps.replaying',
  /** True while the tree shows a moment of the history instead of what is now. */
  travelling: 'gameServerOps.travelling',
  /** True while the page of an inspector has the focus: neither `focusedView` nor `inputFocus` knows of pages. */
  inspectorFocus: 'gameServerOps.inspectorFocus',
  /** True while a recording of the journal goes on, in whatever window it was begun. */
  recording: 'gameServerOps.recording',
  /** True while this window has simulated servers. */
  simulating: 'gameServerOps.simulating',
  /** True while this window has a virtual server. */
  serving: 'gameServerOps.serving',
  /** True while the view of tasks hides ended ones. */
  tasksCleared: 'gameServerOps.tasksCleared',
  /** True while a filter of the view of tasks is on. */
  tasksFiltered: 'gameServerOps.tasksFiltered',
  connections: 'gameServerOps.connectionCount',
  /** `some` or `none` while a filter of the tree is on: so many instances match it. */
  filtered: 'gameServerOps.filtered',
  /** Flags such as `.start.connect` of all that something can do now. */
  offered: 'gameServerOps.offered',
  trusted: 'isWorkspaceTrusted',
} as const;
