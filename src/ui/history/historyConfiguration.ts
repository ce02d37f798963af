import { EventEmitter, workspace, type Disposable } from 'vscode';
import { readHistorySettings, type HistorySettings } from '../../core/journal/historySettings.ts';
import { configuration } from '../configuration.ts';
import { prefix } from '../contributions/commandIds.ts';

/** The settings of the history, read anew with each change. */
export class HistoryConfiguration implements Disposable {
  /** Folder of the history until this window is reloaded. */
  readonly folder: string;
  readonly #storage: string;
  readonly #changed = new EventEmitter<void>();
  readonly #listener: Disposable;
  #settings: HistorySettings;
  readonly onDidChange = this.#changed.event;

  /** `storage` is the folder that is used where the settings name none. */
  constructor(storage: string) {
    this.#storage = storage;
    this.#settings = readHistorySettings(configuration().history);
    this.folder = this.wantedFolder;
    this.#listener = workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(`${prefix}.history`)) return;
      this.#settings = readHistorySettings(configuration().history);
      this.#changed.fire();
    });
  }

  get settings(): HistorySettings {
    return this.#settings;
  }

  /** Folder of the history after a reload. */
  get wantedFolder(): string {
    return this.#settings.folder ?? this.#storage;
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }
}
