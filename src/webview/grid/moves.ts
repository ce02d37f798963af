import type { Command } from '../base/keymap.ts';
import type { GridView, Move } from './view.ts';

/** The row that a moving key goes to and what becomes of the selection, `null` for keys that do not move. */
export function destination(
  command: Command,
  view: GridView,
): { readonly at: number; readonly move: Move } | null {
  const last = view.matched - 1;
  const at = view.focusAt < 0 ? null : view.focusAt;
  const only = (target: number): { readonly at: number; readonly move: Move } => ({
    at: target,
    move: 'only',
  });
  switch (command) {
    case 'next':
      return only(at === null ? last : at + 1);
    case 'previous':
      return only(at === null ? last : at - 1);
    case 'focusNext':
      return { at: at === null ? last : at + 1, move: 'focus' };
    case 'focusPrevious':
      return { at: at === null ? last : at - 1, move: 'focus' };
    case 'pageDown':
      return only(at === null ? last : at + view.page);
    case 'pageUp':
      return only((at ?? last) - view.page);
    case 'first':
      return only(0);
    case 'last':
      return only(last);
    default:
      return null;
  }
}
