import {
  commands,
  DataTransferItem,
  EventEmitter,
  l10n,
  window,
  type DataTransfer,
  type Event,
  type MarkdownString,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
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

export interface VirtualServerRow {
  readonly row: 'virtual';
  readonly id: string;
  /** Id of the recording that is served, or address of the file. */
  readonly source: string;
}

export interface VirtualPartRow {
  readonly row: 'virtualPart';
  readonly server: VirtualServerRow;
  /** Tells it apart from the others of its server. */
  readonly part: string;
}

export type VirtualRow = VirtualServerRow | VirtualPartRow;

/** Virtual servers as rows below the recordings that they serve. */
export interface VirtualRows {
  readonly servers: readonly VirtualServerRow[];
  /** Tells of rows that changed; of nothing where servers came or went. */
  readonly onDidChange: Event<VirtualRow[] | undefined>;
  partsOf(server: VirtualServerRow): readonly VirtualPartRow[];
  item(row: VirtualRow): TreeItem | undefined;
  tooltip(row: VirtualServerRow): MarkdownString | undefined;
}

type ViewRow = RecordingRow | VirtualRow;

/** The view of recordings: those of the journal, the newest first, then files; virtual servers below what they serve. */
export class RecordingsView implements TreeDataProvider<ViewRow> {
  readonly #runtime: Runtime;
  readonly #files: RecordingFiles;
  readonly #changed = new EventEmitter<ViewRow[] | undefined>();
  readonly #rows = new Map<string, RecordingRow>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: TreeView<ViewRow>;
  #virtual: VirtualRows | undefined;

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

  /** Shows virtual servers too, from the first one on. */
  showVirtual(rows: VirtualRows): void {
    this.#virtual = rows;
    this.#runtime.scope.add(rows.onDidChange((changed) => this.#changed.fire(changed)));
  }

  getChildren(row?: ViewRow): ViewRow[] {
    if (row?.row === 'virtualPart') return [];
    if (row?.row === 'virtual') return [...(this.#virtual?.partsOf(row) ?? [])];
    const servers = this.#virtual?.servers ?? [];
    if (row) return servers.filter(({ source }) => source === sourceOf(row));
    const recordings = this.#recordings();
    const sources = new Set(recordings.map(sourceOf));
    return [...servers.filter(({ source }) => !sources.has(source)), ...recordings];
  }

  getParent(row: ViewRow): ViewRow | undefined {
    if (row.row === 'virtualPart') return row.server;
    if (row.row !== 'virtual') return undefined;
    return this.#recordings().find((recording) => sourceOf(recording) === row.source);
  }

  async getTreeItem(row: ViewRow): Promise<TreeItem> {
    if (row.row === 'virtual' || row.row === 'virtualPart')
      return this.#virtual?.item(row) ?? new TreeItem('');
    const item = await this.#recordingItem(row);
    if (this.getChildren(row).length > 0) item.collapsibleState = TreeItemCollapsibleState.Expanded;
    return item;
  }

  /** Tooltips are made when somebody points at a row. */
  async resolveTreeItem(item: TreeItem, row: ViewRow): Promise<TreeItem> {
    const { recordingTooltip } = await import('./recordingItems.ts');
    const recording = row.row === 'recording' ? this.#recording(row.id) : undefined;
    if (recording) item.tooltip = recordingTooltip(recording, this.#nameOf);
    const tooltip = row.row === 'virtual' ? this.#virtual?.tooltip(row) : undefined;
    if (tooltip) item.tooltip = tooltip;
    return item;
  }

  #recordings(): RecordingRow[] {
    const { list } = this.#runtime.recordings;
    return [
      ...list.map(({ id }) => this.#row({ row: 'recording', id })).reverse(),
      ...this.#files.uris.map((uri) => this.#row({ row: 'recordingFile', uri })),
    ];
  }

  async #recordingItem(row: RecordingRow): Promise<TreeItem> {
    // Loaded with the first row: most windows show none.
    const { recordingFileItem, recordingItem } = await import('./recordingItems.ts');
    if (row.row === 'recordingFile') return recordingFileItem(row);
    const recording = this.#recording(row.id);
    return recording ? recordingItem(row, recording, this.#nameOf) : new TreeItem('');
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
    const id = sourceOf(row);
    const known = this.#rows.get(id);
    if (known) return known;
    this.#rows.set(id, row);
    return row;
  }
}

/** The id by which virtual servers know the recording of a row. */
function sourceOf(row: RecordingRow): string {
  return row.row === 'recording' ? row.id : row.uri;
}
