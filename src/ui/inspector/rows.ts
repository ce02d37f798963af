import { sentTimeOf, type JournalEvent } from '../../core/journal/store/records.ts';
import { oneLine } from '../../core/model/text.ts';
import type { SystemRegistry } from '../../core/systems/registry.ts';
import type { Detail, Row } from '../../rpc/inspector.ts';
import type { RowOrder } from '../../rpc/inspectorGrid.ts';
import { translate } from '../translate.ts';

/** Longest raw text that goes to the screen; the whole stays in the journal and can be copied. */
const rawLimit = 8 * 1024 * 1024;
/** Longest name in a row; the detail shows it whole. */
const cellLimit = 200;

export interface RowFacts {
  readonly order: RowOrder;
  readonly connectionName: string;
  /** Of the payload, for the columns that show some. */
  readonly values: readonly string[];
  readonly isCall: boolean;
}

export function rowOf(
  event: JournalEvent,
  before: JournalEvent | undefined,
  { order, connectionName, values, isCall }: RowFacts,
): Row {
  const timeOf = order === 'sent' ? sentTimeOf : ({ receivedAt }: JournalEvent) => receivedAt;
  return [
    event.seq,
    timeOf(event),
    before ? timeOf(event) - timeOf(before) : null,
    oneLine(connectionName, cellLimit),
    oneLine(nameOf(event), cellLimit),
    oneLine(event.type, cellLimit),
    oneLine(translate(event.summary), cellLimit),
    event.size,
    event.severity,
    event.direction,
    event.origin,
    event.problems.length,
    oneLine(event.host, cellLimit),
    event.duration ?? null,
    values,
    event.connection,
    isCall,
  ];
}

function nameOf({ subject }: JournalEvent): string {
  return subject?.name ?? subject?.key ?? '';
}

export function detailOf(event: JournalEvent, connectionName: string, systems: SystemRegistry): Detail {
  const system = systems.get(event.system);
  const entry = system?.catalog.find(({ type }) => type === event.type);
  const base64 = event.rawBase64 !== undefined;
  const raw = event.rawBase64 ?? event.raw;
  return {
    seq: event.seq,
    type: event.type,
    system: system?.label ?? event.system,
    connection: connectionName,
    instance: nameOf(event),
    channel: event.channel,
    direction: event.direction,
    origin: event.origin,
    severity: event.severity,
    receivedAt: event.receivedAt,
    time: event.time ?? null,
    host: event.host,
    correlation: event.correlation ?? null,
    summary: translate(event.summary),
    meaning: entry && event.channel !== 'control' ? translate(entry.description) : '',
    raw: raw.slice(0, rawLimit),
    rawCut: raw.length > rawLimit,
    base64,
    size: event.size,
    truncated: event.truncated,
    redacted: event.redacted,
    problems: event.problems.map(({ path, message }) => ({ path, message: translate(message) })),
    emittable: event.channel === 'push' && !event.truncated && system !== undefined && !base64,
  };
}
