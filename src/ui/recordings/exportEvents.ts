import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, l10n, ProgressLocation, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { liveTimeline } from '../../core/model/event.ts';
import { errorWords } from '../../core/model/text.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { gatherNames, type Anonymiser } from '../../core/playback/recording/anonymise.ts';
import { csvTable } from '../../core/playback/recording/csv.ts';
import { exportEvents, pagesOf } from '../../core/playback/recording/exportEvents.ts';
import {
  headerOfEvents,
  headerOfQuery,
  type HeaderFacts,
} from '../../core/playback/recording/recordingHeader.ts';
import { recordingLine, type RecordingHeader } from '../../core/playback/recording/recordingLines.ts';
import { nameOfFile } from '../fileNames.ts';
import type { ExportSource } from '../inspector/inspectorSession.ts';
import type { Runtime } from '../runtime.ts';
import { showError, showInformation } from '../showMessage.ts';

/** Largest file for a file system that takes files only whole. */
const maxWholeBytes = 64 * 1024 * 1024;

const emptyHeader: RecordingHeader = { gameServerOpsRecording: 1 };

/** Events that may be exported. */
type Choice = { readonly query: string } | 'selected';

/** Asks which events and where to, and writes them: a recording, gzipped or not, or CSV by the name of the file. */
export async function exportCommand(runtime: Runtime, source: ExportSource): Promise<void> {
  const choice = await askEvents(source);
  if (!choice) return;
  const names = await askNames();
  if (!names) return;
  const to = await askFile(names === 'pseudonyms' ? `${choice.name}-anonymous` : choice.name);
  if (!to) return;
  const cancelled = new AbortController();
  try {
    const written = await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t('Exporting into {0}', nameOfFile(to)),
        cancellable: true,
      },
      async (progress, token) => {
        token.onCancellationRequested(() => cancelled.abort());
        let told = 0;
        return write(runtime, source, { ...choice, names }, to, cancelled.signal, (events) => {
          const percent = Math.floor((100 * events) / Math.max(choice.count, events));
          if (percent === told) return;
          progress.report({
            message: l10n.t('{0} of {1} events', events.toLocaleString(), choice.count.toLocaleString()),
            increment: percent - told,
          });
          told = percent;
        });
      },
    );
    const message =
      written === 1
        ? l10n.t('1 event was exported into {0}.', nameOfFile(to))
        : l10n.t('{0} events were exported into {1}.', written.toLocaleString(), nameOfFile(to));
    showInformation(message, {
      [l10n.t('Open')]: () => commands.executeCommand('vscode.open', to),
    });
  } catch (error) {
    if (cancelled.signal.aborted) showInformation(l10n.t('The export was cancelled; nothing was written.'));
    else showError(l10n.t('{0} could not be written: {1}', nameOfFile(to), errorWords(error)));
  }
}

interface Chosen {
  readonly choice: Choice;
  readonly count: number;
  /** Beginning of the name of the file. */
  readonly name: string;
}

type ChosenEvents = Chosen & { readonly names: Names };

async function askEvents(source: ExportSource): Promise<Chosen | undefined> {
  const { filter, matched, total, selected, recording } = source;
  if (recording !== undefined) return { choice: { query: filter }, count: matched, name: recording };
  type Item = QuickPickItem & Chosen;
  const count = (events: number): string =>
    events === 1 ? l10n.t('1 event') : l10n.t('{0} events', events.toLocaleString());
  const items: Item[] = [];
  if (selected > 0)
    items.push({
      label: l10n.t('Selected'),
      description: count(selected),
      choice: 'selected',
      count: selected,
      name: 'selected',
    });
  if (filter !== '')
    items.push({
      label: l10n.t('Matching'),
      description: `${count(matched)} · ${filter}`,
      choice: { query: filter },
      count: matched,
      name: 'matching',
    });
  items.push({
    label: l10n.t('All'),
    description: count(total),
    choice: { query: '' },
    count: total,
    name: 'all',
  });
  return window.showQuickPick(items, {
    title: l10n.t('Export Events'),
    placeHolder: l10n.t('Which events?'),
    matchOnDescription: true,
  });
}

type Names = 'names' | 'pseudonyms';

/** Asks whether names may leave with the events. */
async function askNames(): Promise<Names | undefined> {
  const items: (QuickPickItem & { names: Names })[] = [
    { label: l10n.t('As They Are'), names: 'names' },
    {
      label: l10n.t('Anonymous'),
      detail: l10n.t(
        'Players, addresses, hosts, users, instances and connections get other names, the same one everywhere in the file.',
      ),
      names: 'pseudonyms',
    },
  ];
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Export Events'),
    placeHolder: l10n.t('With which names?'),
    ignoreFocusOut: true,
  });
  return picked?.names;
}

