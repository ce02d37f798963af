import { cellReader } from '../../core/journal/eventCells.ts';
import { jsonLines, momentText, tabSeparated, testFixture } from '../../core/journal/copyForms.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import type { CopyForm, GridSettings } from '../../rpc/inspectorGrid.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Columns on screen with the looks of the grid. */
export interface ShownGrid {
  readonly settings: GridSettings;
  readonly shown: readonly string[];
}

/** Events as text in a form; the calls among them where the form is that of a call. */
export function copiedText(
  runtime: Runtime,
  events: readonly JournalEvent[],
  form: CopyForm,
  { settings, shown }: ShownGrid,
): string {
  if (form === 'raw') return events.map(({ raw, rawBase64 }) => rawBase64 ?? raw).join('\n');
  if (form === 'json') return jsonLines(events);
  if (form === 'fixture') return testFixture(events);
  if (form === 'curl') return events.flatMap((event) => callOf(runtime, event) ?? []).join('\n\n');
  const { order, zone } = settings;
  const cells = cellReader(shown, {
    order,
    timeText: (at) => momentText(at, zone === 'utc' ? 'utc' : 'local'),
    text: translate,
    nameOf: (id) => runtime.connections.get(id)?.settings.name ?? id,
  });
  return tabSeparated(events.map((event, index) => cells(event, events[index - 1]).map(String)));
}

/** The command that makes the call of an event again; undefined where that is none. */
export function callOf({ connections, systems }: Runtime, event: JournalEvent): string | undefined {
  if (event.channel !== 'request' || event.rawBase64 !== undefined) return undefined;
  const settings = connections.get(event.connection)?.settings;
  return settings && systems.get(event.system)?.curl?.(event.raw, settings);
}
