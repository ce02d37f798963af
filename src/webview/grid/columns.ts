import type { ColumnSetting } from '../../rpc/inspectorGrid.ts';
import { t } from '../base/l10n.ts';

/** A column as it can be on screen. */
export interface Column {
  /** Also the class of its cells; that of a payload path is the path, whose class is `path`. */
  readonly id: string;
  readonly label: string;
  /** Short form for the head, where the label is long. */
  readonly sign?: string;
  /** Least width in pixels. */
  readonly least: number;
  /** Width of the grid from which it is shown by default. */
  readonly from: number;
  readonly right?: true;
  /** Takes what room is left. */
  readonly elastic?: true;
}

/** A column on screen; its width as CSS has it. */
export interface ShownColumn extends Column {
  readonly size: string;
}

const always = 0;
const never = Infinity;

/** The columns that every grid has, in their order. */
function knownColumns(): readonly Column[] {
  return [
    { id: 'icon', label: t('Severity'), sign: '', least: 26, from: always },
    { id: 'time', label: t('Time'), least: 50, from: always },
    { id: 'delta', label: t('Since previous'), sign: 'Δ', least: 40, from: 960, right: true },
    { id: 'sinceSelected', label: t('Since selected'), sign: 'Δ ●', least: 40, from: never, right: true },
    { id: 'connection', label: t('Connection'), least: 40, from: 620 },
    { id: 'instance', label: t('Instance'), least: 40, from: 500 },
    { id: 'type', label: t('Type'), least: 60, from: always },
    { id: 'summary', label: t('Summary'), least: 60, from: always, elastic: true },
    { id: 'duration', label: t('Duration'), least: 40, from: never, right: true },
    { id: 'size', label: t('Size'), least: 40, from: 740, right: true },
    { id: 'direction', label: t('Direction'), least: 40, from: never },
    { id: 'origin', label: t('Origin'), least: 40, from: never },
    { id: 'host', label: t('Host'), least: 40, from: never },
  ];
}

/** Grid that has no room for more than the time, the type and the summary. */
const narrow = 500;

/** Widths by default. Characters are those of the rows, `cqw` is a part of the width of the grid. */
function defaultSize({ id, elastic }: Column, gridWidth: number): string {
  if (elastic) return gridWidth < narrow ? 'minmax(80px, 1fr)' : 'minmax(120px, 1fr)';
  switch (id) {
    case 'icon':
      return gridWidth < narrow ? '26px' : '28px';
    case 'time':
      return 'calc(12ch + 12px)';
    case 'delta':
    case 'sinceSelected':
      return 'calc(9ch + 16px)';
    case 'connection':
      return 'clamp(calc(8ch + 10px), 8cqw, 120px)';
    case 'instance':
      return 'clamp(80px, 11cqw, 180px)';
    case 'type':
      // Names of 22 characters stay readable as long as there is any room for them.
      if (gridWidth < narrow) return gridWidth < 400 ? 'minmax(80px, 1fr)' : 'minmax(calc(22ch + 10px), 1fr)';
      return 'clamp(calc(22ch + 10px), 22cqw, 250px)';
    case 'direction':
      return 'calc(5ch + 12px)';
    case 'size':
    case 'duration':
      return 'calc(8ch + 12px)';
    default:
      return 'calc(12ch + 12px)';
  }
}

export const isPath = (id: string): boolean => id.startsWith('$');

/** Every column with its setting, in order: those that were arranged, then the others. */
export function arranged(settings: readonly ColumnSetting[]): readonly (Column & ColumnSetting)[] {
  const known = new Map(knownColumns().map((column) => [column.id, column]));
  const named = settings.flatMap((setting): readonly (Column & ColumnSetting)[] => {
    const column = isPath(setting.id) ? pathColumn(setting.id) : known.get(setting.id);
    return column ? [{ ...column, ...setting }] : [];
  });
  const ids = new Set(named.map(({ id }) => id));
  return [...named, ...[...known.values()].filter(({ id }) => !ids.has(id))];
}

