import type { Row } from '../../rpc/inspector.ts';
import type { GridSettings } from '../../rpc/inspectorGrid.ts';
import { ago, bytes, clock, count, delta, moment } from '../base/format.ts';
import type { IconName } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { isPath } from './columns.ts';

/** Parts of the grid's state that texts of cells depend on. */
export interface CellFacts {
  readonly zone: GridSettings['zone'];
  /** The host's clock. */
  readonly now: number;
  /** Time of the focused row; `null` without one. */
  readonly focusTime: number | null;
  /** Paths of the payload whose values the rows bring, in their order. */
  readonly paths: readonly string[];
}

const ICONS: Readonly<Record<Row[8], IconName>> = {
  debug: 'circle-small',
  info: 'circle-small-filled',
  warning: 'warning',
  error: 'error',
};

export function severityLabel(severity: Row[8]): string {
  if (severity === 'error') return t('Error');
  if (severity === 'warning') return t('Warning');
  return severity === 'info' ? t('Information') : t('Debug');
}

/** Origin of an event in a word; empty for one that arrived live. */
export function originLabel(origin: string): string {
  if (origin === 'emitted') return t('emitted');
  if (origin === 'replayed') return t('replayed');
  if (origin === 'imported') return t('imported');
  if (origin === 'simulated') return t('simulated');
  return origin === 'derived' ? t('derived') : '';
}

function directionLabel(direction: Row[9]): string {
  if (direction === 'in') return t('in');
  return direction === 'out' ? t('out') : '';
}

export const problemCount = (problems: number): string =>
  problems === 1 ? t('1 problem') : t('{0} problems', problems);

export function glyphOf([, , , , , , , , severity, direction]: Row): IconName {
  return direction === 'out' && (severity === 'info' || severity === 'debug') ? 'export' : ICONS[severity];
}

function markLabel([, , , , , , , , severity, direction]: Row): string {
  return direction === 'out' ? t('{0}, sent', severityLabel(severity)) : severityLabel(severity);
}

/** How long a call took: `12 ms`, `1.3 s`. */
export const durationText = (milliseconds: number): string => delta(milliseconds).replace(/^\+/, '');

/** Text of a cell; that of the summary without the marks before and behind it. */
export function cellText(column: string, row: Row, { zone, now, focusTime, paths }: CellFacts): string {
  const [
    ,
    at,
    since,
    connection,
    instance,
    type,
    summary,
    size,
    ,
    direction,
    origin,
    ,
    host,
    duration,
    values,
  ] = row;
  switch (column) {
    case 'icon':
      return markLabel(row);
    case 'time':
      return zone === 'relative' ? ago(at, now) : clock(at, zone);
    case 'delta':
      return since === null ? '' : delta(since);
    case 'sinceSelected':
      return focusTime === null ? '' : delta(at - focusTime);
    case 'connection':
      return connection;
    case 'instance':
      return instance;
    case 'type':
      return type;
    case 'summary':
      return summary;
    case 'size':
      return bytes(size);
    case 'duration':
      return duration === null ? '' : durationText(duration);
    case 'direction':
      return directionLabel(direction);
    case 'origin':
      return originLabel(origin);
    case 'host':
      return host;
    default:
      return isPath(column) ? (values[paths.indexOf(column)] ?? '') : '';
  }
}

/** Words of a cell for a screen reader where its text does not say all; empty elsewhere. */
export function cellLabel(column: string, row: Row, facts: CellFacts): string {
  if (column === 'icon') return markLabel(row);
  if (column !== 'time' || facts.zone !== 'relative') return '';
  return `${cellText(column, row, facts)}, ${moment(row[1])}`;
}

/** Text of a cell as it is copied: exact where the screen rounds. */
export function copiedCell(column: string, row: Row, facts: CellFacts): string {
  if (column === 'time') return new Date(row[1]).toISOString();
  if (column === 'size') return String(row[7]);
  if (column === 'icon') return row[8];
  return cellText(column, row, facts);
}

/** Field of the query language with the value of a cell, for a menu that filters by it. */
export function fieldOf(
  column: string,
  row: Row,
  { paths }: CellFacts,
): { readonly field: string; readonly value: string } | undefined {
  const values: Readonly<Record<string, string>> = {
    icon: row[8],
    connection: row[15],
    instance: row[4],
    type: row[5],
    direction: row[9],
    origin: row[10],
    host: row[12],
  };
  const value = isPath(column) ? row[14][paths.indexOf(column)] : values[column];
  if (value === undefined || value === '') return undefined;
  return { field: column === 'icon' ? 'severity' : column, value };
}

/** Words for a size that the column rounds. */
export const exactSize = (size: number): string => t('{0} bytes', count(size));
