import { commands, l10n } from 'vscode';
import type { JournalView } from '../../core/journal/journalView.ts';
import type { EventContext as StoredContext } from '../../core/journal/store/messages.ts';
import type { JournalEvent, RecordingBasis } from '../../core/journal/store/records.ts';
import { controlFieldTexts } from '../../core/systems/fieldTexts.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type { DetailRequests, EventContext, RelatedRow } from '../../rpc/inspectorDetail.ts';
import type { Runtime } from '../runtime.ts';
import { contextKeys } from '../contributions/ids.ts';
import { translate } from '../translate.ts';
import { effectRows } from './effectRows.ts';
import { openEventDifference, openEventDocument } from './eventDocuments.ts';

const cellLimit = 200;

interface DetailEnvironment {
  readonly runtime: Runtime;
  readonly view: JournalView;
  /** The events that are selected. */
  readonly selection: () => Promise<readonly JournalEvent[]>;
  readonly connectionName: (connection: string) => string;
}

/** Answers what the detail asks about an event. */
export function detailRequests(
  environment: DetailEnvironment,
): Handlers<{ readonly requests: DetailRequests; readonly notices: object }> {
  const { runtime, view } = environment;
  const store = () => runtime.journals.store(view.timeline);
  return {
    eventContext: async ({ seq }) => {
      const [event, context] = await Promise.all([view.event(seq), store().then((s) => s.eventContext(seq))]);
      if (event) void commands.executeCommand('setContext', contextKeys.inspected, true);
      return event ? contextOf(environment, event, context) : null;
    },
    compareSelected: async () => {
      const [a, b, ...others] = await environment.selection();
      if (!a || !b || others.length > 0) return null;
      return (await store()).compare([a.seq, b.seq]);
    },
    openDocument: async ({ seq }) => {
      const event = await view.event(seq);
      if (event) await openEventDocument(view.timeline, event);
      return null;
    },
    openDifference: async ({ from, to }) => {
      const [older, newer] = await Promise.all([view.event(from), view.event(to)]);
      if (older && newer) await openEventDifference(view.timeline, older, newer);
      return null;
    },
  };
}

async function contextOf(
  { runtime, connectionName }: DetailEnvironment,
  event: JournalEvent,
  { previous, related, effects }: StoredContext,
): Promise<EventContext> {
  const system = await runtime.systems.load(event.system);
  const fields = event.channel === 'control' ? controlFieldTexts : ((await system?.fieldTexts?.()) ?? {});
  return {
    seq: event.seq,
    fields: Object.entries(fields).map(([path, words]) => [path, translate(words)] as const),
    previous,
    related: (related?.events ?? []).map(relatedRow),
    moreRelated: related?.more ?? 0,
    causeAt: related?.cause?.receivedAt ?? null,
    effects: effects.effects.flatMap((effect) => effectRows(effect, connectionName(event.connection))),
    sharers: effects.others,
    effectsNote: basisText(effects.basis),
  };
}

function basisText(basis: RecordingBasis | undefined): string {
  if (basis === 'base')
    return l10n.t(
      'Reckoned from the events of this recording and the state that it begins with. Events that were left out of it are not reckoned with.',
    );
  if (basis === 'unknown')
    return l10n.t(
      'Reckoned from the events of this file alone: it does not tell the state before its first event, nor of events that were left out of it.',
    );
  return '';
}

function relatedRow({
  event,
  link,
  until,
}: NonNullable<StoredContext['related']>['events'][number]): RelatedRow {
  return {
    seq: event.seq,
    receivedAt: event.receivedAt,
    until: until ?? null,
    type: oneLine(event.type, cellLimit),
    summary: oneLine(translate(event.summary), cellLimit),
    severity: event.severity,
    direction: event.direction,
    link,
  };
}
