import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { fire } from '../base/events.ts';
import { count } from '../base/format.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** Characters shown at first and added by each "show more"; of them so many in colours. */
const PAGE = 200_000;
const COLOURED = 200_000;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

/** The exact text of an event, in colours where it is JSON. */
export class RawText extends LitElement {
  static override styles = [
    baseStyles,
    css`
      pre {
        line-height: 19px;
        margin: 0;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
        user-select: text;
        white-space: pre-wrap;
      }
      pre.unwrapped {
        overflow-x: auto;
        white-space: pre;
      }
      p {
        color: var(--vscode-descriptionForeground);
        margin: 8px 0 0;
      }
      .name {
        color: var(--vscode-debugTokenExpression-name);
      }
      .string {
        color: var(--vscode-debugTokenExpression-string);
      }
      .number {
        color: var(--vscode-debugTokenExpression-number);
      }
      .word {
        color: var(--vscode-debugTokenExpression-boolean);
      }
    `,
  ];
  static override properties = {
    text: { attribute: false },
    seq: { type: Number },
    json: { type: Boolean },
    wrap: { type: Boolean },
  };
  declare text: string;
  declare seq: number;
  declare json: boolean;
  declare wrap: boolean;
  #shown = PAGE;
  #content: DocumentFragment | string = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text')) this.#shown = PAGE;
    const shown = this.text.slice(0, this.#shown);
    this.#content = this.json && shown.length <= COLOURED ? coloured(shown) : shown;
  }

  protected override render(): TemplateResult {
    const rest = this.text.length - this.#shown;
    return html`<pre
        class="mono ${this.wrap ? '' : 'unwrapped'}"
        tabindex="0"
        aria-label=${t('Raw text, {0} characters', count(this.text.length))}
      >
${this.#content}</pre>
      ${
        rest > 0
          ? html`<p>
              ${t('{0} of {1} characters.', count(this.#shown), count(this.text.length))}
              <button class="link" @click=${this.#showMore}>
                ${t('Show {0} more', count(Math.min(rest, PAGE)))}
              </button>
              ·
              <button class="link" @click=${() => fire(this, 'gso-document', this.seq)}>
                ${t('Open as Document')}
              </button>
            </p>`
          : nothing
      }`;
  }

  #showMore(): void {
    this.#shown += PAGE;
    this.requestUpdate();
  }
}

/** The text in spans: made at once, since a template for each of ten thousand would take longer than showing them. */
function coloured(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    const token = string ?? whole;
    const span = document.createElement('span');
    span.className =
      string === undefined
        ? /^[-\d]/.test(whole)
          ? 'number'
          : 'word'
        : colon === undefined
          ? 'string'
          : 'name';
    span.textContent = token;
    fragment.append(text.slice(from, match.index), span);
    from = match.index + token.length;
  }
  fragment.append(text.slice(from));
  return fragment;
}

customElements.define('gso-raw', RawText);
