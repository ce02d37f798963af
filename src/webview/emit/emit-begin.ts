import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EmitShelf, EmitTemplate } from '../../rpc/inspectorEmit.ts';
import { fire } from '../base/events.ts';
import { moment } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { inputStyles } from './message-form.styles.ts';

/** Messages to begin with: templates as chips, and what was sent lately. Fires `gso-draft` with the chosen one. */
export class EmitBegin extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    inputStyles,
    css`
      :host {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        min-width: 0;
      }
      .chip {
        background: var(--vscode-button-secondaryBackground, transparent);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 10px;
        color: var(--vscode-button-secondaryForeground, inherit);
        display: inline-flex;
        max-width: 100%;
        min-width: 0;
      }
      .chip:hover,
      .chip:focus-within {
        background: var(--vscode-button-secondaryHoverBackground, var(--vscode-toolbar-hoverBackground));
      }
      .chip button {
        background: transparent;
        border: 0;
        border-radius: 10px;
        color: inherit;
        cursor: pointer;
        font: inherit;
        font-size: calc(var(--vscode-font-size, 13px) - 1px);
        line-height: 18px;
        min-width: 0;
        overflow: hidden;
        padding: 0 2px 0 9px;
        text-overflow: ellipsis;
        unicode-bidi: isolate;
        white-space: nowrap;
      }
      .chip .delete {
        align-items: center;
        display: inline-flex;
        flex: none;
        padding: 0 5px 0 2px;
      }
      select {
        max-width: 100%;
      }
    `,
  ];
  static override properties = { shelf: { attribute: false } };
  declare shelf: EmitShelf;

  constructor() {
    super();
    this.shelf = { templates: [], history: [] };
  }

  protected override render(): TemplateResult {
    const { templates, history } = this.shelf;
    return html`${templates.map((template) => this.#renderChip(template))}${
      history.length === 0
        ? nothing
        : html`<select aria-label=${t('Sent before')} @change=${this.#onHistory}>
            <option value="">${t('Sent before…')}</option>
            ${history.map(
              ({ at, type, text, targets }, index) =>
                html`<option value=${index}>
                  ${t('{0} to {1}, {2}', type === '' ? text.slice(0, 40) : type, targets.join(', '), moment(at).slice(0, 19))}
                </option>`,
            )}
          </select>`
    }`;
  }

  #renderChip(template: EmitTemplate): TemplateResult {
    const { name, text, scope } = template;
    return html`<span class="chip">
      <button
        title="${text.slice(0, 400)}
${scope === 'user' ? t('Saved in the user settings') : t('Saved in this workspace')}"
        @click=${() => fire(this, 'gso-draft', template)}
      >
        ${name}
      </button>
      <button
        class="delete"
        title=${t('Delete Template')}
        aria-label=${t('Delete the template {0}', name)}
        @click=${() => fire(this, 'gso-delete-template', template)}
      >
        ${icon('close')}
      </button>
    </span>`;
  }

  #onHistory(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const sent = this.shelf.history[Number(select.value)];
    if (select.value !== '' && sent) fire(this, 'gso-draft', sent);
    select.value = '';
  }
}

customElements.define('gso-emit-begin', EmitBegin);
