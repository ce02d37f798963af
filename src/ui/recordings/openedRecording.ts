import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FileType, l10n, type Uri, workspace, type CustomDocument } from 'vscode';
import { errorWords } from '../../core/model/text.ts';
import { importRecording, type ImportState } from '../../core/playback/recording/importRecording.ts';
import type { RecordingNotice } from '../../rpc/inspector.ts';
import { nameOfFile } from '../fileNames.ts';
import type { Runtime } from '../runtime.ts';
import { Throttle } from '../throttle.ts';
import { translate } from '../translate.ts';

/** Largest file of a file system that can only be read whole. */
const maxWholeBytes = 64 * 1024 * 1024;
/** Least time between two looks of the page at how far the reading is. */
const progressEveryMs = 250;

let opened = 0;

/** A recording that is open in an editor: its events stand on a timeline of their own, in a journal that goes with it. */
export class OpenedRecording implements CustomDocument {
  readonly uri: Uri;
  /** Timeline of its events. */
  readonly id: string;
  readonly label: string;
  readonly #runtime: Runtime;
  readonly #closed = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #progress: Throttle;
  #size = 0;
  #state: ImportState | undefined;
  #failure = '';

  constructor(runtime: Runtime, uri: Uri) {
    this.#runtime = runtime;
    this.uri = uri;
    this.id = `recording-${String(++opened)}`;
    this.label = nameOfFile(uri);
    this.#progress = new Throttle(progressEveryMs, () => {
      for (const listener of this.#listeners) listener();
    });
    void this.#read();
  }

  /** Beginning, progress and end of the reading, for people. */
  get notice(): RecordingNotice {
    const state = this.#state;
    if (this.#failure !== '') return { name: this.label, text: '', problem: this.#failure };
    if (!state) return { name: this.label, text: l10n.t('Reading…'), problem: '' };
    const problems = [
      ...(state.cut ? [translate(state.cut)] : []),
      ...(state.problems > 0
        ? [
            l10n.t(
              '{0} lines hold no event, such as {1}.',
              state.problems,
              state.firstProblems.slice(0, 1).map(translate).join(),
            ),
          ]
        : []),
    ];
    return { name: this.label, text: progressText(state, this.#size), problem: problems.join(' ') };
  }

  /** Name of a connection in the recording. */
  nameOf(connection: string): string | undefined {
    const { connections } = this.#state?.header ?? {};
    if (!Array.isArray(connections)) return undefined;
    const found: unknown = connections.find(
      (each: unknown) => (each as { id?: unknown } | null)?.id === connection,
    );
    const name = (found as { name?: unknown } | undefined)?.name;
    return typeof name === 'string' ? name : undefined;
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#closed.abort();
    this.#listeners.clear();
    this.#progress.dispose();
    void this.#runtime.journals.drop(this.id);
  }

  async #read(): Promise<void> {
    const { systems, journals } = this.#runtime;
    try {
      const content = await this.#content();
      await importRecording({
        content,
        store: await journals.store(this.id),
        plainSystem: systems.ids[0] ?? '',
        name: this.label,
        loadSystem: (system) => systems.load(system),
        decoderOf: (system) => systems.get(system)?.decoder,
        signal: this.#closed.signal,
        onProgress: (state) => {
          this.#state = state;
          this.#progress.ask();
        },
      });
    } catch (error) {
      this.#failure = l10n.t('The file could not be opened: {0}', errorWords(error));
      this.#progress.ask();
    }
  }

  async #content(): Promise<Readable> {
    if (this.uri.scheme === 'file') {
      const found = await stat(this.uri.fsPath);
      if (!found.isFile()) throw new Error(l10n.t('it is no file'));
      this.#size = found.size;
      return createReadStream(this.uri.fsPath);
    }
    const { size, type } = await workspace.fs.stat(this.uri);
    if ((type & FileType.File) === 0) throw new Error(l10n.t('it is no file'));
    if (size > maxWholeBytes)
      throw new Error(
        l10n.t('files of “{0}” are read up to {1} MB; save it on this machine first', this.uri.scheme, 64),
      );
    this.#size = size;
    return Readable.from([Buffer.from(await workspace.fs.readFile(this.uri))]);
  }
}

function progressText({ done, bytes, events, header }: ImportState, size: number): string {
  if (!done) {
    const percent = size > 0 ? Math.min(99, Math.floor((100 * bytes) / size)) : 0;
    return l10n.t('Reading… {0} %', percent);
  }
  if (events === 0) return l10n.t('The file holds no event.');
  const written = typeof header?.from === 'string' ? new Date(header.from) : undefined;
  return written && !Number.isNaN(written.getTime())
    ? l10n.t('Recorded from {0}', written.toLocaleString())
    : '';
}
