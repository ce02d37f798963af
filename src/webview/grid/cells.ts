import { html, nothing, type TemplateResult } from 'lit';
import type { Row } from '../../rpc/inspector.ts';
import { bytes, clock, delta } from '../base/format.ts';
import type { IconName } from '../base/icons.ts';
import { t } from '../base/l10n.ts';

export interface Column {
  /** Class of its cells; the style sheet gives width and decides where there is room for it. */
  readonly id: string;
  readonly label: () => string;
}

export const COLUMNS: readonly Column[] = [
  { id: 'icon', label: () => t('Severity') },
  { id: 'time', label: () => t('Time') },
  { id: 'delta', label: () => t('Since previous') },
  { id: 'connection', label: () => t('Connection') },
  { id: 'instance', label: () => t('Instance') },
  { id: 'type', label: () => t('Type') },
  { id: 'summary', label: () => t('Summary') },
  { id: 'size', label: () => t('Size') },
];

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

const problemCount = (problems: number): string =>
  problems === 1 ? t('1 problem') : t('{0} problems', problems);

function glyph(severity: Row[8], direction: Row[9]): IconName {
  return direction === 'out' && (severity === 'info' || severity === 'debug') ? 'export' : ICONS[severity];
}

function markLabel(severity: Row[8], direction: Row[9]): string {
  return direction === 'out' ? t('{0}, sent', severityLabel(severity)) : severityLabel(severity);
}

/** The cells of one loaded row. All texts of servers go through text nodes. */
export function cells(row: Row): TemplateResult {
  const [
    ,
    receivedAt,
    since,
    connection,
    instance,
    type,
    summary,
    size,
    severity,
    direction,
    origin,
    problems,
  ] = row;
  const from = originLabel(origin);
  return html`<span
      class="cell icon-cell icon icon-${glyph(severity, direction)}"
      role="gridcell"
      aria-label=${markLabel(severity, direction)}
    ></span
    ><span class="cell time" role="gridcell">${clock(receivedAt)}</span
    ><span class="cell delta" role="gridcell">${since === null ? '' : delta(since)}</span
    ><span class="cell connection" role="gridcell">${connection}</span
    ><span class="cell instance" role="gridcell">${instance === '' ? '–' : instance}</span
    ><span class="cell type" role="gridcell">${type}</span
    ><span class="cell summary" role="gridcell"
      >${problems > 0 ? problemMark(problems) : nothing}${
        from === '' ? nothing : html`<span class="origin">${from}</span>`
      }${summary}</span
    ><span class="cell size" role="gridcell">${bytes(size)}</span>`;
}

function problemMark(problems: number): TemplateResult {
  const label = problemCount(problems);
  return html`<span class="problem icon icon-issues" role="img" title=${label} aria-label=${label}></span>`;
}

/** A row that is on its way: its place is kept, so that nothing jumps. */
export const placeholder: TemplateResult = html`<span class="cell icon-cell" role="gridcell"></span
  ><span class="cell time loading" role="gridcell">…</span>`;
