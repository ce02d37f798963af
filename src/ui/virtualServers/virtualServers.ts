import { networkInterfaces } from 'node:os';
import { commands, env, EventEmitter, l10n, window, type MarkdownString, type TreeItem } from 'vscode';
import { errorWords, unstopped } from '../../core/model/text.ts';
import type { VirtualServer } from '../../core/playback/serving/virtualServer.ts';
import { commandId } from '../contributions/commandIds.ts';
import { contextKeys, viewIds } from '../contributions/ids.ts';
import type { RecordingFiles } from '../recordings/recordingFiles.ts';
import type {
  RecordingsView,
  VirtualPartRow,
  VirtualRow,
  VirtualRows,
  VirtualServerRow,
} from '../recordings/recordingsView.ts';
import type { Runtime } from '../runtime.ts';
import { isTrusted, showError, showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';
import { addAsConnection, offerRemoval } from './addAsConnection.ts';
import { chooseSource } from './chooseSource.ts';
import { ClientMessages } from './clientMessages.ts';
import type { ServableSource } from './servableSources.ts';
import { inProgress } from './inProgress.ts';
import { startServer } from './startServer.ts';
import { askServeOptions, askSpeed, type ServeOptions } from './serveQuestions.ts';
import { virtualPartItem, virtualServerItem, virtualServerTooltip } from './virtualItems.ts';
import { addressOf, copiedOf, type VirtualFacts } from './virtualRows.ts';
import type { VirtualServerCommand } from './virtualServerCommands.ts';
import { changedRows, drawingOf, type Drawing } from './drawnRows.ts';

/** A virtual server of this window. */
export interface Served {
  readonly row: VirtualServerRow;
  readonly server: VirtualServer;
  /** Name of the recording. */
  readonly name: string;
  readonly facts: VirtualFacts;
}

interface Kept extends Served {
  readonly parts: Map<string, VirtualPartRow>;
  /** Rows as VS Code was told of them last. */
  drawing: Drawing;
}

/** The virtual servers of this window, and their rows below the recordings. */
export class VirtualServers implements VirtualRows {
  readonly #runtime: Runtime;
  readonly #view: RecordingsView;
  readonly #files: RecordingFiles;
  readonly #changed = new EventEmitter<VirtualRow[] | undefined>();
  readonly #served = new Map<string, Kept>();
  readonly #messages: ClientMessages;
  /** Ends what is about to begin. */
  readonly #over = new AbortController();
  readonly #starting = new Set<Promise<void>>();
  #lastId = 0;
  readonly onDidChange = this.#changed.event;

  constructor(runtime: Runtime, view: RecordingsView, files: RecordingFiles) {
    this.#runtime = runtime;
    this.#view = view;
    this.#files = files;
    this.#messages = new ClientMessages(runtime.scope, (id) => this.#served.get(id)?.server.sent);
    runtime.scope.add(this.#changed);
    runtime.scope.add(
      view.view.onDidChangeVisibility(({ visible }) => {
        if (visible) for (const kept of this.#served.values()) this.#draw(kept);
      }),
    );
  }

  get servers(): readonly VirtualServerRow[] {
    return [...this.#served.values()].map(({ row }) => row);
  }

  partsOf({ id }: VirtualServerRow): readonly VirtualPartRow[] {
    const kept = this.#served.get(id);
    return kept ? [...kept.drawing.parts.keys()].map((part) => partRow(kept, part)) : [];
  }

  item(row: VirtualRow): TreeItem | undefined {
    const kept = this.#of(row);
    if (!kept) return undefined;
    return row.row === 'virtual' ? virtualServerItem(row, kept.facts) : virtualPartItem(row, kept.facts);
  }

  tooltip(row: VirtualServerRow): MarkdownString | undefined {
    const kept = this.#of(row);
    return kept && virtualServerTooltip(kept.name, kept.facts);
  }

  /** Runs a command with what VS Code gives to it: the row of a menu, or the rows that are selected. */
  async run(command: VirtualServerCommand, [given, all]: readonly unknown[]): Promise<void> {
    if (command === 'serveRecording') {
      await this.#serve(given);
      return;
    }
    const selected: readonly unknown[] = command === 'stopVirtualServer' && Array.isArray(all) ? all : [];
    const rows = [given, ...selected.filter((row) => isVirtualRow(row) && row.row === 'virtual')];
    const chosen = rows.flatMap((row) => this.#of(row) ?? []);
    const kept = chosen.length > 0 ? [...new Set(chosen)] : await this.#choose();
    for (const one of kept) await this.#runOn(command, one, given);
  }

  /** Stops all, also what is about to begin. */
  async end(): Promise<void> {
    this.#over.abort();
    await Promise.allSettled(this.#starting);
    await Promise.allSettled([...this.#served.values()].map(({ server }) => server.stop()));
  }

  async #runOn(
    command: Exclude<VirtualServerCommand, 'serveRecording'>,
    kept: Kept,
    given: unknown,
  ): Promise<void> {
    const { server, facts, row } = kept;
    switch (command) {
      case 'stopVirtualServer':
        return this.#stop(kept);
      case 'playVirtualServer':
        server.take({ wish: 'play' });
        return;
      case 'pauseVirtualServer':
        server.take({ wish: 'pause' });
        return;
      case 'virtualServerSpeed': {
        const speed = await askSpeed(l10n.t('Speed of the Virtual Server'));
        if (speed !== undefined) server.take({ wish: 'speed', speed });
        return;
      }
      case 'addVirtualServer':
        return addAsConnection(this.#runtime, kept);
      case 'copyVirtualSettings':
        return copy(JSON.stringify(facts.settings, null, 2));
      case 'copyVirtualValue': {
        const value =
          isVirtualRow(given) && given.row === 'virtualPart' ? copiedOf(facts, given.part) : undefined;
        if (value !== undefined) await copy(value);
        return;
      }
      case 'showClientMessages':
        return this.#messages.show(row.id, facts.label);
    }
  }

  async #serve(given: unknown): Promise<void> {
    if (!isTrusted(l10n.t('Virtual servers run only in a trusted workspace, as everything here does.')))
      return;
    const source = await chooseSource(this.#runtime, this.#files, given);
    if (!source) return;
    const serving = this.#ask(source).catch((error: unknown) => {
      if (this.#over.signal.aborted) return;
      showError(l10n.t('{0} could not be served: {1}.', source.name, unstopped(errorWords(error))));
    });
    this.#starting.add(serving);
    await serving.finally(() => this.#starting.delete(serving));
  }

  /** From the questions to the row. */
  async #ask(source: ServableSource): Promise<void> {
    const { systems } = this.#runtime;
    const over = this.#over.signal;
    const found = await inProgress(l10n.t('Reading {0}', source.name), over, (signal) =>
      source.parts(signal),
    );
    const parts = found?.filter(({ system }) => systems.has(system));
    if (!parts) return;
    if (parts.length === 0)
      throw new Error(l10n.t('it holds no message that a server sent unasked, such as an event'));
    const options = await askServeOptions(l10n.t('Serve {0}', source.name), parts, systems);
    if (!options) return;
    const server = await inProgress(l10n.t('Starting a virtual {0}', options.label), over, (signal) =>
      startServer(this.#runtime, source, options, signal),
    );
    if (!server) return;
    if (over.aborted) await server.stop();
    else await this.#keep(source, options, server);
  }

  async #keep(
    { id: source, name }: ServableSource,
    { label, reach }: ServeOptions,
    server: VirtualServer,
  ): Promise<void> {
    const row: VirtualServerRow = { row: 'virtual', id: String(++this.#lastId), source };
    const hosts = reach === 'network' ? ownIPv4() : [];
    const facts: VirtualFacts = {
      ...{
        label,
        reach,
        hosts,
        settings: server.settings,
        password: server.password,
        problems: server.problems,
      },
      get clients() {
        return server.clients;
      },
      get sent() {
        return server.sent;
      },
      get place() {
        return server.place;
      },
    };
    const kept: Kept = { row, server, name, facts, parts: new Map(), drawing: drawingOf(facts) };
    this.#served.set(row.id, kept);
    this.#tellCount();
    server.onDidChange(() => {
      if (this.#view.view.visible) this.#draw(kept);
      this.#messages.changed(row.id);
    });
    void server.ended.then(async (words) => {
      if (!words) return;
      showError(l10n.t('{0}: {1}', name, translate(words)));
      await this.#stop(kept);
    });
    this.#changed.fire(undefined);
    await commands.executeCommand(`${viewIds.recordings}.focus`);
    // The view may be read anew just now, and then does not know the row yet.
    await this.#view.view.reveal(row, { select: true, expand: true }).then(undefined, () => undefined);
    const address = addressOf(facts.settings);
    showInformation(l10n.t('A virtual {0} serves {1} at {2}.', label, name, address), {
      [l10n.t('Add as Connection')]: () => commands.executeCommand(commandId('addVirtualServer'), row),
    });
  }

  async #stop(kept: Kept): Promise<void> {
    await kept.server.stop();
    this.#forget(kept);
    await offerRemoval(this.#runtime, kept);
  }

  #forget({ row }: Kept): void {
    if (!this.#served.delete(row.id)) return;
    this.#tellCount();
    this.#changed.fire(undefined);
  }

  #tellCount(): void {
    void commands.executeCommand('setContext', contextKeys.serving, this.#served.size > 0);
  }

  /** Tells VS Code of the rows that say something else than is drawn. */
  #draw(kept: Kept): void {
    const now = drawingOf(kept.facts);
    const changed = changedRows(kept.drawing, now);
    kept.drawing = now;
    for (const part of kept.parts.keys()) if (!now.parts.has(part)) kept.parts.delete(part);
    if (changed === 'server') this.#changed.fire([kept.row]);
    else if (changed.length > 0) this.#changed.fire(changed.map((part) => partRow(kept, part)));
  }

  async #choose(): Promise<readonly Kept[]> {
    const all = [...this.#served.values()];
    if (all.length === 0) showInformation(l10n.t('There is no virtual server.'));
    if (all.length <= 1) return all;
    const items = all.map((kept) => ({
      label: l10n.t('Virtual {0}', kept.facts.label),
      description: addressOf(kept.facts.settings),
      detail: kept.name,
      kept,
    }));
    const picked = await window.showQuickPick(items, { placeHolder: l10n.t('Which virtual server?') });
    return picked ? [picked.kept] : [];
  }

  #of(row: unknown): Kept | undefined {
    if (!isVirtualRow(row)) return undefined;
    return this.#served.get(row.row === 'virtual' ? row.id : row.server.id);
  }
}

/** The same object for the same row: VS Code keeps the selection by identity. */
function partRow({ row: server, parts }: Kept, part: string): VirtualPartRow {
  const row = parts.get(part) ?? { row: 'virtualPart', server, part };
  parts.set(part, row);
  return row;
}

function isVirtualRow(value: unknown): value is VirtualRow {
  return (
    typeof value === 'object' &&
    value !== null &&
    'row' in value &&
    (value.row === 'virtual' || value.row === 'virtualPart')
  );
}

async function copy(value: string): Promise<void> {
  await env.clipboard.writeText(value);
  window.setStatusBarMessage(l10n.t('Copied'), 3000);
}

/** Addresses of this machine that others in its networks reach. */
function ownIPv4(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}
