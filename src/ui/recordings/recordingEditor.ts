import { window, type CustomReadonlyEditorProvider, type Uri, type WebviewPanel } from 'vscode';
import { recordingEditors } from '../contributions/ids.ts';
import type { Inspector } from '../inspector/inspector.ts';
import type { Runtime } from '../runtime.ts';
import type { OpenedRecording } from './openedRecording.ts';

/** Opens recordings, and by "Reopen With" any lines of JSON, in an inspector that only reads them. */
export function registerRecordingEditors(
  runtime: Runtime,
  inspector: Inspector,
  opened: (uri: Uri) => void,
): void {
  const provider: CustomReadonlyEditorProvider<OpenedRecording> = {
    openCustomDocument: async (uri: Uri) => {
      const { OpenedRecording: Recording } = await import('./openedRecording.ts');
      opened(uri);
      return new Recording(runtime, uri);
    },
    resolveCustomEditor: (recording, panel: WebviewPanel) => inspector.showRecording(panel, recording),
  };
  for (const viewType of Object.values(recordingEditors))
    runtime.scope.add(
      window.registerCustomEditorProvider(viewType, provider, { supportsMultipleEditorsPerDocument: true }),
    );
}
