import type { Disposable } from 'vscode';
import { env } from 'vscode';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import type { CopyForm, GridWish } from '../../rpc/inspectorGrid.ts';
import type { OwnCommand } from '../contributions/commands.ts';
import type { InspectorSession } from './inspectorSession.ts';

interface GridCommandsOptions {
  readonly register: (command: OwnCommand, run: (argument: unknown) => unknown) => Disposable;
  /** The inspector that was used last. */
  readonly active: () => InspectorSession | undefined;
  /** The events that the context of a menu names, or that are selected. */
  readonly events: (context: unknown) => Promise<readonly JournalEvent[]>;
}

/** Commands for the columns of the grid and for copies of its events. */
export function registerGridCommands({ register, active, events }: GridCommandsOptions): void {
  const wishOf = (command: OwnCommand, wish: (context: unknown) => GridWish | undefined): void => {
    register(command, (context) => {
      const wanted = wish(context);
      if (wanted) active()?.wish(wanted);
    });
  };
  wishOf('addColumn', (context) => {
    const path = textIn(context, 'path');
    return path === undefined ? undefined : { wish: 'addColumn', path };
  });
  wishOf('hideColumn', (context) => ofColumn(context, 'hideColumn'));
  wishOf('fitColumn', (context) => ofColumn(context, 'fitColumn'));
  wishOf('configureColumns', () => ({ wish: 'configureColumns' }));
  wishOf('resetColumns', () => ({ wish: 'resetColumns' }));
  register('copyValue', async (context) => {
    // A value of the payload stands in its context, that of a cell is known to the page.
    const text = textIn(context, 'text');
    if (text === undefined) active()?.wish({ wish: 'copyValue' });
    else await env.clipboard.writeText(text);
  });
  const copies: Partial<Record<OwnCommand, CopyForm>> = {
    copyEvent: 'raw',
    copyRow: 'row',
    copyJson: 'json',
    copyCurl: 'curl',
    copyFixture: 'fixture',
  };
  for (const [command, form] of Object.entries(copies))
    register(command as OwnCommand, async (context) => {
      await active()?.grid.copyAs(form, await events(context));
    });
}

function ofColumn(context: unknown, wish: 'hideColumn' | 'fitColumn'): GridWish | undefined {
  const column = textIn(context, 'column');
  return column === undefined ? undefined : { wish, column };
}

/** A text in the context of a menu of the page. */
function textIn(context: unknown, name: string): string | undefined {
  const value: unknown =
    typeof context === 'object' && context && Object.hasOwn(context, name)
      ? (context as Record<string, unknown>)[name]
      : undefined;
  return typeof value === 'string' ? value : undefined;
}
