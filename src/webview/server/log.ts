import { css, html, LitElement, type TemplateResult } from 'lit';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** The last lines of a log. It follows the end as long as the end is on screen. */
export class LogView extends LitElement {
  static override styles = [
    baseStyles,
    css`
      pre {
        background: var(--vscode-textCodeBlock-background, transparent);
        border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, transparent));
        box-sizing: border-box;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--vscode-editor-font-size, 12px);
        margin: 4px 0 0;
        max-height: 300px;
        min-height: 4em;
        overflow: auto;
        overflow-wrap: anywhere;
        padding: 6px 8px;
        user-select: text;
        white-space: pre-wrap;
      }
      pre:focus-visible {
        outline: 2px solid var(--vscode-focusBorder);
      }
    `,
  ];
  static override properties = { lines: { attribute: false }, label: { attribute: false } };
  declare lines: readonly string[];
  declare label: string;
  #isAtEnd = true;

  constructor() {
    super();
    this.lines = [];
    this.label = '';
  }

  protected override render(): TemplateResult {
    const isEmpty = this.lines.every((line) => line === '');
    return html`<pre
      role="log"
      tabindex="0"
      aria-label=${this.label}
      @scroll=${({
        currentTarget: { scrollTop, scrollHeight, clientHeight },
      }: {
        currentTarget: Element;
      }) => {
        this.#isAtEnd = scrollHeight - scrollTop - clientHeight < 4;
      }}
    >
${isEmpty ? t('Nothing has been written yet.') : this.lines.join('\n')}</pre>`;
  }

  protected override updated(): void {
    const log = this.renderRoot.querySelector('pre');
    if (log && this.#isAtEnd) log.scrollTop = log.scrollHeight;
  }
}

customElements.define('gso-log-view', LogView);