/** The head shows the last key alone: what stands before it is mostly the same. */
const pathColumn = (path: string): Column => ({
  id: path,
  label: path,
  sign: /(?:[.\]]|^\$)([^.[\]]+)$/.exec(path)?.[1] ?? path,
  least: 40,
  from: always,
});

/** The columns that a grid of that width shows. */
export function shownColumns(settings: readonly ColumnSetting[], gridWidth: number): readonly ShownColumn[] {
  return arranged(settings)
    .filter(({ shown, from }) => shown ?? gridWidth > from)
    .map((column) => ({
      ...column,
      size: column.width === undefined ? defaultSize(column, gridWidth) : `${column.width}px`,
    }));
}

/** Name of the custom property with the width of a column by its place: a drag changes that alone. */
export const widthProperty = (index: number): string => `--width-${index}`;

/**
 * Names of the custom properties with the place and width of the cells of a column, as the head was laid out. Cells stand
 * at fixed places: a grid in every row would lay out all its cells for each text that changes.
 */
export const leftProperty = (index: number): string => `--left-${index}`;
export const roomProperty = (index: number): string => `--room-${index}`;

/** Value of `grid-template-columns`. Where no column takes what room is left, none grows. */
export function templateOf(columns: readonly ShownColumn[]): string {
  const tracks = columns.map((_, index) => `var(${widthProperty(index)})`);
  return columns.some(({ size }) => size.includes('fr')) ? tracks.join(' ') : `${tracks.join(' ')} 1fr`;
}

/** The settings of all columns, which keep their order from now on. */
const settingsOf = (settings: readonly ColumnSetting[]): ColumnSetting[] =>
  arranged(settings).map(({ id, shown, width }) => ({
    id,
    ...(shown === undefined ? {} : { shown }),
    ...(width === undefined ? {} : { width }),
  }));

export function withWidth(
  settings: readonly ColumnSetting[],
  id: string,
  width: number,
): readonly ColumnSetting[] {
  const least = arranged(settings).find((column) => column.id === id)?.least ?? 0;
  const rounded = Math.max(least, Math.round(width));
  return settingsOf(settings).map((column) => (column.id === id ? { ...column, width: rounded } : column));
}

/** Shows or hides a column; a payload path that is hidden is gone. */
export function withShown(
  settings: readonly ColumnSetting[],
  id: string,
  shown: boolean,
): readonly ColumnSetting[] {
  const all = settingsOf(settings);
  if (isPath(id) && !shown) return all.filter((column) => column.id !== id);
  if (isPath(id) && !all.some((column) => column.id === id)) return withPath(all, id);
  return all.map((column) => (column.id === id ? { ...column, shown } : column));
}

/** A new column stands before the summary, which has the most room to give. */
function withPath(all: readonly ColumnSetting[], id: string): readonly ColumnSetting[] {
  const at = all.findIndex((column) => column.id === 'summary');
  return all.toSpliced(at < 0 ? all.length : at, 0, { id, shown: true });
}

/** Puts a column before another one; at the end where that is `null`. */
export function withPlace(
  settings: readonly ColumnSetting[],
  id: string,
  before: string | null,
): readonly ColumnSetting[] {
  const all = settingsOf(settings);
  const moved = all.find((column) => column.id === id);
  if (!moved || id === before) return all;
  const rest = all.filter((column) => column !== moved);
  const at = before === null ? rest.length : rest.findIndex((column) => column.id === before);
  return rest.toSpliced(at < 0 ? rest.length : at, 0, moved);
}

/** A path as a column has it, from one of the tree of a payload, `Data.Version`, or of the query language. */
export function columnPath(path: string): string {
  const trimmed = path.trim();
  if (trimmed.startsWith('$')) return trimmed;
  return trimmed.startsWith('[') ? `$${trimmed}` : `$.${trimmed}`;
}
