import { l10n, window } from 'vscode';
import { failureBeside } from '../../core/journal/failures.ts';
import type { JournalView } from '../../core/journal/journalView.ts';
import type { CountedField } from '../../core/journal/store/schema.ts';
import { ViewTimeline } from '../../core/journal/viewTimeline.ts';
import type { Scope } from '../../core/connections/scope.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type { InspectorHost } from '../../rpc/inspector.ts';
import type { Statistics, StatisticsGroup, TimelineRequests } from '../../rpc/inspectorTimeline.ts';
import type { Runtime } from '../runtime.ts';

/** Bins of a timeline at most: more are no wider than a few pixels. */
const maxBins = 100;
const recountMs = 5000;
/** Values listed of a field. */
const listed = 8;

/** Answers what timeline and statistics of a page ask. */
export function timelineRequests(
  { journals }: Runtime,
  view: JournalView,
  scope: Scope,
  nameOf: (connection: string) => string,
): Pick<Handlers<InspectorHost>, keyof TimelineRequests> {
  const timeline = scope.add(
    new ViewTimeline({
      view,
      storeOf: (id) => journals.store(id),
      now: () => performance.now(),
      recountMs,
    }),
  );
  return {
    timeline: async ({ range, bins }) =>
      (await timeline.bins(isRange(range) ? range : undefined, Math.max(1, Math.min(maxBins, bins)))) ?? null,
    eventAt: async ({ time }) => (await timeline.eventAt(time)) ?? null,
    failureBeside: async ({ seq, direction }) => {
      const store = await journals.store(view.timeline);
      const found = await failureBeside(view, store, seq, direction);
      if (found === undefined)
        void window.showInformationMessage(l10n.t('No event that is shown here failed.'));
      return found ?? null;
    },
    statistics: () => statistics(view, nameOf),
  };
}

function isRange(range: { from: number; to: number } | null): range is { from: number; to: number } {
  return range !== null && Number.isFinite(range.from) && Number.isFinite(range.to) && range.from < range.to;
}

const fields: readonly (readonly [StatisticsGroup['field'], CountedField])[] = [
  ['type', 'type'],
  ['connection', 'connection'],
  ['instance', 'subject'],
  ['severity', 'severity'],
];

async function statistics(
  view: JournalView,
  nameOf: (connection: string) => string,
): Promise<Statistics | null> {
  const result = view.matching;
  if (!result) return null;
  const figures = await result.statistics();
  const groups: StatisticsGroup[] = [];
  for (const [field, counted] of fields) {
    const values = (await result.values(counted)).toSorted((a, b) => b.count - a.count);
    groups.push({
      field,
      values: values.slice(0, listed).map(({ value, count }) => ({
        value,
        label: labelOf(field, value, nameOf),
        count,
      })),
      others: Math.max(0, values.length - listed),
    });
  }
  const { between, ...rest } = figures;
  return { ...rest, between: between ?? null, groups };
}

function labelOf(
  field: StatisticsGroup['field'],
  value: string,
  nameOf: (connection: string) => string,
): string {
  if (field === 'connection') return nameOf(value);
  if (field !== 'severity') return value;
  if (value === 'error') return l10n.t('Error');
  if (value === 'warning') return l10n.t('Warning');
  return value === 'info' ? l10n.t('Information') : l10n.t('Debug');
}
