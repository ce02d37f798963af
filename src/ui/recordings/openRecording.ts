import { commands, l10n, window, workspace } from 'vscode';
import { recordingEditors } from '../contributions/ids.ts';

/** Asks for a recording, or any lines of JSON, and opens it in an inspector of its own. */
export async function openRecording(): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const chosen = await window.showOpenDialog({
    title: l10n.t('Open which recording?'),
    filters: { [l10n.t('Event recordings')]: ['ndjson', 'jsonl', 'gz'], [l10n.t('All files')]: ['*'] },
    ...(folder ? { defaultUri: folder } : {}),
  });
  for (const uri of chosen ?? [])
    await commands.executeCommand('vscode.openWith', uri, recordingEditors.lines);
}
