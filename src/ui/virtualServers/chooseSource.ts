import { l10n, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { oneLine } from '../../core/model/text.ts';
import { nameOfFile } from '../fileNames.ts';
import type { RecordingFiles } from '../recordings/recordingFiles.ts';
import { heldText, shownName } from '../recordings/recordingWords.ts';
import type { Runtime } from '../runtime.ts';
import { showInformation } from '../showMessage.ts';
import { fileSource, journalSource, type ServableSource } from './servableSources.ts';

/** The recording of a row, the file of an editor or of the explorer; asks where nothing is given. */
export async function chooseSource(
  runtime: Runtime,
  files: RecordingFiles,
  given: unknown,
): Promise<ServableSource | undefined> {
  const uri = given instanceof Uri ? given : fileOfRow(given);
  if (uri) return remembered(runtime, files, uri);
  const id = idOfRow(given);
  if (id === undefined) return ask(runtime, files);
  const recording = runtime.recordings.list.find((each) => each.id === id);
  if (!recording) showInformation(l10n.t('This recording was deleted.'));
  return recording && journalSource(runtime, recording);
}

async function ask(runtime: Runtime, files: RecordingFiles): Promise<ServableSource | undefined> {
  await runtime.recordings.look();
  type Item = QuickPickItem & { readonly source: () => Promise<ServableSource | undefined> };
  const recordings = runtime.recordings.list
    .filter(({ events }) => events > 0)
    .map((recording): Item => ({
      label: `$(pinned) ${shownName(recording)}`,
      description: heldText(recording),
      source: () => Promise.resolve(journalSource(runtime, recording)),
    }))
    .reverse();
  const opened = files.uris.map((address): Item => {
    const uri = Uri.parse(address);
    const place = workspace.asRelativePath(uri, true);
    return {
      label: `$(file) ${oneLine(nameOfFile(uri), 80)}`,
      description: oneLine(place, 200),
      source: () => remembered(runtime, files, uri),
    };
  });
  const open: Item = {
    label: `$(folder-opened) ${l10n.t('Open File…')}`,
    source: () => askFile(runtime, files),
  };
  const picked = await window.showQuickPick([...recordings, ...opened, open], {
    title: l10n.t('Serve as Virtual Server'),
    placeHolder: l10n.t('Which recording?'),
    matchOnDescription: true,
  });
  return picked?.source();
}

async function askFile(runtime: Runtime, files: RecordingFiles): Promise<ServableSource | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const chosen = await window.showOpenDialog({
    title: l10n.t('Serve which recording?'),
    openLabel: l10n.t('Serve'),
    filters: { [l10n.t('Event recordings')]: ['ndjson', 'jsonl', 'gz'], [l10n.t('All files')]: ['*'] },
    ...(folder ? { defaultUri: folder } : {}),
  });
  return chosen?.[0] && remembered(runtime, files, chosen[0]);
}

/** A file that is served has its row, and the server is below it. */
async function remembered(runtime: Runtime, files: RecordingFiles, uri: Uri): Promise<ServableSource> {
  if (!files.uris.includes(uri.toString())) await files.remember(uri);
  return fileSource(runtime, uri);
}

function fileOfRow(given: unknown): Uri | undefined {
  const { row, uri } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return row === 'recordingFile' && typeof uri === 'string' ? Uri.parse(uri) : undefined;
}

function idOfRow(given: unknown): string | undefined {
  const { row, id } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return row === 'recording' && typeof id === 'string' ? id : undefined;
}
