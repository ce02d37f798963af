import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RelatedRow } from '../../rpc/inspectorDetail.ts';
import { fire } from '../base/events.ts';
import { clock, count, duration } from '../base/format.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { severityLabel } from '../grid/cells.ts';

const GLYPHS: Readonly<Record<RelatedRow['direction'], string>> = { in: '↘', out: '↗', none: '◌' };

/** Cause and effect of an event in the order of time, with bars on a common axis. Each opens its event. */
export class RelatedEvents extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        container-type: inline-size;
        display: block;
        margin: 0 -12px;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      button {
        align-items: center;
        background: none;
        border: 0;
        color: inherit;
        cursor: pointer;
        display: grid;
        font: inherit;
        gap: 8px;
        grid-template-columns: max-content 1ch minmax(0, 1fr) 8ch minmax(50px, 22%);
        height: 22px;
        padding: 0 12px;
        text-align: start;
        width: 100%;
      }
      button:hover {
        background: var(--vscode-list-hoverBackground);
      }
      button[aria-current] {
        background: var(--vscode-list-activeSelectionBackground);
        color: var(--vscode-list-activeSelectionForeground, inherit);
        outline: 1px dotted var(--vscode-contrastActiveBorder, transparent);
        outline-offset: -1px;
      }
      button:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
      }
      .text {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .took {
        text-align: end;
        white-space: nowrap;
      }
      .time,
      .took,
      .meanwhile .type,
      .summary {
        color: var(--vscode-descriptionForeground);
      }
      [aria-current] .time,
      [aria-current] .took,
      [aria-current] .summary {
        color: inherit;
      }
      .error .type {
        color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
      }
      .warning .type {
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      }
      [aria-current] .type {
        color: inherit;
      }
      .track {
        height: 8px;
        position: relative;
      }
      .bar {
        background: var(--vscode-charts-blue);
        border-radius: 1px;
        height: 100%;
        min-width: 3px;
        position: absolute;
      }
      .error .bar {
        background: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
      }
      .meanwhile .bar {
        opacity: 0.6;
      }
      [aria-current] .bar {
        background: currentColor;
      }
      @media (forced-colors: active) {
        .bar {
          background: none;
          border: 2px solid CanvasText;
        }
        button[aria-current] {
          outline: 2px solid Highlight;
        }
      }
      @container (max-width: 360px) {
        button {
          grid-template-columns: max-content 1ch minmax(0, 1fr) max-content;
        }
        .track {
          display: none;
        }
      }
      p {
        color: var(--vscode-descriptionForeground);
        margin: 8px 12px 0;
      }
      p:first-child {
        margin-top: 0;
      }
    `,
  ];
  static override properties = {
    rows: { attribute: false },
    more: { type: Number },
    current: { type: Number },
  };
  declare rows: readonly RelatedRow[];
  declare more: number;
  /** The event that the detail is about. */
  declare current: number;

  protected override render(): TemplateResult {
    if (this.rows.length < 2) return html`<p>${t('Nothing is linked to this event.')}</p>`;
    const from = Math.min(...this.rows.map(({ receivedAt }) => receivedAt));
    const to = Math.max(...this.rows.map(({ receivedAt, until }) => until ?? receivedAt));
    const share = (at: number): number => (to === from ? 0 : ((at - from) / (to - from)) * 100);
    const focus = this.rows.some(({ seq }) => seq === this.current) ? this.current : this.rows[0]?.seq;
    return html`<ol class="mono" aria-label=${t('Cause and effect')} @keydown=${this.#onKey}>
        ${repeat(
          this.rows,
          ({ seq }) => seq,
          (row) =>
            html`<li>
              <button
                class="${row.severity} ${row.link}"
                tabindex=${row.seq === focus ? 0 : -1}
                aria-current=${row.seq === this.current ? 'true' : nothing}
                title=${titleOf(row)}
                @click=${() => fire(this, 'gso-reveal', row.seq)}
              >
                <span class="time">${clock(row.receivedAt)}</span>
                <span><span aria-hidden="true">${GLYPHS[row.direction]}</span>${said(directionOf(row))}</span>
                <span class="text"
                  ><span class="type">${row.type}</span> <span class="summary">${row.summary}</span>${said(
                    row.severity === 'info' ? '' : severityLabel(row.severity),
                  )}</span
                >
                <span class="took"
                  ><span aria-hidden="true">${took(row)}</span
                  >${said(took(row) && t('took {0}', took(row)))}</span
                >
                ${row.link === 'meanwhile' ? said(t('About the same instance, while the task ran')) : nothing}
                <span class="track"
                  ><span
                    class="bar"
                    .style=${`left:min(${share(row.receivedAt)}%, 100% - 3px);width:${share(row.until ?? row.receivedAt) - share(row.receivedAt)}%`}
                  ></span
                ></span>
              </button>
            </li>`,
        )}
      </ol>
      ${this.more > 0 ? html`<p>${t('{0} more are not shown.', count(this.more))}</p>` : nothing}`;
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = [...this.renderRoot.querySelectorAll('button')];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    buttons[Math.min(Math.max(0, to), buttons.length - 1)]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

const took = ({ receivedAt, until }: RelatedRow): string =>
  until === null ? '' : duration(until - receivedAt);

function titleOf(row: RelatedRow): string {
  const words = `${row.type}: ${row.summary}`;
  return row.link === 'meanwhile' ? `${words}\n${t('About the same instance, while the task ran')}` : words;
}

const directionOf = ({ direction }: RelatedRow): string =>
  direction === 'out' ? t('sent') : direction === 'in' ? t('received') : '';

/** Words for those who hear the page. */
const said = (words: string): TemplateResult | typeof nothing =>
  words === '' ? nothing : html`<span class="hidden-text">${words}, </span>`;

customElements.define('gso-related', RelatedEvents);
