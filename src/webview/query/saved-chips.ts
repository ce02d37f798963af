import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import type { SavedQuery } from '../../rpc/inspectorQuery.ts';
import { savedQueryContext } from '../base/contextMenu.ts';
import { fire } from '../base/events.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** The saved queries as buttons; the one that the events are filtered by is pressed. */
export class SavedChips extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .chips {
        display: flex;
        gap: 4px;
        overflow: auto hidden;
        padding: 5px 8px;
        scrollbar-width: none;
      }
      .chips::-webkit-scrollbar {
        display: none;
      }
      button {
        background: var(--vscode-button-secondaryBackground, transparent);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 10px;
        color: var(--vscode-button-secondaryForeground, inherit);
        cursor: pointer;
        flex: none;
        font: inherit;
        font-size: calc(var(--vscode-font-size, 13px) - 1px);
        line-height: 18px;
        max-width: 220px;
        overflow: hidden;
        padding: 0 9px;
        text-overflow: ellipsis;
        unicode-bidi: isolate;
        white-space: nowrap;
      }
      button:hover {
        background: var(--vscode-button-secondaryHoverBackground, var(--vscode-toolbar-hoverBackground));
      }
      button[aria-pressed='true'] {
        background: var(--vscode-inputOption-activeBackground, var(--vscode-button-background));
        border-color: var(--vscode-inputOption-activeBorder, var(--vscode-focusBorder));
        color: var(--vscode-inputOption-activeForeground, var(--vscode-button-foreground));
      }
      @media (forced-colors: active) {
        button[aria-pressed='true'] {
          background: Highlight;
          color: HighlightText;
          forced-color-adjust: none;
        }
      }
    `,
  ];
  static override properties = { saved: { attribute: false }, query: {} };
  declare saved: readonly SavedQuery[];
  /** The query that the events are filtered by. */
  declare query: string;

  constructor() {
    super();
    this.saved = [];
    this.query = '';
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.saved.length === 0) return nothing;
    return html`<div class="chips" role="group" aria-label=${t('Saved queries')}>
      ${this.saved.map((saved) => this.#renderChip(saved))}
    </div>`;
  }

  #renderChip({ name, query, scope }: SavedQuery): TemplateResult {
    const isActive = query === this.query;
    return html`<button
      aria-pressed=${isActive}
      title="${query === '' ? t('all events') : query}
${scope === 'user' ? t('Saved in the user settings') : t('Saved in this workspace')}"
      data-vscode-context=${savedQueryContext(name, scope)}
      @click=${() => fire(this, 'gso-query', isActive ? defaultQuery : query)}
    >
      ${name}
    </button>`;
  }
}

customElements.define('gso-saved-chips', SavedChips);
