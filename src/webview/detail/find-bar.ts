import { css, html, LitElement, type TemplateResult } from 'lit';
import { fire, firing } from '../base/events.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { MOST_MATCHES } from './findText.ts';

/** The field that searches a payload. */
export class FindBar extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      :host {
        align-items: center;
        background: var(--vscode-editorWidget-background);
        border: 1px solid var(--vscode-editorWidget-border, var(--vscode-widget-border, transparent));
        border-radius: 4px;
        display: flex;
        gap: 4px;
        margin: 0 12px 8px 4px;
        padding: 2px 4px;
        position: sticky;
        top: 0;
        z-index: 1;
      }
      input {
        background: var(--vscode-settings-textInputBackground, var(--vscode-input-background));
        border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-input-border, transparent));
        border-radius: 2px;
        color: var(--vscode-settings-textInputForeground, var(--vscode-input-foreground));
        flex: 1;
        font: inherit;
        height: 24px;
        min-width: 40px;
        padding: 0 6px;
      }
      output {
        color: var(--vscode-descriptionForeground);
        flex: none;
        white-space: nowrap;
      }
    `,
  ];
  static override properties = { found: { type: Number }, current: { type: Number }, query: {} };
  /** Places that were found. */
  declare found: number;
  /** Position of the match that is shown. */
  declare current: number;
  declare query: string;

  constructor() {
    super();
    this.found = 0;
    this.current = 0;
    this.query = '';
  }

  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector('input')?.select());
  }

  protected override render(): TemplateResult {
    return html`<input
        type="text"
        spellcheck="false"
        aria-label=${t('Search the payload')}
        placeholder=${t('Search the payload')}
        .value=${this.query}
        @input=${(event: Event) => fire(this, 'gso-find', (event.target as HTMLInputElement).value)}
        @keydown=${this.#onKey}
      /><output aria-live="polite">${this.#said()}</output>
      ${tool(t('Previous Match (Shift+Enter)'), 'arrow-up', firing(this, 'gso-find-step', -1))}
      ${tool(t('Next Match (Enter)'), 'arrow-down', firing(this, 'gso-find-step', 1))}
      ${tool(t('Close Search (Esc)'), 'close', firing(this, 'gso-find-close', null))}`;
  }

  #said(): string {
    if (this.query === '') return '';
    if (this.found === 0) return t('No results');
    const all = this.found > MOST_MATCHES ? `${count(MOST_MATCHES)}+` : count(this.found);
    return t('{0} of {1}', count(this.current + 1), all);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') fire(this, 'gso-find-step', event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') fire(this, 'gso-find-close', null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const tool = (label: string, name: 'arrow-up' | 'arrow-down' | 'close', run: () => void): TemplateResult =>
  html`<button class="tool" title=${label} aria-label=${label} @click=${run}>${icon(name)}</button>`;

customElements.define('gso-find', FindBar);
