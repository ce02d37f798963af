import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ConnectionBadge, Status } from '../../rpc/inspector.ts';
import { firing } from '../base/events.ts';
import { bytes, count, eventCount, rate } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** Status line: events held and where, rate, and state of the connections. */
export class StatusLine extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      :host {
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, transparent));
        display: block;
      }
      .line {
        align-items: center;
        color: var(--vscode-descriptionForeground);
        display: flex;
        font-size: calc(var(--vscode-font-size, 13px) - 1px);
        gap: 16px;
        height: 24px;
        padding: 0 6px 0 10px;
        white-space: nowrap;
      }
      .numbers {
        font-variant-numeric: tabular-nums;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .connections {
        display: flex;
        flex: 1;
        flex-wrap: wrap;
        gap: 0 12px;
        height: 22px;
        line-height: 22px;
        list-style: none;
        margin: 0;
        min-width: 0;
        overflow: hidden;
        padding: 0;
      }
      li {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .dot {
        border: 1.5px solid currentcolor;
        border-radius: 50%;
        display: inline-block;
        height: 8px;
        margin-right: 5px;
        width: 8px;
      }
      .ready .dot {
        background: currentcolor;
        color: var(--vscode-testing-iconPassed, var(--vscode-charts-green));
      }
      .connecting .dot,
      .authenticating .dot,
      .waiting .dot {
        background: linear-gradient(90deg, currentcolor 50%, transparent 50%);
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      }
      .failed .dot {
        background: currentcolor;
        border-radius: 1px;
        color: var(--vscode-errorForeground);
      }
      .waiting .label,
      .connecting .label,
      .authenticating .label {
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      }
      .failed .label {
        color: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
      }
      button.link {
        border-radius: 3px;
        color: inherit;
        flex: none;
        padding: 0 4px;
      }
      button.place {
        align-items: center;
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
        display: inline-flex;
        gap: 4px;
      }
      @media (forced-colors: active) {
        .ready .dot {
          background: CanvasText;
        }
        .failed .dot {
          background: CanvasText;
          transform: rotate(45deg);
        }
      }
    `,
  ];
  static override properties = {
    status: { attribute: false },
    selected: { type: Number },
    narrow: { type: Boolean },
  };
  declare status: Status | null;
  declare selected: number;
  declare narrow: boolean;

  protected override render(): TemplateResult | typeof nothing {
    const { status } = this;
    if (!status) return nothing;
    return html`<div class="line">
      <span class="numbers">${eventCount(status.total)} · ${bytes(status.bytes)}</span>
      ${this.#renderPlace(status)}
      ${this.narrow || status.recording ? nothing : html`<span>${rate(status.rate)}</span>`}
      ${this.#renderNoise(status)}
      ${this.selected > 1 ? html`<span>${t('{0} selected', count(this.selected))}</span>` : nothing}
      <ul class="connections" aria-label=${t('Connections')}>
        ${status.connections.map((badge) => renderBadge(badge, this.narrow))}
      </ul>
      <button class="link" title=${t('Show the keys')} @click=${firing(this, 'gso-action', 'help')}>
        ${t('? keys')}
      </button>
    </div>`;
  }

  /** One switch between the events and all that is repeated beside them. */
  #renderNoise({ noise }: Status): TemplateResult | typeof nothing {
    if (noise === null || noise === 0 || (noise === 'shown' && this.narrow)) return nothing;
    const isShown = noise === 'shown';
    const words = isShown
      ? t('Hide noise')
      : this.narrow
        ? t('{0} noise', count(noise))
        : t('{0} hidden as noise', count(noise));
    return html`<button
      class="link"
      title=${isShown ? t('Hide polling and measurements') : t('Show polling and measurements too')}
      @click=${firing(this, 'gso-action', isShown ? 'hideNoise' : 'showNoise')}
    >
      ${words}
    </button>`;
  }

  /** Says where the events are where that is not the file; a press opens the history. */
  #renderPlace({ kept, keptWhy }: Status): TemplateResult | typeof nothing {
    if (kept === 'file') return nothing;
    const words = kept === 'memory' ? t('in memory') : t('no history');
    return html`<button
      class="link place"
      title=${keptWhy}
      aria-label=${`${words}: ${keptWhy}`}
      @click=${firing(this, 'gso-action', 'history')}
    >
      ${icon('warning')}${words}
    </button>`;
  }
}

function renderBadge({ name, state, label, kept }: ConnectionBadge, narrow: boolean): TemplateResult {
  const saysState = state !== 'ready' && !narrow;
  const title = kept ? '' : t('Its history is switched off: its events are not shown here.');
  return html`<li class=${state} title="${`${name}: ${label}. ${title}`.trim()}">
    <span class="dot" aria-hidden="true"></span>${name}${
      saysState
        ? html` <span class="label">${label}</span>`
        : html`<span class="hidden-text">: ${label}</span>`
    }${kept ? nothing : html` <span class="off">${t('history off')}</span>`}
  </li>`;
}

customElements.define('gso-status-line', StatusLine);
