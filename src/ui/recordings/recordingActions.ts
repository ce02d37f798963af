import { commands, l10n, Uri, window, type QuickPickItem } from 'vscode';
import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import type { JournalStore } from '../../core/journal/store/journalStore.ts';
import type { NewRecording, Recording } from '../../core/journal/store/recordings.ts';
import { liveTimeline, type RetentionClass } from '../../core/model/event.ts';
import { errorWords, oneLine } from '../../core/model/text.ts';
import { rangeQuery, viewQuery } from '../../core/playback/recording/recordingQuery.ts';
import {
  fileNameOf,
  readTime,
  recordingName,
  recordingNote,
  writtenTime,
} from '../../core/playback/recording/recordingTexts.ts';
import { configuration } from '../configuration.ts';
import { commandId } from '../contributions/commandIds.ts';
import { recordingEditors, viewIds } from '../contributions/ids.ts';
import { nameOfFile } from '../fileNames.ts';
import { eventsText, momentText } from '../history/words.ts';
import type { Inspector, PlayedRecording } from '../inspector/inspector.ts';
import { recordedEvents } from '../playback/recordedEvents.ts';
import type { Runtime } from '../runtime.ts';
import { tellSimulated } from '../simulated/simulated.ts';
import { agreed, showError, showInformation } from '../showMessage.ts';
import { exportCommand } from './exportEvents.ts';
import type { RecordingFiles } from './recordingFiles.ts';
import type { RecordingRow } from './recordingItems.ts';
import { heldText, shownName } from './recordingWords.ts';

const minuteMs = 60_000;
/** Servers, tasks and connections, without what comes all the time. */
const rareClasses: readonly RetentionClass[] = ['lifecycle', 'task', 'control'];

/** Contents of a recording that is about to begin. */
export interface Wanted {
  /** Ids in the settings; none means all. */
  readonly connections: readonly string[];
  /** View on it. */
  readonly query: string;
}

/** Everything that is done with recordings. */
export class RecordingActions {
  readonly #runtime: Runtime;
  readonly #inspector: Inspector;
  readonly #files: RecordingFiles;

  constructor(runtime: Runtime, inspector: Inspector, files: RecordingFiles) {
    this.#runtime = runtime;
    this.#inspector = inspector;
    this.#files = files;
  }

  /** Records from now on. */
  async record(wanted: Wanted): Promise<void> {
    await this.#begin(wanted, {});
  }

  /** Asks how far back a recording reaches, and what it takes. */
  async recordSince(wanted: Wanted): Promise<void> {
    type Item = QuickPickItem & { readonly since: number };
    const now = Date.now();
    const last = (minutes: number): Item => ({
      label: l10n.t('The last {0} minutes', minutes),
      description: l10n.t('since {0}', momentText(now - minutes * minuteMs)),
      since: now - minutes * minuteMs,
    });
    const title = l10n.t('Record the Last Minutes');
    const span = await window.showQuickPick<Item>(
      [last(5), last(15), last(60), { label: l10n.t('Everything that the history has'), since: 0 }],
      { title, placeHolder: l10n.t('From when on? It goes on recording until it is stopped.') },
    );
    if (!span) return;
    const what = await window.showQuickPick<QuickPickItem & { readonly classes: readonly RetentionClass[] }>(
      [
        { label: l10n.t('All events'), classes: [] },
        {
          label: l10n.t('Without measurements and logs'),
          description: l10n.t('servers, tasks, connections and requests'),
          classes: rareClasses,
        },
      ],
      { title, placeHolder: l10n.t('Which events?'), ignoreFocusOut: true },
    );
    if (what) await this.#begin(wanted, { since: span.since, classes: what.classes });
  }

  /** Stops a recording, or the one that the user chooses among several, and asks for its name and note. */
  async stop(id: string | undefined): Promise<void> {
    const { recordings } = this.#runtime;
    await recordings.look();
    const { running } = recordings;
    if (running.length === 0 || (id !== undefined && !running.some((each) => each.id === id))) {
      showInformation(l10n.t('Nothing is being recorded.'));
      return;
    }
    const chosen = id ?? (running.length === 1 ? running[0]?.id : await chooseRunning(running));
    if (chosen === undefined) return;
    const ended = await this.#try(() => recordings.end(chosen));
    if (!ended) return;
    const title = l10n.t('Recording Stopped: {0}', heldText(ended));
    const name = await askName(title, ended.name);
    if (name === undefined) return;
    const note = await askNote(title, ended.note);
    await this.#try(() => recordings.change(chosen, { name, ...(note === undefined ? {} : { note }) }));
  }

