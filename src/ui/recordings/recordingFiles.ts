import { EventEmitter, Uri, type Disposable, type Memento } from 'vscode';

const key = 'recordingFiles';
/** Files beyond it are forgotten, those opened longest ago first. */
const maxFiles = 50;

/** Names of files that hold events, a line each. */
const isRecordingFile = /\.(?:ndjson|jsonl)(?:\.gz)?$/i;

/** Recording files that were opened or dropped, the last one first; remembered by their addresses. */
export class RecordingFiles implements Disposable {
  readonly #memento: Memento;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  get uris(): readonly string[] {
    const kept = this.#memento.get<unknown>(key);
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string').slice(0, maxFiles) : [];
  }

  async remember(uri: Uri): Promise<void> {
    const address = uri.toString();
    await this.#keep([address, ...this.uris.filter((each) => each !== address)].slice(0, maxFiles));
  }

  async forget(addresses: readonly string[]): Promise<void> {
    await this.#keep(this.uris.filter((each) => !addresses.includes(each)));
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #keep(addresses: readonly string[]): Promise<void> {
    await this.#memento.update(key, addresses);
    this.#changed.fire();
  }
}

/** The addresses of a dropped list: recordings, and all others. */
export function droppedFiles(list: string): {
  readonly recordings: readonly Uri[];
  readonly others: readonly Uri[];
} {
  const uris = list
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => Uri.parse(line.trim()));
  return {
    recordings: uris.filter(({ path }) => isRecordingFile.test(path)),
    others: uris.filter(({ path }) => !isRecordingFile.test(path)),
  };
}
