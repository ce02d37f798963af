import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Status } from '../../rpc/inspector.ts';
import type { Statistics, StatisticsGroup } from '../../rpc/inspectorTimeline.ts';
import { closeTool } from '../base/closeTool.ts';
import { termContext } from '../base/contextMenu.ts';
import { fire, firing } from '../base/events.ts';
import { bytes, count, moment, rate } from '../base/format.ts';
import type { Host } from '../base/link.ts';
import { iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { paneStyles } from '../detail/detail.styles.ts';

/** Least time between two counts while events come in: a count looks at every matching event. */
const REFRESH_MS = 3000;

/** Figures of what is shown. A press on a value asks for its events, one on an event opens it. */
export class StatisticsPane extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    paneStyles,
    css`
      .title {
        font-weight: 600;
      }
      dl {
        display: grid;
        gap: 0 12px;
        grid-template-columns: auto minmax(0, 1fr);
        line-height: 19px;
        margin: 0;
      }
      dt {
        color: var(--vscode-descriptionForeground);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      h2 {
        color: var(--vscode-descriptionForeground);
        font-size: inherit;
        font-weight: normal;
        margin: 12px 0 2px;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li button {
        align-items: baseline;
        background: none;
        border: 0;
        border-radius: 3px;
        color: inherit;
        cursor: pointer;
        display: grid;
        font: inherit;
        gap: 8px;
        grid-template-columns: minmax(0, 1fr) 80px auto;
        line-height: 20px;
        padding: 0 4px;
        text-align: left;
        width: 100%;
      }
      li button:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .label {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .amount {
        font-variant-numeric: tabular-nums;
        text-align: right;
      }
      meter {
        background: none;
        height: 8px;
        width: 100%;
      }
      meter::-webkit-meter-bar {
        background: color-mix(in srgb, var(--vscode-descriptionForeground) 20%, transparent);
        border: 0;
        border-radius: 2px;
        height: 8px;
      }
      meter::-webkit-meter-optimum-value {
        background: var(--vscode-charts-blue, var(--vscode-focusBorder));
        border-radius: 2px;
      }
      .others {
        color: var(--vscode-descriptionForeground);
        padding: 0 4px;
      }
    `,
  ];
  static override properties = {
    host: { attribute: false },
    status: { attribute: false },
    figures: { state: true },
  };
  declare host: Host;
  declare status: Status | null;
  declare private figures: Statistics | null;
  #asked = '';
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.status = null;
    this.figures = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.panel')?.focus());
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('status')) this.#refresh();
  }

  protected override render(): TemplateResult {
    const { figures } = this;
    return html`<section aria-label=${t('Statistics')}>
      <header>
        <span class="title">${t('Statistics')}</span>
        <div class="tools">${closeTool(this)}</div>
      </header>
      <div class="panel" tabindex="0">${figures ? this.#renderFigures(figures) : t('Counting…')}</div>
    </section>`;
  }

  #renderFigures(figures: Statistics): TemplateResult {
    if (figures.count === 0) return html`<p class="hint">${t('No event matches the filter')}</p>`;
    const seconds = Math.max(1, (figures.to - figures.from) / 1000);
    const { between } = figures;
    return html`<dl class="mono">
        ${fact(t('events'), count(figures.count))} ${fact(t('size'), bytes(figures.bytes))}
        ${fact(t('first'), moment(figures.from))} ${fact(t('last'), moment(figures.to))}
        ${fact(t('rate'), rate(figures.count / seconds))}
        ${
          between === null
            ? nothing
            : fact(
                t('between two'),
                t(
                  'half {0}, 95 % {1}, 99 % {2}, longest {3}',
                  span(between.median),
                  span(between.p95),
                  span(between.p99),
                  span(between.longest),
                ),
              )
        }
      </dl>
      ${figures.groups.map((group) => this.#renderGroup(group))}
      ${renderEvents(
        t('Slowest calls'),
        figures.slowest.map(({ seq, type, ms }) => ({ seq, type, amount: ms, words: span(ms) })),
        this,
      )}
      ${renderEvents(
        t('Largest'),
        figures.largest.map(({ seq, type, bytes: size }) => ({
          seq,
          type,
          amount: size,
          words: bytes(size),
        })),
        this,
      )}`;
  }

  #renderGroup({ field, values, others }: StatisticsGroup): TemplateResult | typeof nothing {
    if (values.length === 0) return nothing;
    const most = values[0]?.count ?? 1;
    return html`<h2 id="group-${field}">${headingOf(field)}</h2>
      <ul aria-labelledby="group-${field}">
        ${values.map(
          ({ value, label, count: events }) =>
            html`<li>
              <button
                title=${t('Show only these')}
                data-vscode-context=${termContext(field, value)}
                @click=${() => fire(this, 'gso-term', { field, value })}
              >
                <span class="label mono">${label === '' ? '–' : label}</span
                ><meter aria-hidden="true" min="0" max=${most} value=${events}></meter
                ><span class="amount">${count(events)}</span>
              </button>
            </li>`,
        )}
      </ul>
      ${others > 0 ? html`<div class="others">${t('and {0} more', count(others))}</div>` : nothing}`;
  }

  #refresh(): void {
    const { status } = this;
    if (!status || this.#isBusy) return;
    const query = JSON.stringify([status.filter, status.timeline, status.recording?.name]);
    if (query !== this.#asked) {
      if (this.#asked !== '') this.figures = null;
      void this.#load(query);
    } else this.#timer ??= setTimeout(() => void this.#load(query), REFRESH_MS);
  }

  async #load(query: string): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isBusy = true;
    const { matched, revision } = this.status ?? {};
    try {
      this.figures = await this.host.request('statistics', null);
      this.#asked = query;
    } catch {
      // The host is gone or could not answer: the next status asks again.
    } finally {
      this.#isBusy = false;
    }
    if (this.status?.matched !== matched || this.status?.revision !== revision) this.#refresh();
  }
}

interface Amount {
  readonly seq: number;
  readonly type: string;
  readonly amount: number;
  readonly words: string;
}

function renderEvents(
  heading: string,
  events: readonly Amount[],
  from: EventTarget,
): TemplateResult | typeof nothing {
  const most = events[0]?.amount;
  if (most === undefined) return nothing;
  return html`<h2>${heading}</h2>
    <ul aria-label=${heading}>
      ${events.map(
        ({ seq, type, amount, words }) =>
          html`<li>
            <button title=${t('Open this event')} @click=${firing(from, 'gso-reveal', seq)}>
              <span class="label mono">${type}</span
              ><meter aria-hidden="true" min="0" max=${Math.max(1, most)} value=${amount}></meter
              ><span class="amount">${words}</span>
            </button>
          </li>`,
      )}
    </ul>`;
}

function headingOf(field: StatisticsGroup['field']): string {
  if (field === 'type') return t('Types');
  if (field === 'connection') return t('Connections');
  return field === 'instance' ? t('Instances') : t('Severities');
}

function fact(name: string, value: string): TemplateResult {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

/** A time between two events: `12 ms`, `1.4 s`, `2 m 05 s`. */
function span(ms: number): string {
  if (ms < 1000) return t('{0} ms', Math.round(ms));
  if (ms < 60_000) return t('{0} s', (ms / 1000).toFixed(1));
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600)
    return t('{0} m {1} s', Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0'));
  const minutes = Math.round(seconds / 60);
  return t('{0} h {1} m', Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

customElements.define('gso-statistics', StatisticsPane);