async function askFile(name: string): Promise<Uri | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const proposed = `${name}-events.gsops.ndjson`;
  return window.showSaveDialog({
    title: l10n.t('Export into Which File?'),
    saveLabel: l10n.t('Export'),
    // One filter, with last endings too: the dialog adds the first of it to a name whose last ending is not among them.
    filters: {
      [l10n.t('Recording (.ndjson, .ndjson.gz) or table (.csv)')]: ['gsops.ndjson', 'ndjson', 'gz', 'csv'],
    },
    defaultUri: folder ? Uri.joinPath(folder, proposed) : Uri.file(join(process.env['HOME'] ?? '', proposed)),
  });
}

async function write(
  runtime: Runtime,
  source: ExportSource,
  chosen: ChosenEvents,
  to: Uri,
  signal: AbortSignal,
  onProgress: (written: number) => void,
): Promise<number> {
  if (to.scheme === 'file') return writeFile(runtime, source, chosen, to, to.fsPath, signal, onProgress);
  const folder = await mkdtemp(join(tmpdir(), 'gso-export-'));
  try {
    const path = join(folder, 'events');
    const written = await writeFile(runtime, source, chosen, to, path, signal, onProgress);
    if ((await stat(path)).size > maxWholeBytes)
      throw new Error(l10n.t('files of “{0}” are written up to {1} MB; choose another place', to.scheme, 64));
    await workspace.fs.writeFile(to, await readFile(path));
    return written;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeFile(
  runtime: Runtime,
  source: ExportSource,
  { choice, names }: ChosenEvents,
  { path: named }: Uri,
  path: string,
  signal: AbortSignal,
  onProgress: (written: number) => void,
): Promise<number> {
  const facts = await headerFacts(runtime, source, named);
  const events = choice === 'selected' ? await source.selection() : undefined;
  const handle = choice === 'selected' ? undefined : await facts.store.query(choice.query);
  try {
    const newest = await handle?.rows({ anchor: 'newest', direction: 'older', count: 1 });
    const pages = (): AsyncIterable<readonly JournalEvent[]> | readonly (readonly JournalEvent[])[] =>
      handle ? pagesOf(handle, newest?.rows[0]?.seq ?? 0) : [events ?? []];
    const header =
      (choice === 'selected' || !handle
        ? await headerOfEvents(facts, events ?? [])
        : await headerOfQuery(facts, choice.query, handle)) ?? emptyHeader;
    const anonymiser =
      names === 'pseudonyms' ? await anonymiserOf(runtime, facts, header, signal) : undefined;
    const table = /\.csv$/i.test(named)
      ? csvTable(source.columns, source.order, (connection) =>
          anonymiser ? connection : source.nameOf(connection),
        )
      : undefined;
    const lineOf = table?.lineOf ?? recordingLine;
    return await exportEvents({
      path,
      gzip: /\.gz$/i.test(named),
      head: table?.head ?? JSON.stringify(anonymiser?.header(header) ?? header),
      pages: pages(),
      lineOf: anonymiser ? (event) => lineOf(anonymiser.event(event)) : lineOf,
      lineEnd: table ? '\r\n' : '\n',
      signal,
      onProgress,
    });
  } finally {
    handle?.close();
  }
}

/** Looks for names in all that the journal holds: what is exported may quote names that stand in other events. */
async function anonymiserOf(
  { systems, connections }: Runtime,
  { store }: HeaderFacts,
  header: RecordingHeader,
  signal: AbortSignal,
): Promise<Anonymiser> {
  await systems.loadAll();
  const own = connections.all.map(({ id, settings }) => ({ id, name: settings.name }));
  const all = await store.query('');
  try {
    const known = { ...header, connections: [...(header.connections ?? []), ...own] };
    return await gatherNames((id) => systems.get(id), known, pagesOf(all, Infinity), signal);
  } finally {
    all.close();
  }
}

/** Writes what a query finds in the live journal into a file. */
export async function exportQuery(
  runtime: Runtime,
  wanted: {
    readonly query: string;
    readonly path: string;
    readonly nameOf: (connection: string) => string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { query, path, nameOf, signal } = wanted;
  const facts = await headerFacts(runtime, { timeline: liveTimeline, nameOf }, path);
  const handle = await facts.store.query(query);
  try {
    const newest = await handle.rows({ anchor: 'newest', direction: 'older', count: 1 });
    const header = (await headerOfQuery(facts, query, handle)) ?? emptyHeader;
    await exportEvents({
      ...{ path, gzip: false, head: JSON.stringify(header), lineOf: recordingLine, lineEnd: '\n', signal },
      pages: pagesOf(handle, newest.rows[0]?.seq ?? 0),
      onProgress: () => undefined,
    });
  } finally {
    handle.close();
  }
}

async function headerFacts(
  { journals, connections, context }: Runtime,
  { timeline, nameOf }: Pick<ExportSource, 'timeline' | 'nameOf'>,
  named: string,
): Promise<HeaderFacts> {
  return {
    store: await journals.store(timeline),
    name: named.slice(named.lastIndexOf('/') + 1),
    software: `Game Server Ops ${String((context.extension.packageJSON as { version?: unknown }).version)}`,
    connections: connections.all.map(({ id, system }) => ({ id, system: system.id })),
    nameOf,
  };
}
