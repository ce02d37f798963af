import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import { t } from './l10n.ts';

/** Effect of a key; `where` says which part answers to it. */
export type Command =
  | 'next'
  | 'previous'
  | 'pageDown'
  | 'pageUp'
  | 'first'
  | 'last'
  | 'selectAll'
  | 'open'
  | 'copy'
  | 'copyValue'
  | 'toggle'
  | 'focusNext'
  | 'focusPrevious'
  | 'cellNext'
  | 'cellPrevious'
  | 'columnNext'
  | 'columnPrevious'
  | 'columnWider'
  | 'columnNarrower'
  | 'columnRight'
  | 'columnLeft'
  | 'columnHide'
  | 'rows'
  | 'closePane'
  | 'focusFilter'
  | 'help'
  | 'find'
  | 'nextTab'
  | 'previousTab'
  | 'send'
  | 'suggest'
  | 'nextSuggestion'
  | 'previousSuggestion'
  | 'takeSuggestion'
  | 'search'
  | 'leaveQuery'
  | 'nextFailure'
  | 'previousFailure'
  | 'openInspector'
  | 'openFilter';

export interface Binding {
  readonly command: Command;
  /** `Mod` is Ctrl, on a Mac the command key; `Ctrl` is Ctrl on a Mac too. Both come before `Shift`. */
  readonly keys: readonly string[];
  /** VS Code itself answers to keys of the `workbench`, where they can be changed; the page only lists them. */
  readonly where: 'grid' | 'head' | 'detail' | 'tree' | 'form' | 'query' | 'anywhere' | 'workbench';
  /** With Shift the same key extends the selection. */
  readonly extends?: true;
  readonly label: () => string;
}