  async show(row: RecordingRow): Promise<void> {
    if (row.row === 'recordingFile') {
      await commands.executeCommand('vscode.openWith', Uri.parse(row.uri), recordingEditors.lines);
      return;
    }
    const recording = this.#find(row);
    if (!recording) return;
    const { timelines } = this.#runtime;
    // A local replay on screen has numbers of its own.
    if (timelines.label !== undefined) await commands.executeCommand(commandId('showLive'));
    // The list keeps the focus: rows are looked at one after another, and chosen with Ctrl and Shift.
    if (timelines.label === undefined && !tellSimulated(this.#runtime))
      await this.#inspector.show(viewQuery(recording), { preserveFocus: true });
  }

  async play(row: RecordingRow): Promise<void> {
    if (row.row === 'recordingFile') {
      await commands.executeCommand(commandId('replay'), Uri.parse(row.uri));
      return;
    }
    const recording = this.#find(row);
    if (!recording) return;
    const recorded = await this.#try(async () => {
      const { fromSeq, toSeq } = recording;
      const events = await recordedEvents(await this.#store(), rangeQuery(recording), fromSeq, toSeq);
      // A local replay decodes them by their systems, of which the settings may name none any more.
      for (const system of new Set(events.map((event) => event.system)))
        await this.#runtime.systems.load(system);
      return events;
    });
    const played = recorded && { name: shownName(recording), recorded };
    if (played) await commands.executeCommand(commandId('replay'), played satisfies PlayedRecording);
  }

  async export(row: RecordingRow): Promise<void> {
    const recording = row.row === 'recording' ? this.#find(row) : undefined;
    if (!recording) return;
    await exportCommand(this.#runtime, {
      timeline: liveTimeline,
      filter: rangeQuery(recording),
      recording: fileNameOf(recording.name),
      matched: recording.events,
      total: recording.events,
      selected: 0,
      selection: () => Promise.resolve([]),
      nameOf: (connection) => this.#nameOf(connection),
      columns: [],
      order: 'arrival',
    });
  }

  async rename(row: RecordingRow): Promise<void> {
    const recording = row.row === 'recording' ? this.#find(row) : undefined;
    if (!recording) return;
    const name = await askName(l10n.t('Rename Recording'), recording.name);
    if (name !== undefined) await this.#try(() => this.#runtime.recordings.change(recording.id, { name }));
  }

  async editNote(row: RecordingRow): Promise<void> {
    const recording = row.row === 'recording' ? this.#find(row) : undefined;
    if (!recording) return;
    const note = await askNote(l10n.t('Note of “{0}”', shownName(recording)), recording.note);
    if (note !== undefined) await this.#try(() => this.#runtime.recordings.change(recording.id, { note }));
  }

  /** Asks for the time that is left of a recording. */
  async trim(row: RecordingRow): Promise<void> {
    const recording = row.row === 'recording' ? this.#find(row) : undefined;
    if (recording?.firstAt === undefined || recording.lastAt === undefined) return;
    const title = l10n.t('Trim “{0}”', shownName(recording));
    const from = await askTime(title, l10n.t('Leave out what came before'), recording.firstAt);
    if (from === undefined) return;
    const to = await askTime(title, l10n.t('Leave out what came after'), recording.lastAt, from);
    if (to === undefined) return;
    // A second that somebody writes is a whole one.
    await this.#try(() => this.#runtime.recordings.change(recording.id, { trim: { from, to: to + 999 } }));
  }

  async reveal(row: RecordingRow): Promise<void> {
    if (row.row === 'recordingFile') await commands.executeCommand('revealInExplorer', Uri.parse(row.uri));
  }

