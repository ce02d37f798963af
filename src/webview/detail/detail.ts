import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Detail, ViewState } from '../../rpc/inspector.ts';
import { menuContext } from '../base/contextMenu.ts';
import { fire, firing } from '../base/events.ts';
import { bytes, count, delta, moment } from '../base/format.ts';
import { closeTool } from '../base/closeTool.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { type JsonReading, problemText, readJson } from '../base/json.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { originLabel, severityLabel } from '../grid/cells.ts';
import { detailStyles } from './detail.styles.ts';
import './tree.ts';

type Tab = ViewState['detailTab'];
const TABS: readonly { readonly id: Tab; readonly label: () => string }[] = [
  { id: 'payload', label: () => t('Payload') },
  { id: 'raw', label: () => t('Raw') },
];

/** One event in full: what it is and means, what was wrong with it, and its payload as tree or exact text. */
export class DetailPane extends LitElement {
  static override styles = [baseStyles, iconStyles, detailStyles];
  static override properties = { detail: { attribute: false }, gone: { type: Boolean }, tab: {} };
  declare detail: Detail | null;
  /** The event was removed from the journal meanwhile. */
  declare gone: boolean;
  declare tab: Tab;
  #reading: JsonReading | null = null;

  constructor() {
    super();
    this.detail = null;
    this.gone = false;
    this.tab = 'payload';
  }

  override focus(): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus(),
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('detail')) return;
    const isText = this.detail !== null && !this.detail.base64;
    this.#reading = isText ? readJson(this.detail?.raw ?? '') : null;
  }

  protected override render(): TemplateResult {
    return html`<section
      aria-label=${t('Event detail')}
      data-vscode-context=${this.detail ? menuContext('event', this.detail.seq) : nothing}
    >
      <header>
        <div role="tablist" aria-label=${t('Event detail')} @keydown=${this.#onTabKey}>
          ${TABS.map(
            ({ id, label }) =>
              html`<button
                role="tab"
                id="tab-${id}"
                aria-controls="panel"
                aria-selected=${id === this.tab}
                tabindex=${id === this.tab ? 0 : -1}
                @click=${firing(this, 'gso-tab', id)}
              >
                ${label()}
              </button>`,
          )}
        </div>
        ${this.#renderTools()}
      </header>
      <div class="panel" role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}">
        ${this.#renderPanel()}
      </div>
    </section>`;
  }

  #renderTools(): TemplateResult {
    const { detail } = this;
    return html`<div class="tools">
      ${
        detail === null
          ? nothing
          : html`<button
              class="tool"
              title=${detail.rawCut ? t('Copy the shown part') : t('Copy the exact text')}
              aria-label=${t('Copy')}
              @click=${firing(this, 'gso-copy', detail.raw)}
            >
              ${icon('copy')}
            </button>`
      }
      ${
        detail?.emittable === true
          ? html`<button
              class="tool text"
              title=${t('Emit Again…')}
              @click=${firing(this, 'gso-action', 'emitAgain')}
            >
              ${icon('pulse')}<span>${t('Emit Again…')}</span>
            </button>`
          : nothing
      }
      ${closeTool(this)}
    </div>`;
  }

  #renderPanel(): TemplateResult | typeof nothing {
    const { detail } = this;
    if (this.gone) return html`<p class="hint">${t('This event is not in the history any more.')}</p>`;
    if (!detail) return nothing;
    if (this.tab === 'raw') return html`${this.#renderNotices(detail)}${this.#renderRaw(detail)}`;
    return html`${this.#renderFacts(detail)}${this.#renderNotices(detail)}${this.#renderProblems(detail)}
    ${this.#renderPayload(detail)}`;
  }

  #renderFacts(detail: Detail): TemplateResult {
    const origin = originLabel(detail.origin);
    const direction = detail.direction === 'out' ? t('sent') : '';
    const sender =
      detail.time === null
        ? nothing
        : html` <span class="muted" title=${moment(detail.time)}
            >${t('(sent {0})', delta(detail.time - detail.receivedAt))}</span
          >`;
    return html`<dl class="mono">
      ${fact(t('type'), html`<span class=${detail.severity}>${detail.type}</span>`)}
      ${fact(t('summary'), detail.summary, 'prose')}
      ${fact(t('severity'), detail.severity === 'info' ? '' : html`<span class=${detail.severity}>${severityLabel(detail.severity)}</span>`)}
      ${fact(t('instance'), place(detail.instance, detail.connection))}
      ${fact(t('received'), html`${moment(detail.receivedAt)}${sender}`)}
      ${fact(t('origin'), [origin, direction].filter((part) => part !== '').join(', '))}
      ${fact(t('host'), detail.host)} ${fact(t('correlation'), detail.correlation ?? '')}
      ${fact(t('meaning'), detail.meaning, 'prose')}
    </dl>`;
  }

  #renderNotices(detail: Detail): TemplateResult {
    const { redacted, truncated, rawCut } = detail;
    return html`${
      redacted.length === 0 ? nothing : notice(t('Removed before it was stored: {0}', redacted.join(', ')))
    }${
      truncated
        ? notice(t('The event was too long and was cut when it arrived ({0}).', bytes(detail.size)))
        : nothing
    }${rawCut ? notice(t('Only the beginning is shown; the event has {0}.', bytes(detail.size))) : nothing}`;
  }

  #renderProblems({ problems }: Detail): TemplateResult | typeof nothing {
    if (problems.length === 0) return nothing;
    return html`<ul class="problems mono" aria-label=${t('Problems')}>
      ${problems.map(
        ({ path, message }) =>
          html`<li>${path === '' ? nothing : html`<span class="path">${path}</span> `}${message}</li>`,
      )}
    </ul>`;
  }

  #renderPayload(detail: Detail): TemplateResult {
    if (detail.base64) {
      return html`<p class="hint">${t('Binary data, shown as Base64.')}</p>
        ${this.#renderRaw(detail)}`;
    }
    const { root, problem } = this.#reading ?? { root: null, problem: null };
    const isCut = detail.rawCut || detail.truncated;
    if (root && (!problem || isCut)) return html`<gso-tree .root=${root} .text=${detail.raw}></gso-tree>`;
    if (detail.raw.trim() === '') return html`<p class="hint">${t('The event has no content.')}</p>`;
    return html`<p class="hint">
        ${problem ? t('Not JSON ({0}); this is the text as it came:', problemText(detail.raw, problem)) : nothing}
      </p>
      ${this.#renderRaw(detail)}`;
  }

  #renderRaw(detail: Detail): TemplateResult {
    return html`<pre
      class="mono"
      tabindex="0"
      aria-label=${t('Raw text, {0} characters', count(detail.raw.length))}
    >
${detail.raw}</pre>`;
  }

  #onTabKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    fire(this, 'gso-tab', this.tab === 'raw' ? 'payload' : 'raw');
    void this.updateComplete.then(() => this.focus());
  }
}

function fact(name: string, value: unknown, classes = ''): TemplateResult | typeof nothing {
  return value === ''
    ? nothing
    : html`<dt>${name}</dt>
        <dd class=${classes}>${value}</dd>`;
}

function place(instance: string, connection: string): TemplateResult | string {
  return instance === ''
    ? connection
    : html`<bdi>${instance}</bdi> <span class="muted">· <bdi>${connection}</bdi></span>`;
}

const notice = (text: string): TemplateResult =>
  html`<p class="notice">${icon('info')}<span>${text}</span></p>`;

customElements.define('gso-detail', DetailPane);
