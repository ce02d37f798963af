import { KEYMAP, type Binding, type Command } from './keymap.ts';

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
  const [, mod = '', rest = ''] = /^(Mod\+|Ctrl\+)?(.+)$/.exec(key) ?? [];
  const withMod = mod !== '';
  if (withMod !== (event.ctrlKey || (event.metaKey && mod !== 'Ctrl+'))) return false;
  const withShift = rest.startsWith('Shift+');
  const name = withShift ? rest.slice(6) : rest;
  if (event.key !== name && event.key.toLowerCase() !== name) return false;
  if (withShift) return event.shiftKey;
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
