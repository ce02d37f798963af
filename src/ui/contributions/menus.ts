import { commandId, operationCommandId } from './commandIds.ts';
import { ownCommands, whenOffered, type CommandSpec, type OwnCommand } from './commands.ts';
import {
  columnSection,
  contextKeys,
  eventSection,
  inspectorPanelType,
  recordingEditors,
  savedQuerySection,
  submenus,
  termSection,
  valueSection,
  viewIds,
} from './ids.ts';
import type { OperationCommand } from './operationCommands.ts';

interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

const inTree = `view == ${viewIds.instances}`;
const inTasks = `view == ${viewIds.tasks}`;
const taskItem = `${inTasks} && viewItem =~ /^task\\b/`;
const inInspector = `view == ${viewIds.inspector}`;
const inRecording = Object.values(recordingEditors)
  .map((id) => `activeCustomEditorId == ${id}`)
  .join(' || ');
const inRecordings = `view == ${viewIds.recordings}`;
const recordingItem = `${inRecordings} && viewItem =~ /^recording\\b/`;
const virtualItem = `${inRecordings} && viewItem =~ /^virtual\\./`;
const virtualPart = `${inRecordings} && viewItem =~ /^virtualPart\\b/`;
const connectionItem = `${inTree} && viewItem =~ /^connection\\b/`;
/** A connection of the settings: one of simulated servers or of a replay has no entry there. */
const configuredItem = `${connectionItem} && !${contextKeys.simulating} && !${contextKeys.replaying}`;
const instanceItem = `${inTree} && viewItem =~ /^instance\\b/`;
const detailItem = `${inTree} && viewItem =~ /^detail\\b/`;
const eventFile = 'resourceFilename =~ /\\.ndjson(\\.gz)?$/';
const inSection = (...sections: readonly string[]): string =>
  `webviewId =~ /^gameServerOps\\.(inspector|recording|ndjson)/ && webviewSection =~ /^(${sections.join('|')})$/`;
/** A row, or anything in the detail of an event. */
const eventRow = inSection(eventSection, valueSection);
/** A row of the live journal, which a moment of its history is. */
const journalRow = `${eventRow} && webviewId =~ /^gameServerOps\\.inspector/ && !${contextKeys.replaying}`;
const term = inSection(eventSection, valueSection, termSection);
const savedQuery = inSection(savedQuerySection);
const columnHead = inSection(columnSection);
const payloadValue = inSection(valueSection);

/** Items carry flags such as `.start.stop` in their context value: what their operations say of themselves. */
function offers(flag: string): string {
  return `viewItem =~ /\\.${flag}\\b/`;
}

function item(command: OwnCommand, when: string, group: string): MenuItem {
  return { command: commandId(command), when, group };
}

/** Buttons on the row of an instance, in their order. */
const inline = ['start', 'stop', 'restart'];

function operationItems({ id, target, effect }: OperationCommand, place: number): MenuItem[] {
  const command = operationCommandId(id);
  const item = target === 'connection' ? connectionItem : instanceItem;
  const when = `${item} && ${offers(id)}`;
  const usual =
    target === 'connection' ? '0_operations' : inline.includes(id) ? '1_lifecycle' : '2_operations';
  // Operations that destroy stand apart at the end.
  const entry = { command, when, group: `${effect === 'destroys' ? '9_danger' : usual}@${String(place)}` };
  const button = inline.indexOf(id) + 1;
  return button === 0 ? [entry] : [{ command, when, group: `inline@${String(button)}` }, entry];
}

