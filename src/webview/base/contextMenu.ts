/** Value of `data-vscode-context`: the section of the menu, and the event that it is about where that is one alone. */
export function menuContext(section: 'event' | 'none', event?: number): string {
  // An event in full is text to read: what VS Code itself offers for a selection of it stays in the menu.
  return JSON.stringify(
    event === undefined
      ? { webviewSection: section, preventDefaultContextMenuItems: true }
      : { webviewSection: section, event },
  );
}

/** Value of `data-vscode-context` for a saved query. */
export function savedQueryContext(name: string, scope: string): string {
  return JSON.stringify({ webviewSection: 'savedQuery', name, scope, preventDefaultContextMenuItems: true });
}

/** The context of a menu on a cell, which is about the selection that its row is in. */
export function cellContext(facts: {
  readonly event: number;
  readonly isCall: boolean;
  readonly field?: string;
  readonly value?: string;
}): string {
  return JSON.stringify({
    webviewSection: 'event',
    preventDefaultContextMenuItems: true,
    ofSelection: true,
    ...facts,
  });
}

/** The context of a menu on the head of a column. */
export function columnContext(column: string): string {
  return JSON.stringify({ webviewSection: 'column', preventDefaultContextMenuItems: true, column });
}

/** Value of `data-vscode-context` of a value that the query can ask for. */
export function termContext(field: string, value: string): string {
  return JSON.stringify({ webviewSection: 'term', field, value, preventDefaultContextMenuItems: true });
}

/** Value of `data-vscode-context` of a place in a payload; `value` is absent where it is long or has parts. */
export function valueContext(event: number, path: string, value: string | undefined): string {
  return JSON.stringify({ webviewSection: 'value', event, path, ...(value === undefined ? {} : { value }) });
}

/**
 * Gives the host of shadow roots the context of the element that a context menu opens on. VS Code reads
 * `data-vscode-context` of the event's target and its ancestors, and of all that is in a shadow root it sees the host.
 */
export function exposeMenuContext(host: HTMLElement, event: MouseEvent): void {
  const inner = event.composedPath().slice(0, event.composedPath().indexOf(host));
  const contexts = inner.flatMap((element) => {
    const context = element instanceof HTMLElement ? element.dataset['vscodeContext'] : undefined;
    return context === undefined ? [] : [JSON.parse(context) as object];
  });
  if (contexts.length === 0) delete host.dataset['vscodeContext'];
  // The nearest one counts, as among elements that VS Code sees.
  else host.dataset['vscodeContext'] = JSON.stringify(Object.assign({}, ...contexts.reverse()));
}
