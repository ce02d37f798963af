import { join } from 'node:path';
import { homedir } from 'node:os';
import { commands, ConfigurationTarget, env, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import { journalError } from '../../core/journal/store/journalError.ts';
import type { Query } from '../../core/journal/store/messages.ts';
import type { DeletionScope } from '../../core/journal/store/deletion.ts';
import type { JournalStore } from '../../core/journal/store/journalStore.ts';
import type { RetentionClass } from '../../core/model/event.ts';
import { oneLine, type Text } from '../../core/model/text.ts';
import { prefix } from '../contributions/commandIds.ts';
import { agreed, showError, showInformation } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import { historyAction, openSettings } from './history.ts';
import { amountText, classLabel, eventsText, sizeText } from './words.ts';

interface Amount {
  readonly count: number;
  readonly bytes: number;
}

const dayMs = 86_400_000;

/** Actions on the history. Each asks before anything goes, and tells its result in one message. */
export class HistoryActions {
  readonly #runtime: Runtime;
  readonly #store: JournalStore;

  constructor(runtime: Runtime, store: JournalStore) {
    this.#runtime = runtime;
    this.#store = store;
  }

  async copyPath(path: string): Promise<void> {
    await env.clipboard.writeText(path);
    window.setStatusBarMessage(l10n.t('$(check) The path of the history is copied'), 3000);
  }

  async reveal(path: string): Promise<void> {
    await commands.executeCommand('revealFileInOS', Uri.file(path));
  }

  /** Says in full why events are in memory only: the page has room for one line. */
  async explain(why: Text | undefined): Promise<void> {
    const settings = l10n.t('Open Settings');
    const chosen = await window.showWarningMessage(
      l10n.t('Events are kept in memory only, and are lost when this window closes.'),
      { modal: true, detail: why ? translate(why) : '' },
      settings,
    );
    if (chosen === settings) await openSettings();
  }

  /** Writes the events of a connection from now on, or no more. */
  async switchHistory(id: string, name: string, on: boolean): Promise<void> {
    const ids = new Set(this.#runtime.history.settings.off);
    if (on) ids.delete(id);
    else ids.add(id);
    await workspace.getConfiguration(prefix).update('history.off', [...ids], ConfigurationTarget.Global);
    this.#tell(
      on
        ? l10n.t('Events of {0} are kept from now on.', name)
        : l10n.t(
            'Events of {0} are not kept any more. Those that were kept stay until you delete them.',
            name,
          ),
    );
  }

  async deleteConnection(connection: string, name: string, amount: Amount | undefined): Promise<void> {
    await this.#delete(
      { connection },
      l10n.t('Delete the history of {0}?', name),
      l10n.t(
        'This deletes {0}, and with them tasks, charts and the last known states of its servers. The connection stays.',
        amountText(amount ?? { count: 0, bytes: 0 }),
      ),
    );
  }

  async deleteClass(retention: RetentionClass, amount: Amount): Promise<void> {
    await this.#delete(
      { retention },
      l10n.t('Delete all events of the class "{0}"?', classLabel(retention)),
      l10n.t('This deletes {0}, of all connections.', amountText(amount)),
    );
  }

  async deleteOlder(): Promise<void> {
    const ages = [
      { label: l10n.t('Older than a day'), days: 1 },
      { label: l10n.t('Older than a week'), days: 7 },
      { label: l10n.t('Older than 30 days'), days: 30 },
      { label: l10n.t('Older than a year'), days: 365 },
      { label: l10n.t('All events'), days: 0 },
    ];
    const age = await window.showQuickPick(ages, { title: l10n.t('Delete Older Events') });
    if (!age) return;
    const before = Date.now() - age.days * dayMs;
    const count = await this.#count({ where: 'e.receivedAt < ?', params: [before], needs: 'events' });
    if (count === undefined) return;
    if (count === 0) {
      this.#tell(l10n.t('No event is that old.'));
      return;
    }
    const question =
      age.days === 0
        ? l10n.t('Delete all events?')
        : l10n.t('Delete the events from before {0}?', new Date(before).toLocaleString());
    await this.#delete(
      { before },
      question,
      l10n.t('This deletes {0}, of all connections.', eventsText(count)),
    );
  }

  async deleteNaming(): Promise<void> {
    const given = await window.showInputBox({
      title: l10n.t('Delete Everything That Names…'),
      prompt: l10n.t(
        'Name of a player or any other text, in any case. You see how much it is before anything goes.',
      ),
      validateInput: (value) =>
        value.trim().length < 2 ? l10n.t('At least two characters are needed.') : undefined,
    });
    const names = given?.trim();
    if (!names) return;
    const shown = oneLine(names, 60);
    // In lower case it finds every case, as the deletion does.
    const words = `"${names.toLowerCase().replace(/["\\]/g, '\\$&')}"`;
    const count = await this.#count(words);
    if (count === undefined) return;
    await this.#delete(
      { names },
      l10n.t('Delete everything that names "{0}"?', shown),
      l10n.t(
        'This deletes {0}, and each state of a server or task that holds the name. A server of this name comes back with the next list of its manager.',
        eventsText(count),
      ),
    );
  }

  async compact(): Promise<void> {
    const bytes = await this.#do(l10n.t('Compacting the history'), ProgressLocation.Notification, () =>
      this.#store.compact(),
    );
    if (bytes === undefined) return;
    this.#tell(
      bytes === 0
        ? l10n.t('The history is compact already.')
        : l10n.t('The history gave {0} back to the disk.', sizeText(bytes)),
    );
  }

  async backUp(): Promise<void> {
    const day = new Date().toISOString().slice(0, 10);
    const target = await window.showSaveDialog({
      title: l10n.t('Back Up the History'),
      defaultUri: Uri.file(join(homedir(), `game-server-history-${day}.db`)),
      filters: { SQLite: ['db'] },
    });
    if (!target) return;
    const done = await this.#do(l10n.t('Backing up the history'), ProgressLocation.Notification, async () => {
      await this.#runtime.journals.settle();
      await this.#store.backUp(target.fsPath);
      return true;
    });
    if (done) this.#tell(l10n.t('The history is backed up in {0}.', target.fsPath));
  }

  async check(): Promise<void> {
    const done = await this.#do(l10n.t('Checking the history'), ProgressLocation.Notification, async () => {
      await this.#store.check();
      return true;
    });
    if (done) this.#tell(l10n.t('The history is sound: no page is damaged.'));
  }

  async #delete(scope: DeletionScope, question: string, detail: string): Promise<void> {
    const warning = l10n.t('This cannot be undone. Events that a recording pins stay.');
    if (!(await agreed(question, `${detail}\n\n${warning}`, l10n.t('Delete')))) return;
    const deleted = await this.#do(
      l10n.t('Deleting from the history'),
      ProgressLocation.Notification,
      async () => {
        await this.#runtime.journals.settle();
        return this.#store.delete(scope);
      },
    );
    if (!deleted) return;
    const { events, pinned } = deleted;
    this.#tell(
      pinned > 0
        ? l10n.t(
            'Deleted from the history: {0}. Pinned by recordings, and still there: {1}.',
            eventsText(events),
            eventsText(pinned),
          )
        : l10n.t('Deleted from the history: {0}.', eventsText(events)),
    );
  }

  /** How many events a query finds; undefined where that failed, which is told. */
  #count(query: Query): Promise<number | undefined> {
    const title = l10n.t('Looking through the history');
    // The question comes next: a notification would stand behind it.
    return this.#do(title, ProgressLocation.Window, async () => {
      await this.#runtime.journals.settle();
      const handle = await this.#store.query(query);
      try {
        return await new Promise<number>((resolve, reject) => {
          handle.onProgress(({ count, done, failure }) => {
            if (failure) reject(new Error(failure.message));
            else if (done) resolve(count);
          });
        });
      } finally {
        handle.close();
      }
    });
  }

  /** Runs something that may take long; tells a failure and answers undefined then. */
  async #do<T>(title: string, location: ProgressLocation, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await window.withProgress({ location, title }, run);
    } catch (error) {
      const failure = journalError(error);
      this.#runtime.channel.error(`${title}: ${failure.message}`);
      // A damaged file is set aside, which has a message of its own.
      if (failure.reason !== 'corrupt') showError(l10n.t('{0} failed: {1}', title, failure.message));
      return undefined;
    }
  }

  #tell(message: string): void {
    showInformation(message, Object.fromEntries([historyAction()]));
  }
}
