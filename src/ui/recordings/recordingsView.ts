import {
  commands,
  DataTransferItem,
  EventEmitter,
  l10n,
  window,
  type DataTransfer,
  type TreeDataProvider,
  TreeItem,
  type TreeView,
} from 'vscode';
import type { Recording } from '../../core/journal/store/recordings.ts';
import { recordingEditors, viewIds } from '../contributions/ids.ts';
import { nameOfFile } from '../fileNames.ts';
import type { Runtime } from '../runtime.ts';
import { showWarning } from '../showMessage.ts';
import { droppedFiles, type RecordingFiles } from './recordingFiles.ts';
import type { RecordingRow } from './recordingItems.ts';

const uriList = 'text/uri-list';

/** The view of recordings: those of the journal, the newest first, then files. */
export class RecordingsView implements TreeDataProvider<RecordingRow> {
  readonly #runtime: Runtime;
  readonly #files: RecordingFiles;
  readonly #changed = new EventEmitter<undefined>();
  readonly #rows = new Map<string, RecordingRow>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: TreeView<RecordingRow>;

  constructor(runtime: Runtime, files: RecordingFiles) {
    this.#runtime = runtime;
    this.#files = files;
    const { scope, recordings } = runtime;
    this.view = scope.add(
      window.createTreeView(viewIds.recordings, {
        treeDataProvider: this,
        canSelectMany: true,
        dragAndDropController: {
          dropMimeTypes: [uriList],
          dragMimeTypes: [],
          handleDrop: (_target, dropped) => this.#drop(dropped),
        },
      }),
    );
    scope.add(this.#changed);
    scope.defer(recordings.onDidChange('recordings view', () => this.#changed.fire(undefined)));
    scope.add(files.onDidChange(() => this.#changed.fire(undefined)));
  }

  getChildren(row?: RecordingRow): RecordingRow[] {
    if (row) return [];
    const { list } = this.#runtime.recordings;
    return [
      ...list.map(({ id }) => this.#row({ row: 'recording', id })).reverse(),
      ...this.#files.uris.map((uri) => this.#row({ row: 'recordingFile', uri })),
    ];
  }

  async getTreeItem(row: RecordingRow): Promise<TreeItem> {
    // Loaded with the first row: most windows show none.
    const { recordingFileItem, recordingItem } = await import('./recordingItems.ts');
    if (row.row === 'recordingFile') return recordingFileItem(row);
    const recording = this.#recording(row.id);
    return recording ? recordingItem(row, recording, this.#nameOf) : new TreeItem('');
  }

  /** Tooltips are made when somebody points at a row. */
  async resolveTreeItem(item: TreeItem, row: RecordingRow): Promise<TreeItem> {
    const { recordingTooltip } = await import('./recordingItems.ts');
    const recording = row.row === 'recording' ? this.#recording(row.id) : undefined;
    if (recording) item.tooltip = recordingTooltip(recording, this.#nameOf);
    return item;
  }

  #recording(id: string): Recording | undefined {
    return this.#runtime.recordings.list.find((each) => each.id === id);
  }

  readonly #nameOf = (connection: string): string =>
    this.#runtime.connections.get(connection)?.settings.name ?? connection;

  async #drop(dropped: DataTransfer): Promise<void> {
    const list = dropped.get(uriList);
    if (!(list instanceof DataTransferItem)) return;
    const { recordings, others } = droppedFiles(await list.asString());
    if (others.length > 0)
      showWarning(
        l10n.t(
          '{0} is no recording: files with events end with .ndjson or .jsonl, also with .gz behind it.',
          others.map(nameOfFile).slice(0, 3).join(', '),
        ),
      );
    for (const uri of recordings) {
      await this.#files.remember(uri);
      await commands.executeCommand('vscode.openWith', uri, recordingEditors.lines);
    }
  }

  /** The same object for the same row: VS Code keeps the selection by identity. */
  #row(row: RecordingRow): RecordingRow {
    const id = row.row === 'recording' ? row.id : row.uri;
    const known = this.#rows.get(id);
    if (known) return known;
    this.#rows.set(id, row);
    return row;
  }
}
