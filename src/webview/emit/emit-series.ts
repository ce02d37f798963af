import '@vscode-elements/elements/dist/vscode-button/index.js';

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { emitLimits, type EmitSeries } from '../../rpc/inspectorEmit.ts';
import { fire, firing } from '../base/events.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { inputStyles } from './message-form.styles.ts';

type TargetProgress = EmitSeries['targets'][number];

/** Sends the message many times: how often, how fast, how far, and a button that ends it. */
export class EmitSeriesBar extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    inputStyles,
    css`
      :host {
        display: grid;
        gap: 4px;
        min-width: 0;
      }
      .ask {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      label {
        align-items: center;
        display: inline-flex;
        gap: 6px;
      }
      input {
        width: 84px;
      }
      .row {
        align-items: center;
        display: grid;
        gap: 8px;
        grid-template-columns: minmax(0, max-content) minmax(40px, 1fr) max-content;
      }
      .row .label {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      progress {
        accent-color: var(--vscode-progressBar-background);
        height: 6px;
        width: 100%;
      }
      .number {
        font-variant-numeric: tabular-nums;
      }
      .problem {
        color: var(--vscode-errorForeground);
        display: flex;
        gap: 4px;
        grid-column: 1 / -1;
        overflow-wrap: anywhere;
      }
    `,
  ];
  static override properties = { series: { attribute: false }, ready: { type: Boolean } };
  declare series: EmitSeries | null;
  /** A message and a target are there. */
  declare ready: boolean;
  #count = '100';
  #rate = '10';

  constructor() {
    super();
    this.series = null;
    this.ready = false;
  }

  protected override render(): TemplateResult {
    const isRunning = this.series?.running === true;
    const problem = this.#problem();
    return html`<div class="ask">
        <label
          >${t('Send')}<input
            type="number"
            min="1"
            max=${emitLimits.count}
            aria-label=${t('How often')}
            .value=${this.#count}
            ?disabled=${isRunning}
            @input=${(event: Event) => this.#onCount(event)}
        /></label>
        <label
          >${t('times, at')}<input
            type="number"
            min=${emitLimits.leastPerSecond}
            max=${emitLimits.perSecond}
            step="any"
            aria-label=${t('Messages a second')}
            .value=${this.#rate}
            ?disabled=${isRunning}
            @input=${(event: Event) => this.#onRate(event)}
          />${t('a second')}</label
        >
        ${
          isRunning
            ? html`<vscode-button secondary @click=${firing(this, 'gso-stop-series', null)}
                >${t('Stop Sending')}</vscode-button
              >`
            : html`<vscode-button secondary ?disabled=${!this.ready || problem !== ''} @click=${this.#start}
                >${t('Start Sending')}</vscode-button
              >`
        }
      </div>
      ${problem === '' ? nothing : html`<div class="problem">${icon('warning')}<span>${problem}</span></div>`}
      ${this.series ? this.series.targets.map((target) => renderTarget(target, this.series?.count ?? 0)) : nothing}`;
  }

  #problem(): string {
    const { count: most, perSecond, leastPerSecond } = emitLimits;
    const wanted = Number(this.#count);
    const rate = Number(this.#rate);
    if (this.#count === '' || !Number.isInteger(wanted) || wanted < 1 || wanted > most)
      return t('A message is sent from 1 to {0} times.', count(most));
    if (this.#rate === '' || !(rate >= leastPerSecond && rate <= perSecond))
      return t('From {0} to {1} messages a second are sent.', leastPerSecond, count(perSecond));
    return '';
  }

  #onCount(event: Event): void {
    this.#count = (event.target as HTMLInputElement).value;
    this.requestUpdate();
  }

  #onRate(event: Event): void {
    this.#rate = (event.target as HTMLInputElement).value;
    this.requestUpdate();
  }

  #start(): void {
    if (this.#problem() !== '') return;
    fire(this, 'gso-series', { count: Number(this.#count), perSecond: Number(this.#rate) });
  }
}

function renderTarget({ label, state, sent, problem }: TargetProgress, of: number): TemplateResult {
  const words: Readonly<Record<TargetProgress['state'], string>> = {
    sending: t('{0} of {1}', count(sent), count(of)),
    done: t('{0} sent', count(sent)),
    stopped: t('stopped after {0}', count(sent)),
    failed: t('failed after {0}', count(sent)),
  };
  return html`<div class="row" data-state=${state}>
    <span class="label" title=${label}>${label}</span>
    <progress max=${of} value=${sent} aria-label=${t('Sent to {0}', label)}></progress>
    <span class="number">${words[state]}</span>
    ${problem === '' ? nothing : html`<span class="problem">${icon('error')}<span>${problem}</span></span>`}
  </div>`;
}

customElements.define('gso-emit-series', EmitSeriesBar);
