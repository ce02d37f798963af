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
  | 'closePane'
  | 'focusFilter'
  | 'help'
  | 'send';

export interface Binding {
  readonly command: Command;
  /** `Mod` is Ctrl, on a Mac the command key. */
  readonly keys: readonly string[];
  readonly where: 'grid' | 'tree' | 'form' | 'anywhere';
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
  { command: 'copy', keys: ['Mod+c'], where: 'grid', label: () => t('Copy the event') },
  { command: 'copy', keys: ['Mod+c'], where: 'tree', label: () => t('Copy the value (in the payload)') },
  { command: 'closePane', keys: ['Escape'], where: 'anywhere', label: () => t('Close the detail') },
  { command: 'focusFilter', keys: ['/', 'Mod+f'], where: 'anywhere', label: () => t('Go to the filter') },
  { command: 'send', keys: ['Mod+Enter'], where: 'form', label: () => t('Send (in the emit form)') },
  { command: 'help', keys: ['?'], where: 'anywhere', label: () => t('Show the keys') },
];

const isMac = navigator.userAgent.includes('Mac');

export interface Stroke {
  readonly command: Command;
  readonly extend: boolean;
}

/** The command of a key press in that place, `undefined` where the key is not ours. */
export function commandOf(event: KeyboardEvent, where: Binding['where']): Stroke | undefined {
  if (event.isComposing || event.altKey) return undefined;
  const binding = KEYMAP.find(
    (candidate) =>
      candidate.where === where &&
      candidate.keys.some((key) => pressed(event, key, candidate.extends === true)),
  );
  return binding && { command: binding.command, extend: event.shiftKey && binding.extends === true };
}

function pressed(event: KeyboardEvent, key: string, shiftAllowed: boolean): boolean {
  const withMod = key.startsWith('Mod+');
  if (withMod !== (event.ctrlKey || event.metaKey)) return false;
  const name = withMod ? key.slice(4) : key;
  if (event.key !== name && event.key.toLowerCase() !== name) return false;
  // A character such as "?" or "/" needs Shift on some keyboards: there the character alone decides.
  return !event.shiftKey || shiftAllowed || (!withMod && name.length === 1);
}

/** True where a key press belongs to a text that is being edited. */
export function isTyping(event: Event): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox')
  );
}

const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
};

/** A key as people read it: `Ctrl+F`, `⌘F`, `↓`. */
export function keyLabel(key: string): string {
  const withMod = key.startsWith('Mod+');
  const name = withMod ? key.slice(4) : key;
  const shown = SYMBOLS[name] ?? (name.length === 1 ? name.toUpperCase() : name);
  if (!withMod) return shown;
  return isMac ? `⌘${shown}` : `Ctrl+${shown}`;
}
