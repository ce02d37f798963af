/** Value of `data-vscode-context`: the section of the menu, and the event that it is about where that is one alone. */
export function menuContext(section: 'event' | 'none', event?: number): string {
  // An event in full is text to read: what VS Code itself offers for a selection of it stays in the menu.
  return JSON.stringify(
    event === undefined
      ? { webviewSection: section, preventDefaultContextMenuItems: true }
      : { webviewSection: section, event },
  );
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
