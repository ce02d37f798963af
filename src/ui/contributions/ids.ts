/** Ids that stand in package.json and in the code: written once, here. */
export const viewIds = {
  container: 'gameServerOps',
  instances: 'gameServerOps.instances',
  panel: 'gameServerOpsPanel',
  inspector: 'gameServerOps.inspector',
} as const;

export const inspectorPanelType = 'gameServerOps.inspectorTab';

/** Section of an event row in a webview's context. */
export const eventSection = 'event';

export const contextKeys = {
  /** True while a replay is on screen instead of what is live. */
  replaying: 'gameServerOps.replaying',
  connections: 'gameServerOps.connectionCount',
  /** Flags such as `.start.connect` of all that something can do now. */
  offered: 'gameServerOps.offered',
  trusted: 'isWorkspaceTrusted',
} as const;
