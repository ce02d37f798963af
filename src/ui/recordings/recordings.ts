import { commands, type Disposable } from 'vscode';
import { commandId } from '../contributions/commandIds.ts';
import type { OwnCommand } from '../contributions/commands.ts';
import { contextKeys } from '../contributions/ids.ts';
import type { Inspector } from '../inspector/inspector.ts';
import type { Runtime } from '../runtime.ts';
import { tellSimulated } from '../simulated/simulated.ts';
import type { RecordingActions, Wanted } from './recordingActions.ts';
import { registerRecordingEditors } from './recordingEditor.ts';
import { RecordingFiles } from './recordingFiles.ts';
import type { RecordingRow } from './recordingItems.ts';
import { showRecordingStatus } from './recordingStatus.ts';
import { RecordingsView } from './recordingsView.ts';
import { registerVirtualServers } from '../virtualServers/virtualServerCommands.ts';

/** Recordings as users meet them: their view, their item in the status bar, their editors and commands. */
export function registerRecordings(runtime: Runtime, inspector: Inspector): void {
  const { scope, context, recordings } = runtime;
  const files = scope.add(new RecordingFiles(context.globalState));
  registerRecordingEditors(runtime, inspector, (uri) => void files.remember(uri));
  const recordingsView = new RecordingsView(runtime, files);
  const { view } = recordingsView;
  registerVirtualServers(runtime, recordingsView, files);
  showRecordingStatus(runtime);
  const tellContext = (): void => {
    void commands.executeCommand('setContext', contextKeys.recording, recordings.running.length > 0);
  };
  scope.defer(recordings.onDidChange('recording context', tellContext));
  let made: Promise<RecordingActions> | undefined;
  // Most starts of VS Code record nothing.
  const actions = (): Promise<RecordingActions> =>
    (made ??= import('./recordingActions.ts').then(
      ({ RecordingActions: Actions }) => new Actions(runtime, inspector, files),
    ));
  const register = (command: OwnCommand, run: (...given: unknown[]) => unknown): Disposable =>
    scope.add(commands.registerCommand(commandId(command), run));
  register('record', async (row) => {
    if (!tellSimulated(runtime)) await (await actions()).record(wantedOf(row));
  });
  register('recordSince', async (row) => {
    if (!tellSimulated(runtime)) await (await actions()).recordSince(wantedOf(row));
  });
  register('stopRecording', async (row) => (await actions()).stop(idOf(row)));
  /** Registers a command on a row: the one of the menu, or the one that is selected. */
  const registerFor = (
    command: OwnCommand,
    run: (actions: RecordingActions, row: RecordingRow) => unknown,
  ): void => {
    register(command, async (given) => {
      const row = isRecordingRow(given) ? given : view.selection.find(isRecordingRow);
      if (row) await run(await actions(), row);
    });
  };
  registerFor('showRecording', (made, row) => made.show(row));
  registerFor('playRecording', (made, row) => made.play(row));
  registerFor('exportRecording', (made, row) => made.export(row));
  registerFor('renameRecording', (made, row) => made.rename(row));
  registerFor('noteRecording', (made, row) => made.editNote(row));
  registerFor('trimRecording', (made, row) => made.trim(row));
  registerFor('revealRecording', (made, row) => made.reveal(row));
  register('deleteRecording', async (given, all) => {
    const rows = Array.isArray(all) && all.length > 0 ? all.filter(isRecordingRow) : [];
    const chosen =
      rows.length > 0 ? rows : isRecordingRow(given) ? [given] : view.selection.filter(isRecordingRow);
    if (chosen.length > 0) await (await actions()).delete(chosen);
  });
}

/** A row of the instances stands for its connection, an inspector for its query. */
function wantedOf(given: unknown): Wanted {
  const { row, id, query } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return {
    connections: row === 'connection' && typeof id === 'string' ? [id] : [],
    query: typeof query === 'string' ? query : '',
  };
}

function isRecordingRow(value: unknown): value is RecordingRow {
  return (
    typeof value === 'object' &&
    value !== null &&
    'row' in value &&
    (value.row === 'recording' || value.row === 'recordingFile')
  );
}

function idOf(row: unknown): string | undefined {
  return isRecordingRow(row) && row.row === 'recording' ? row.id : undefined;
}