  /** Lets go of recordings and forgets files, after a question. */
  async delete(rows: readonly RecordingRow[]): Promise<void> {
    const found = rows.flatMap((row) => (row.row === 'recording' ? (this.#find(row) ?? []) : []));
    const files = rows.flatMap((row) => (row.row === 'recordingFile' ? [row.uri] : []));
    const [first] = found;
    const names = [...found.map(shownName), ...files.map((uri) => oneLine(nameOfFile(Uri.parse(uri)), 80))];
    if (names.length === 0) return;
    const question =
      names.length === 1
        ? first
          ? l10n.t('Delete the recording “{0}”?', names[0] ?? '')
          : l10n.t('Remove “{0}” from the list of recordings?', names[0] ?? '')
        : l10n.t('Delete {0} recordings?', names.length);
    const details = [
      ...(names.length > 1 ? [names.slice(0, 10).join(', ')] : []),
      ...(first
        ? [
            l10n.t(
              'What is recorded ({0}) is no longer pinned: it stays in the history as long as other events of its class, and then goes.',
              eventsText(found.reduce((sum, { events }) => sum + events, 0)),
            ),
          ]
        : []),
      ...(files.length > 0 ? [l10n.t('Files stay where they are; only the list forgets them.')] : []),
    ];
    if (!(await agreed(question, details.join('\n\n'), first ? l10n.t('Delete') : l10n.t('Remove')))) return;
    await this.#files.forget(files);
    if (first) await this.#try(() => this.#runtime.recordings.remove(found.map(({ id }) => id)));
  }

  async #begin(
    { connections, query }: Wanted,
    more: Pick<Partial<NewRecording>, 'since' | 'classes'>,
  ): Promise<void> {
    const { recordings } = this.#runtime;
    const off =
      connections.length > 0 && connections.every((id) => this.#runtime.history.settings.off.has(id));
    if (off) {
      showError(
        l10n.t(
          'The history of {0} is off: there is nothing to record.',
          connections.map((id) => this.#nameOf(id)).join(', '),
        ),
        { [l10n.t('History…')]: () => commands.executeCommand(commandId('history')) },
      );
      return;
    }
    const began = await this.#try(async () => {
      const { status } = await this.#store();
      if (!status.durable)
        throw new Error(l10n.t('events are kept in memory only at the moment, which no recording can hold'));
      return recordings.begin({
        name: this.#newName(connections),
        note: '',
        connections,
        classes: [],
        query: query.trim() === defaultQuery ? '' : query.trim(),
        ...configuration().recording,
        ...more,
      });
    });
    if (began)
      showInformation(
        began.events === 0
          ? l10n.t('Recording “{0}”.', shownName(began))
          : l10n.t('Recording “{0}”, which holds {1} already.', shownName(began), heldText(began)),
        {
          [l10n.t('Show Recordings')]: () => commands.executeCommand(`${viewIds.recordings}.focus`),
          [l10n.t('Stop')]: () =>
            commands.executeCommand(commandId('stopRecording'), { row: 'recording', id: began.id }),
        },
      );
  }

  #newName(connections: readonly string[]): string {
    const at = new Date().toLocaleString(undefined, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    });
    const names = connections.map((id) => this.#nameOf(id)).join(', ');
    return names === '' ? at : l10n.t('{0}, {1}', names, at);
  }

  #nameOf(connection: string): string {
    return oneLine(this.#runtime.connections.get(connection)?.settings.name ?? connection, 60);
  }

  #store(): Promise<JournalStore> {
    return this.#runtime.journals.store(liveTimeline);
  }

  /** The recording of a row; tells the user where another window deleted it meanwhile. */
  #find({ id }: RecordingRow & { readonly row: 'recording' }): Recording | undefined {
    const found = this.#runtime.recordings.list.find((each) => each.id === id);
    if (!found) showInformation(l10n.t('This recording was deleted.'));
    return found;
  }

  async #try<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      showError(l10n.t('That did not work with the recording: {0}', errorWords(error)));
      return undefined;
    }
  }
}

async function chooseRunning(running: readonly Recording[]): Promise<string | undefined> {
  const items = running.map((recording) => ({
    label: `$(record) ${shownName(recording)}`,
    description: heldText(recording),
    id: recording.id,
  }));
  const title = l10n.t('Stop Recording');
  return (await window.showQuickPick(items, { title, placeHolder: l10n.t('Which one?') }))?.id;
}

async function askName(title: string, name: string): Promise<string | undefined> {
  const written = await window.showInputBox({
    title,
    prompt: l10n.t('Name'),
    ignoreFocusOut: true,
    value: oneLine(name, 200),
    validateInput: (value) =>
      recordingName(value) === undefined ? l10n.t('A recording needs a name') : undefined,
  });
  return written === undefined ? undefined : recordingName(written);
}

async function askNote(title: string, note: string): Promise<string | undefined> {
  const written = await window.showInputBox({
    title,
    prompt: l10n.t('Note, may be empty'),
    ignoreFocusOut: true,
    placeHolder: l10n.t('why it was made, what to look at'),
    value: note,
  });
  return written === undefined ? undefined : recordingNote(written);
}

async function askTime(
  title: string,
  prompt: string,
  proposed: number,
  from = -Infinity,
): Promise<number | undefined> {
  const written = await window.showInputBox({
    title,
    prompt,
    ignoreFocusOut: true,
    value: writtenTime(proposed),
    validateInput: (value) => {
      const at = readTime(value);
      if (at === undefined) return l10n.t('A time such as {0}', writtenTime(proposed));
      return at < from ? l10n.t('A time after {0}', writtenTime(from)) : undefined;
    },
  });
  return written === undefined ? undefined : readTime(written);
}
