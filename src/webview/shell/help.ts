import { css, html, LitElement, type TemplateResult } from 'lit';
import { icon, iconStyles } from '../base/icons.ts';
import { keyLabel, KEYMAP } from '../base/keymap.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { filterTerms } from './filter-field.ts';

/** The keys and what the filter understands, in a dialog that any click beside it closes. */
export class HelpDialog extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      dialog {
        background: var(--vscode-editorWidget-background);
        border: 1px solid
          var(--vscode-editorWidget-border, var(--vscode-widget-border, var(--vscode-contrastBorder)));
        border-radius: 6px;
        bottom: 30px;
        box-shadow: 0 4px 16px var(--vscode-widget-shadow, transparent);
        color: var(--vscode-editorWidget-foreground, inherit);
        inset-inline: auto 8px;
        margin: 0;
        max-height: calc(100vh - 40px);
        max-width: calc(100vw - 16px);
        overflow: auto;
        padding: 10px 14px 12px;
        top: auto;
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
        margin: 8px 0 4px;
      }
      header h2 {
        margin: 0;
      }
      dl {
        display: grid;
        gap: 3px 18px;
        grid-template-columns: minmax(90px, auto) 1fr;
        margin: 0;
      }
      dd {
        color: var(--vscode-descriptionForeground);
        margin: 0;
      }
      kbd {
        background: var(--vscode-keybindingLabel-background);
        border: 1px solid var(--vscode-keybindingLabel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 3px;
        color: var(--vscode-keybindingLabel-foreground);
        font: inherit;
        font-size: calc(var(--vscode-font-size, 13px) - 2px);
        padding: 0 5px;
      }
    `,
  ];

  show(): void {
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  #close(): void {
    this.#dialog?.close();
  }

  protected override render(): TemplateResult {
    return html`<dialog
      aria-label=${t('Keys')}
      @click=${this.#onClick}
      @keydown=${(event: Event) => event.stopPropagation()}
    >
      <header>
        <h2>${t('Keys')}</h2>
        <button class="tool" title=${t('Close (Esc)')} aria-label=${t('Close')} @click=${this.#close}>
          ${icon('close')}
        </button>
      </header>
      <dl>
        ${KEYMAP.map(
          ({ keys, label }) =>
            html`<dt>
                ${keys.map((key, index) => html`${index > 0 ? ' ' : ''}<kbd>${keyLabel(key)}</kbd>`)}
              </dt>
              <dd>${label()}</dd>`,
        )}
      </dl>
      <p class="muted">${t('Shift with a moving key extends the selection.')}</p>
      <h2>${t('Filter')}</h2>
      <dl>
        <dt>${t('word')}</dt>
        <dd>${t('Words are searched in everything.')}</dd>
        ${filterTerms().map(
          ([term, meaning]) =>
            html`<dt class="mono">${term}</dt>
              <dd>${meaning}</dd>`,
        )}
      </dl>
    </dialog>`;
  }

  /** A click on the dialog element itself, not on something in it, is one on its backdrop or edge. */
  #onClick(event: MouseEvent): void {
    const box = this.#dialog?.getBoundingClientRect();
    if (!box) return;
    const isInside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!isInside && event.detail > 0) this.#close();
  }
}

customElements.define('gso-help', HelpDialog);
