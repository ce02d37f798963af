import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { firing } from '../base/events.ts';
import { eventCount } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** Says that earlier events are hidden, with the way back; it goes when it was read, and comes with the next clearing. */
export class ClearedBar extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      :host {
        display: block;
      }
      .bar {
        align-items: center;
        background: var(--vscode-editorWidget-background);
        border-bottom: 1px solid var(--vscode-contrastBorder, var(--vscode-panel-border, transparent));
        display: flex;
        flex-wrap: wrap;
        gap: 2px 12px;
        min-height: 26px;
        padding: 2px 4px 2px 10px;
      }
      .words {
        flex: 1 1 auto;
      }
    `,
  ];
  static override properties = { count: { type: Number }, read: { state: true } };
  /** Events that are hidden. */
  declare count: number;
  /** The count that was read. */
  declare private read: number;

  constructor() {
    super();
    this.count = 0;
    this.read = 0;
  }

  protected override willUpdate(): void {
    if (this.count === 0) this.read = 0;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.count === this.read) return nothing;
    return html`<div class="bar" role="status">
      <span class="words">${t('Cleared: {0} hidden here, none deleted.', eventCount(this.count))}</span>
      <button class="link" @click=${firing(this, 'gso-action', 'undoClear')}>${t('Undo')}</button>
      <button class="link" @click=${firing(this, 'gso-action', 'history')}>${t('Delete History…')}</button>
      <button
        class="tool"
        title=${t('Close')}
        aria-label=${t('Close')}
        @click=${() => {
          this.read = this.count;
        }}
      >
        ${icon('close')}
      </button>
    </div>`;
  }
}

customElements.define('gso-cleared-bar', ClearedBar);
