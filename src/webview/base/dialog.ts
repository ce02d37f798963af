import { css, html, LitElement, type CSSResultGroup, type TemplateResult } from 'lit';
import { icon, iconStyles } from './icons.ts';
import { t } from './l10n.ts';
import { baseStyles } from './styles.ts';

/** A dialog over the page, which its button, Escape and any click beside it close. */
export abstract class PageDialog extends LitElement {
  static override styles: CSSResultGroup = [
    baseStyles,
    iconStyles,
    css`
      dialog {
        background: var(--vscode-editorWidget-background);
        border: 1px solid
          var(--vscode-editorWidget-border, var(--vscode-widget-border, var(--vscode-contrastBorder)));
        border-radius: 6px;
        box-shadow: 0 4px 16px var(--vscode-widget-shadow, transparent);
        color: var(--vscode-editorWidget-foreground, inherit);
        margin: 0;
        overflow: auto;
        padding: 10px 14px 12px;
      }
      dialog::backdrop {
        background: transparent;
      }
      header {
        align-items: center;
        display: flex;
        justify-content: space-between;
      }
      h2 {
        font-size: inherit;
        font-weight: 600;
        margin: 0;
      }
    `,
  ];

  show(): void {
    this.#dialog?.showModal();
  }

  /** Heading and name of the dialog. */
  protected abstract get heading(): string;

  protected abstract renderContent(): TemplateResult;

  protected override render(): TemplateResult {
    return html`<dialog
      aria-label=${this.heading}
      @click=${this.#onClick}
      @keydown=${(event: Event) => event.stopPropagation()}
    >
      <header>
        <h2>${this.heading}</h2>
        <button class="tool" title=${t('Close (Esc)')} aria-label=${t('Close')} @click=${this.#close}>
          ${icon('close')}
        </button>
      </header>
      ${this.renderContent()}
    </dialog>`;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  #close(): void {
    this.#dialog?.close();
  }

  /** A click on the dialog element itself, not on something in it, is one on its backdrop or edge. A key is no click. */
  #onClick({ clientX: x, clientY: y, detail: clicks }: MouseEvent): void {
    const box = this.#dialog?.getBoundingClientRect();
    if (!box || clicks === 0) return;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) this.#close();
  }
}
