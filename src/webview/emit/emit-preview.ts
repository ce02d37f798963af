import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EmitPreview as Preview } from '../../rpc/inspectorEmit.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

const marks: Readonly<Record<string, string>> = { '\n': '↵\n', '\r': '␍', '\t': '→' };

/** The bytes that go out to each target; white space that is easily overlooked has a mark. */
export class EmitPreview extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      summary {
        cursor: pointer;
        font-weight: 600;
      }
      summary .muted {
        font-weight: normal;
      }
      pre {
        background: var(--vscode-textCodeBlock-background, var(--vscode-editor-background));
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 3px;
        margin: 3px 0 6px;
        max-height: 160px;
        overflow: auto;
        padding: 4px 8px;
        user-select: text;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .mark {
        color: var(--vscode-descriptionForeground);
      }
      .head {
        margin-top: 4px;
        overflow-wrap: anywhere;
      }
      .problem {
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
        display: flex;
        gap: 4px;
        margin-top: 4px;
        overflow-wrap: anywhere;
      }
    `,
  ];
  static override properties = { previews: { attribute: false } };
  declare previews: readonly Preview[];

  constructor() {
    super();
    this.previews = [];
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.previews.length === 0) return nothing;
    const [first] = this.previews;
    const isSame = this.previews.every(({ bytes, begin, end }) => sameBytes(first, { bytes, begin, end }));
    const shown = isSame ? this.previews.slice(0, 1) : this.previews;
    const refused = this.previews.filter(({ problem }) => problem !== '');
    return html`<details>
        <summary>
          ${t('Bytes on the wire')}${first && isSame ? html` <span class="muted">${byteCount(first)}</span>` : nothing}
        </summary>
        ${shown
          .filter(({ problem }) => problem === '')
          .map(
            (preview) =>
              html`${
                  isSame
                    ? nothing
                    : html`<div class="head">
                        ${preview.label} <span class="muted">${byteCount(preview)}</span>
                      </div>`
                }
                <pre class="mono" tabindex="0" aria-label=${t('Bytes to {0}', preview.label)}>
${marked(preview.begin)}${
                    preview.end === '' ? nothing : html`<span class="mark">…</span>${marked(preview.end)}`
                  }</pre>`,
          )}
      </details>
      ${refused.map(
        ({ label, problem }) =>
          html`<div class="problem">
            ${icon('warning')}<span><b>${label}</b> ${problem}</span>
          </div>`,
      )}`;
  }
}

function sameBytes(
  one: Preview | undefined,
  { bytes, begin, end }: Pick<Preview, 'bytes' | 'begin' | 'end'>,
): boolean {
  return one?.bytes === bytes && one.begin === begin && one.end === end;
}

function byteCount({ bytes }: Preview): string {
  return bytes === 1 ? t('1 byte') : t('{0} bytes', count(bytes));
}

function marked(text: string): unknown[] {
  return text
    .split(/([\n\r\t])/)
    .map((part) => (marks[part] === undefined ? part : html`<span class="mark">${marks[part]}</span>`));
}

customElements.define('gso-emit-preview', EmitPreview);
