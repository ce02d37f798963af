import { homedir } from 'node:os';
import { env, version, window, workspace } from 'vscode';
import { shownEvents, supportInformation } from '../../core/connections/support.ts';
import { liveTimeline } from '../../core/model/event.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import type { Runtime } from '../runtime.ts';

/** Opens what somebody who helps needs to know as a document that the user can look through. */
export async function collectSupport({
  context,
  connections,
  pipeline,
  journals,
  secrets,
}: Runtime): Promise<void> {
  const used = connections.connections.flatMap(({ system, settings }) =>
    system.secrets(settings).flatMap((spec) => (spec.once ? [] : secrets.get(system, spec))),
  );
  const stored = (await Promise.all(used)).filter((value) => value !== undefined);
  const { events, eventCount } = await lastEvents(journals);
  const content = supportInformation({
    product: {
      'Game Server Ops': String((context.extension.packageJSON as { version?: unknown }).version),
      'VS Code': `${version} (${env.appHost}, ${env.remoteName ?? 'local'})`,
      Machine: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
      Language: env.language,
      'Workspace trusted': workspace.isTrusted ? 'yes' : 'no',
    },
    settings: connections.connections.map(({ settings }) => settings),
    fleet: pipeline.fleet(liveTimeline),
    events,
    eventCount,
    secrets: stored,
    home: homedir(),
  });
  await window.showTextDocument(await workspace.openTextDocument({ content, language: 'markdown' }));
}

/** The newest events, oldest first. A journal that cannot be read has none, and the document is made all the same. */
async function lastEvents(
  journals: Runtime['journals'],
): Promise<{ readonly events: readonly JournalEvent[]; readonly eventCount: number }> {
  try {
    const result = await (await journals.store(liveTimeline)).query('');
    try {
      const page = await result.rows({ anchor: 'newest', direction: 'older', count: shownEvents });
      return { events: [...page.rows].reverse(), eventCount: page.total };
    } finally {
      result.close();
    }
  } catch {
    return { events: [], eventCount: 0 };
  }
}
