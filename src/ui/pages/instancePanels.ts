import { EventEmitter, ViewColumn, window, type WebviewPanel } from 'vscode';
import { instanceId, type InstanceRef } from '../../core/model/instance.ts';
import type { Runtime } from '../runtime.ts';

interface Kind {
  readonly type: string;
  readonly title: string;
  /** Shows the page; its code is loaded with the first one. */
  open(panel: WebviewPanel, ref: InstanceRef): Promise<{ dispose(): void }>;
}

/** Pages of one kind in editor tabs, one for each instance. */
export class InstancePanels {
  readonly #kind: Kind;
  readonly #panels = new Map<string, { readonly panel: WebviewPanel; readonly ref: InstanceRef }>();
  readonly #looked = new EventEmitter<void>();
  /** Fires when a panel was opened, closed, shown or hidden. */
  readonly onDidChangeLooked = this.#looked.event;

  constructor({ scope }: Runtime, kind: Kind) {
    this.#kind = kind;
    scope.add(this.#looked);
  }

  /** The instances whose pages are on screen. */
  looked(): readonly InstanceRef[] {
    return [...this.#panels.values()].filter(({ panel }) => panel.visible).map(({ ref }) => ref);
  }

  show(ref: InstanceRef): Promise<void> {
    const open = this.#panels.get(instanceId(ref));
    if (!open)
      return this.adopt(window.createWebviewPanel(this.#kind.type, this.#kind.title, ViewColumn.Active), ref);
    open.panel.reveal();
    return Promise.resolve();
  }

  /** Shows the page of an instance in a tab that VS Code has opened. */
  async adopt(panel: WebviewPanel, ref: InstanceRef): Promise<void> {
    const id = instanceId(ref);
    this.#panels.set(id, { panel, ref });
    const page = this.#kind.open(panel, ref);
    panel.onDidChangeViewState(() => this.#looked.fire());
    panel.onDidDispose(() => {
      void page.then((opened) => opened.dispose());
      if (this.#panels.get(id)?.panel === panel) this.#panels.delete(id);
      this.#looked.fire();
    });
    this.#looked.fire();
    await page;
  }
}
