import { commands, l10n, Uri, window, workspace } from 'vscode';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import type { Runtime } from '../runtime.ts';

const scheme = 'game-server-event';

/** Form of a document: the exact text, or one that a comparison can go through line by line. */
type Form = 'exact' | 'pretty';

/** Lets VS Code read events as documents. */
export function provideEventDocuments({ scope, journals }: Runtime): void {
  scope.add(
    workspace.registerTextDocumentContentProvider(scheme, {
      async provideTextDocumentContent({ query }) {
        const wanted = new URLSearchParams(query);
        const store = await journals.store(wanted.get('timeline') ?? '');
        const event = await store.event(Number(wanted.get('seq')));
        if (!event) return l10n.t('This event is not in the history any more.');
        return wanted.get('form') === 'pretty' ? pretty(event) : exact(event);
      },
    }),
  );
}

export async function openEventDocument(timeline: string, event: JournalEvent): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument(uriOf(timeline, event, 'exact')), {
    preview: true,
  });
}

/** Opens two events beside each other in the editor for differences. */
export async function openEventDifference(
  timeline: string,
  from: JournalEvent,
  to: JournalEvent,
): Promise<void> {
  const title =
    from.type === to.type
      ? l10n.t('{0}: event {1} ↔ {2}', to.type, from.seq, to.seq)
      : l10n.t('{0} ({1}) ↔ {2} ({3})', from.type, from.seq, to.type, to.seq);
  await commands.executeCommand(
    'vscode.diff',
    uriOf(timeline, from, 'pretty'),
    uriOf(timeline, to, 'pretty'),
    title,
  );
}

function uriOf(timeline: string, { seq, type, rawBase64 }: JournalEvent, form: Form): Uri {
  const name = type.replaceAll(/[^\p{L}\p{N}._-]+/gu, ' ').slice(0, 80);
  const query = new URLSearchParams({ timeline, seq: String(seq), form }).toString();
  // The ending gives the document its language.
  return Uri.from({ scheme, path: `/${name} ${seq}.${rawBase64 === undefined ? 'json' : 'txt'}`, query });
}

const exact = ({ raw, rawBase64 }: JournalEvent): string => rawBase64 ?? raw;

function pretty(event: JournalEvent): string {
  try {
    return JSON.stringify(JSON.parse(event.raw), null, 2);
  } catch {
    return exact(event);
  }
}
