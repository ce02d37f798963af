import { l10n, Uri, window, workspace } from 'vscode';
import { systemClock } from '../../core/model/clock.ts';
import { dryRunLines, type DryRun } from '../../core/playback/replayPlan.ts';
import type { Runtime } from '../runtime.ts';

const scheme = 'game-server-dry-run';
/** Messages that are shown. */
const maxLines = 10_000;

/** Runs by runtime, each by its number; a document is read once, when it is opened. */
const shown = new WeakMap<Runtime, Map<string, string>>();
let runs = 0;

/** Shows the messages that a replay would send, each with the time after the start. */
export async function showDryRun(
  runtime: Runtime,
  name: string,
  { items, ...run }: Omit<DryRun, 'systemOf' | 'now'>,
): Promise<void> {
  const { systems } = runtime;
  const first = items.slice(0, maxLines);
  const lines = [
    ...dryRunLines({ ...run, items: first, systemOf: (id) => systems.get(id), now: systemClock.now() }),
    ...(first.length < items.length ? [JSON.stringify({ more: items.length - first.length })] : []),
  ];
  const texts = shown.get(runtime) ?? provide(runtime);
  const id = String(++runs);
  texts.set(id, `${lines.join('\n')}\n`);
  const path = `/${l10n.t('Dry run of {0}', name).replaceAll(/[\\/]/g, ' ')}.jsonl`;
  const document = await workspace.openTextDocument(Uri.from({ scheme, path, query: id }));
  await window.showTextDocument(document, { preview: true });
  texts.delete(id);
}

function provide(runtime: Runtime): Map<string, string> {
  const texts = new Map<string, string>();
  shown.set(runtime, texts);
  runtime.scope.add(
    workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ query }) =>
        texts.get(query) ?? l10n.t('This dry run was forgotten; run it again.'),
    }),
  );
  return texts;
}