/** The only list of keys: it drives the handling and the help. */
export const KEYMAP: readonly Binding[] = [
  { command: 'next', keys: ['ArrowDown'], where: 'grid', extends: true, label: () => t('Next event') },
  { command: 'previous', keys: ['ArrowUp'], where: 'grid', extends: true, label: () => t('Previous event') },
  { command: 'pageDown', keys: ['PageDown'], where: 'grid', extends: true, label: () => t('Page down') },
  { command: 'pageUp', keys: ['PageUp'], where: 'grid', extends: true, label: () => t('Page up') },
  { command: 'first', keys: ['Home'], where: 'grid', extends: true, label: () => t('First event') },
  { command: 'last', keys: ['End'], where: 'grid', extends: true, label: () => t('Last event, and follow') },
  { command: 'selectAll', keys: ['Mod+a'], where: 'grid', label: () => t('Select all') },
  { command: 'open', keys: ['Enter'], where: 'grid', label: () => t('Open the detail, then go to it') },
  { command: 'toggle', keys: ['Mod+ '], where: 'grid', label: () => t('Select or deselect the event') },
  {
    command: 'focusNext',
    keys: ['Mod+ArrowDown'],
    where: 'grid',
    label: () => t('Next event, selection kept'),
  },
  {
    command: 'focusPrevious',
    keys: ['Mod+ArrowUp'],
    where: 'grid',
    label: () => t('Previous event, selection kept'),
  },
  { command: 'cellNext', keys: ['ArrowRight'], where: 'grid', label: () => t('Next cell of the row') },
  {
    command: 'cellPrevious',
    keys: ['ArrowLeft'],
    where: 'grid',
    label: () => t('Previous cell, then the whole row'),
  },
  { command: 'copy', keys: ['Mod+c'], where: 'grid', label: () => t('Copy the event') },
  { command: 'copyValue', keys: ['Mod+Shift+c'], where: 'grid', label: () => t('Copy the cell') },
  { command: 'columnNext', keys: ['ArrowRight'], where: 'head', label: () => t('Next column (in the head)') },
  { command: 'columnPrevious', keys: ['ArrowLeft'], where: 'head', label: () => t('Previous column') },
  {
    command: 'columnWider',
    keys: ['Shift+ArrowRight'],
    where: 'head',
    label: () => t('Make the column wider'),
  },
  {
    command: 'columnNarrower',
    keys: ['Shift+ArrowLeft'],
    where: 'head',
    label: () => t('Make the column narrower'),
  },
  {
    command: 'columnRight',
    keys: ['Mod+Shift+ArrowRight'],
    where: 'head',
    label: () => t('Move the column to the right'),
  },
  {
    command: 'columnLeft',
    keys: ['Mod+Shift+ArrowLeft'],
    where: 'head',
    label: () => t('Move the column to the left'),
  },
  { command: 'columnHide', keys: ['Delete'], where: 'head', label: () => t('Hide the column') },
  { command: 'rows', keys: ['ArrowDown'], where: 'head', label: () => t('From the head to the events') },
  { command: 'copy', keys: ['Mod+c'], where: 'tree', label: () => t('Copy the value (in the payload)') },
  { command: 'find', keys: ['Mod+f'], where: 'detail', label: () => t('Search the payload (in the detail)') },
  { command: 'nextTab', keys: [']'], where: 'detail', label: () => t('Next tab of the detail') },
  { command: 'previousTab', keys: ['['], where: 'detail', label: () => t('Previous tab of the detail') },
  { command: 'closePane', keys: ['Escape'], where: 'anywhere', label: () => t('Close the detail') },
  { command: 'focusFilter', keys: ['/', 'Mod+f'], where: 'anywhere', label: () => t('Go to the filter') },
  {
    command: 'rows',
    keys: ['Mod+ArrowDown'],
    where: 'anywhere',
    label: () => t('From anywhere to the events'),
  },
  { command: 'send', keys: ['Mod+Enter'], where: 'form', label: () => t('Send (in the emit form)') },
  { command: 'help', keys: ['?'], where: 'anywhere', label: () => t('Show the keys') },
  { command: 'nextFailure', keys: ['F8'], where: 'workbench', label: () => t('Next failure') },
  { command: 'previousFailure', keys: ['Shift+F8'], where: 'workbench', label: () => t('Previous failure') },
  {
    command: 'openInspector',
    keys: ['Mod+k Mod+g'],
    where: 'workbench',
    label: () => t('Open the inspector (from anywhere)'),
  },
  {
    command: 'openFilter',
    keys: ['Mod+k Mod+Shift+g'],
    where: 'workbench',
    label: () => t('Go to its filter (from anywhere)'),
  },
  { command: 'suggest', keys: ['Ctrl+ '], where: 'query', label: () => t('Suggestions') },
  {
    command: 'nextSuggestion',
    keys: ['ArrowDown'],
    where: 'query',
    label: () => t('Next suggestion, or all of them'),
  },
  {
    command: 'previousSuggestion',
    keys: ['ArrowUp'],
    where: 'query',
    label: () => t('Previous suggestion, or earlier queries'),
  },
  { command: 'takeSuggestion', keys: ['Tab'], where: 'query', label: () => t('Take the suggestion') },
  {
    command: 'search',
    keys: ['Enter'],
    where: 'query',
    label: () => t('Take the chosen suggestion, or search at once'),
  },
  {
    command: 'leaveQuery',
    keys: ['Escape'],
    where: 'query',
    label: () => t('Close the suggestions, then back to {0}', defaultQuery),
  },
];

const isMac = navigator.userAgent.includes('Mac');

const SYMBOLS: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  Delete: 'Del',
  Escape: 'Esc',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
};

/** A key as people read it: `Ctrl+F`, `⌘F`, `↓`; of a chord both. */
export function keyLabel(key: string, mac = isMac): string {
  return key
    .split(/(?<=[^+]) /)
    .map((stroke) => strokeLabel(stroke, mac))
    .join(' ');
}

function strokeLabel(stroke: string, mac: boolean): string {
  const [, mod = '', shift = '', name = ''] = /^(Mod\+|Ctrl\+)?(Shift\+)?(.+)$/.exec(stroke) ?? [];
  const shown = SYMBOLS[name] ?? (name.length === 1 ? name.toUpperCase() : name);
  const withShift = shift === '' ? shown : mac ? `⇧${shown}` : `Shift+${shown}`;
  if (mod === '') return withShift;
  return mac && mod === 'Mod+' ? `⌘${withShift}` : `Ctrl+${withShift}`;
}