export function menusOf(
  operations: readonly OperationCommand[],
): Readonly<Record<string, readonly MenuItem[]>> {
  return {
    'view/title': [
      item('showLive', `${inTree} && ${contextKeys.replaying}`, 'navigation@0'),
      item(
        'stopSimulated',
        `${inTree} && ${contextKeys.simulating} && !${contextKeys.replaying}`,
        'navigation@0',
      ),
      item('previousChange', `${inTree} && ${contextKeys.travelling}`, 'navigation@-2'),
      item('nextChange', `${inTree} && ${contextKeys.travelling}`, 'navigation@-1'),
      item('backToNow', `${inTree} && ${contextKeys.travelling}`, 'navigation@0'),
      item('addConnection', inTree, 'navigation@1'),
      item('openInspector', inTree, 'navigation@2'),
      item('filterInstances', `${inTree} && !${contextKeys.filtered}`, 'navigation@3'),
      item('changeFilter', `${inTree} && ${contextKeys.filtered}`, 'navigation@3'),
      item('clearFilter', `${inTree} && ${contextKeys.filtered}`, 'navigation@4'),
      item('muteAlerts', inTree, '1_arrange@3'),
      item('dismissAlerts', inTree, '1_arrange@4'),
      item('groupInstances', inTree, '1_arrange@1'),
      item('sortInstances', inTree, '1_arrange@2'),
      item('record', `${inTree} && !${contextKeys.recording} && !${contextKeys.simulating}`, '2_events@4'),
      item('stopRecording', `${inTree} && ${contextKeys.recording}`, '2_events@4'),
      item('recordSince', `${inTree} && !${contextKeys.simulating}`, '2_events@5'),
      item(
        'record',
        `${inRecordings} && !${contextKeys.recording} && !${contextKeys.simulating}`,
        'navigation@1',
      ),
      item('stopRecording', `${inRecordings} && ${contextKeys.recording}`, 'navigation@1'),
      item('recordSince', `${inRecordings} && !${contextKeys.simulating}`, 'navigation@2'),
      item('openRecording', inRecordings, 'navigation@3'),
      item('replay', inTree, '2_events@2'),
      item('emit', inTree, '2_events@1'),
      item('history', inTree, '2_events@3'),
      item('travel', inTree, '2_events@4'),
      item('whatChanged', inTree, '2_events@5'),
      item('trySimulated', `${inTree} && !${contextKeys.simulating}`, '4_settings@2'),
      item('tasks', inTree, '3_log@0'),
      item('filterTasks', `${inTasks} && !${contextKeys.tasksFiltered}`, 'navigation@1'),
      item('changeTaskFilter', `${inTasks} && ${contextKeys.tasksFiltered}`, 'navigation@1'),
      item('clearTasks', inTasks, 'navigation@2'),
      item('showClearedTasks', `${inTasks} && ${contextKeys.tasksCleared}`, 'navigation@3'),
      item('showLog', inTree, '3_log@1'),
      item('collectSupport', inTree, '3_log@2'),
      item('editConnections', inTree, '4_settings@1'),
      item('export', inInspector, '1_events@1'),
      item('openRecording', inInspector, '1_events@2'),
      item('copyLink', inInspector, '1_events@3'),
      item('history', inInspector, '2_history@1'),
      item('travel', inInspector, '2_history@2'),
      item('whatChanged', inInspector, '2_history@3'),
    ],
    'view/item/context': [
      ...operations.flatMap(operationItems),
      item('openServerPage', instanceItem, '0_page@1'),
      item('openServerPage', detailItem, '0_page@1'),
      item('logs', `${instanceItem} && ${offers('logs')}`, '3_events@0'),
      item('showEvents', instanceItem, '3_events@1'),
      item('metrics', `${instanceItem} && ${offers('metrics')}`, '3_events@2'),
      item('previousInstanceChange', `${instanceItem} && ${offers('past')}`, '3_events@3'),
      item('nextInstanceChange', `${instanceItem} && ${offers('past')}`, '3_events@4'),
      item('copyName', instanceItem, '4_copy@1'),
      item('addFavourite', `${instanceItem} && !(${offers('favourite')})`, '5_arrange@1'),
      item('removeFavourite', `${instanceItem} && ${offers('favourite')}`, '5_arrange@1'),
      item('copyInstanceAs', instanceItem, '4_copy@2'),
      item('setTags', instanceItem, '5_arrange@2'),
      item('muteAlerts', instanceItem, '5_arrange@3'),
      item('muteAlerts', connectionItem, '5_arrange@3'),
      item('copyDetail', `${detailItem} && ${offers('copy')}`, 'inline@1'),
      item('copyDetail', `${detailItem} && ${offers('copy')}`, '4_copy@1'),
      item('connect', `${connectionItem} && ${offers('connect')}`, 'inline@1'),
      item('connect', `${connectionItem} && ${offers('connect')}`, '1_connection@1'),
      item('reconnect', `${connectionItem} && ${offers('reconnect')}`, 'inline@1'),
      item('reconnect', `${connectionItem} && ${offers('reconnect')}`, '1_connection@2'),
      item('refresh', `${connectionItem} && ${offers('refresh')}`, 'inline@1'),
      item('refresh', `${connectionItem} && ${offers('refresh')}`, '1_connection@2'),
      item('disconnect', `${connectionItem} && ${offers('disconnect')}`, '1_connection@3'),
      item('showEvents', connectionItem, '2_events@1'),
      item('record', configuredItem, '2_events@3'),
      item('recordSince', configuredItem, '2_events@4'),
      item('showLog', connectionItem, '2_events@2'),
      item('diagnose', `${connectionItem} && ${offers('diagnose')}`, '2_events@0'),
      item('editConnection', configuredItem, '3_settings@1'),
      item('duplicateConnection', configuredItem, '3_settings@2'),
      item('editConnections', configuredItem, '3_settings@3'),
      item('signOut', `${configuredItem} && ${offers('signOut')}`, '3_settings@4'),
      item('copyName', connectionItem, '4_copy@1'),
      item('removeConnection', configuredItem, '9_danger@1'),
      item('cancelTask', `${taskItem} && ${offers('cancel')}`, 'inline@1'),
      item('retryTask', `${taskItem} && ${offers('retry')}`, 'inline@1'),
      item('showTask', taskItem, 'inline@2'),
      item('cancelTask', `${taskItem} && ${offers('cancel')}`, '1_task@1'),
      item('retryTask', `${taskItem} && ${offers('retry')}`, '1_task@1'),
      item('showTask', taskItem, '2_show@1'),
      item('revealTask', `${taskItem} && ${offers('reveal')}`, '2_show@2'),
      item('stopRecording', `${recordingItem} && ${offers('running')}`, 'inline@1'),
      item('showRecording', recordingItem, 'inline@2'),
      item('playRecording', `${recordingItem} && ${offers('playable')}`, 'inline@3'),
      item('stopRecording', `${recordingItem} && ${offers('running')}`, '1_recording@1'),
      item('showRecording', recordingItem, '1_recording@2'),
      item('playRecording', `${recordingItem} && ${offers('playable')}`, '1_recording@3'),
      item('serveRecording', `${recordingItem} && ${offers('playable')}`, '1_recording@4'),
      item('exportRecording', `${recordingItem} && ${offers('pinned')}`, '1_recording@5'),
      item('renameRecording', `${recordingItem} && ${offers('pinned')}`, '2_change@1'),
      item('noteRecording', `${recordingItem} && ${offers('pinned')}`, '2_change@2'),
      item('trimRecording', `${recordingItem} && ${offers('ended')}`, '2_change@3'),
      item('copyRecordingLink', `${recordingItem} && ${offers('pinned')}`, '4_copy@1'),
      item('revealRecording', `${recordingItem} && ${offers('file')}`, '2_change@4'),
      item('deleteRecording', recordingItem, '8_delete@1'),
      item('playVirtualServer', `${virtualItem} && ${offers('playable')}`, 'inline@1'),
      item('pauseVirtualServer', `${virtualItem} && ${offers('pausable')}`, 'inline@1'),
      item('addVirtualServer', virtualItem, 'inline@2'),
      item('stopVirtualServer', virtualItem, 'inline@3'),
      item('playVirtualServer', `${virtualItem} && ${offers('playable')}`, '1_play@1'),
      item('pauseVirtualServer', `${virtualItem} && ${offers('pausable')}`, '1_play@1'),
      item('virtualServerSpeed', virtualItem, '1_play@2'),
      item('addVirtualServer', virtualItem, '2_clients@1'),
      item('copyVirtualSettings', virtualItem, '2_clients@2'),
      item('showClientMessages', virtualItem, '2_clients@3'),
      item('stopVirtualServer', virtualItem, '8_delete@1'),
      item('copyVirtualValue', `${virtualPart} && ${offers('copy')}`, 'inline@1'),
      item('copyVirtualValue', `${virtualPart} && ${offers('copy')}`, '1_copy@1'),
    ],
    'editor/title': [
      item('export', inRecording, 'navigation@1'),
      item('serveRecording', inRecording, '1_events@3'),
      item('copyLink', `activeWebviewPanelId == ${inspectorPanelType}`, '1_events@1'),
      item('export', `activeWebviewPanelId == ${inspectorPanelType}`, '1_events@2'),
    ],
    'explorer/context': [
      item('replay', eventFile, '7_gameServerOps@1'),
      item('serveRecording', eventFile, '7_gameServerOps@2'),
    ],
    'webview/context': [
      item('emitAgain', eventRow, '1_emit@1'),
      item('export', eventRow, '5_export@1'),
      item('replay', eventRow, '1_emit@2'),
      item('onlyThis', term, '2_filter@1'),
      item('andThis', term, '2_filter@2'),
      item('notThis', term, '2_filter@3'),
      item('openAsDocument', eventRow, '3_open@1'),
      item('fleetAtEvent', journalRow, '3_open@3'),
      item('copyPayloadValue', payloadValue, '4_copy@1'),
      item('copyPath', payloadValue, '4_copy@2'),
      item('copyEvent', eventRow, '4_copy@3'),
      item('renameQuery', savedQuery, '1_query@1'),
      item('deleteQuery', savedQuery, '1_query@2'),
      { submenu: submenus.copyAs, when: eventRow, group: '4_copy@4' },
      item('addColumn', payloadValue, '3_open@2'),
      item('hideColumn', `${columnHead} && column`, '1_column@1'),
      item('fitColumn', `${columnHead} && column`, '1_column@2'),
      item('configureColumns', columnHead, '2_columns@1'),
      item('resetColumns', columnHead, '2_columns@2'),
    ],
    [submenus.copyAs]: [
      item('copyValue', eventRow, '1_copy@1'),
      item('copyRow', eventRow, '1_copy@2'),
      item('copyJson', eventRow, '1_copy@3'),
      item('copyCurl', `${eventRow} && isCall`, '2_copy@1'),
      item('copyFixture', eventRow, '2_copy@2'),
    ],
    commandPalette: [
      ...Object.entries<CommandSpec>(ownCommands).flatMap(([name, { palette }]): MenuItem[] =>
        palette === undefined
          ? []
          : [{ command: commandId(name as OwnCommand), when: palette === false ? 'false' : palette }],
      ),
      ...operations.map(({ id }) => ({ command: operationCommandId(id), when: whenOffered(id) })),
    ],
  };
}
