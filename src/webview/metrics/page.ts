import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Handlers } from '../../rpc/channel.ts';
import type { MetricsState, MetricsView, Samples } from '../../rpc/metrics.ts';
import { setStrings, t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import './chart.ts';
import type { Point } from './chart.ts';
import { type Link, type Span, SPANS } from './link.ts';
import { type Measure, measuresOf, uptimeName } from './measures.ts';
import { pageStyles } from './page.styles.ts';
import { type Drawing, drawing, merged, newest, noSeries, type Series, statistics } from './series.ts';
import { duration, timeOfDay } from './units.ts';

/** So long a value stands for what is now; the charts go on without it. */
const CURRENT_MS = 15_000;

/** The charts of one instance, stacked over one time axis. It shows what the host sends, and moves on every second. */
export class MetricsPage extends LitElement {
  static override styles = [baseStyles, pageStyles];
  #link: Link | undefined;
  #state: MetricsState | undefined;
  #series: Series = noSeries;
  #drawing: Drawing = drawing(noSeries);
  #span: Span = SPANS[0];
  /** How far the host's clock is ahead of this one. */
  #ahead = 0;
  #theme = 0;
  #failure = '';
  readonly #points = new Map<string, Point>();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #themes = new MutationObserver(() => this.#retheme());

  readonly handlers: Handlers<MetricsView> = {
    state: (state) => {
      this.#state = state;
      this.requestUpdate();
    },
    samples: (samples) => this.#take(samples),
  };

  async start(link: Link): Promise<void> {
    this.#link = link;
    this.#span = link.loadSpan();
    try {
      const { strings, state, samples } = await link.host.request('hello', null);
      setStrings(strings);
      this.#state = state;
      this.#take(samples);
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.requestUpdate();
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // VS Code sets the variables on the document and the name of the theme on the body.
    this.#themes.observe(document.documentElement, { attributeFilter: ['style', 'class'] });
    this.#themes.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    this.#timer = setInterval(() => {
      if (!document.hidden && this.#state?.current === true) this.requestUpdate();
    }, 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themes.disconnect();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult | typeof nothing {
    const state = this.#state;
    if (!state)
      return this.#failure === '' ? nothing : html`<p class="note" role="alert">${this.#failure}</p>`;
    const names = Object.keys(this.#series.values);
    const measures = measuresOf(names);
    return html`<main>
      <header>
        <div class="title">
          <h1>${state.name}</h1>
          <p class="muted">${[state.connection, ...this.#uptime()].join(' · ')}</p>
        </div>
        ${measures.length === 0 ? nothing : this.#renderSpans()}
      </header>
      <div role="status">${state.note === '' ? nothing : html`<p class="note">${state.note}</p>`}</div>
      ${measures.length === 0 ? renderEmpty(names.length > 0) : this.#renderCharts(measures)}
    </main>`;
  }

  #renderSpans(): TemplateResult {
    return html`<div class="spans" role="group" aria-label=${t('Time span')}>
      ${SPANS.map(
        (span) =>
          html`<button
            type="button"
            aria-pressed=${span === this.#span ? 'true' : 'false'}
            @click=${() => this.#choose(span)}
          >
            ${span === 60 ? t('1 h') : t('{0} min', span)}
          </button>`,
      )}
    </div>`;
  }

  #renderCharts(measures: readonly Measure[]): readonly TemplateResult[] {
    const to = this.#end();
    const from = to - this.#span * 60_000;
    return measures.map((measure, i) => this.#renderChart(measure, i === measures.length - 1, from, to));
  }

  #renderChart(measure: Measure, last: boolean, from: number, to: number): TemplateResult {
    const { name, format } = measure;
    const label = measure.label();
    const now = this.#now(measure, to);
    const point = this.#points.get(name);
    const seen = statistics(this.#series, name, from, to);
    const range = rangeWords(seen && [format(seen.minimum), format(seen.maximum)]);
    const summary = t('{0}, {1}: now {2}, {3}', label, spanWords(this.#span), now, range);
    return html`<section class=${`${measure.color} ${last ? 'last' : ''}`}>
      <div class="head">
        <h2>${label}</h2>
        <span class="now"
          >${point ? t('{0} at {1}', format(point.value), timeOfDay(point.at, true)) : now}</span
        >
        <span class="range">${range}</span>
      </div>
      <gso-chart
        .measure=${measure}
        .data=${{ times: this.#drawing.times, column: this.#drawing.columns[name] ?? [], from, to }}
        .summary=${summary}
        .axis=${last}
        .theme=${this.#theme}
        @gso-point=${({ detail }: CustomEvent<Point | null>) => this.#point(name, detail)}
      ></gso-chart>
    </section>`;
  }

  /** The newest value in words; a dash where it is too old to be said of now. */
  #now({ name, format, stepped }: Measure, to: number): string {
    const last = newest(this.#series, name);
    if (!last) return '–';
    const isOld = this.#state?.current === true && !stepped && to - last.at > CURRENT_MS;
    return isOld ? '–' : format(last.value);
  }

  #uptime(): readonly string[] {
    const last = newest(this.#series, uptimeName);
    if (!last || (this.#state?.current === true && this.#end() - last.at > CURRENT_MS)) return [];
    return [t('up for {0}', duration(last.value))];
  }

  /** End of the time axis: now, or the last value where nothing new can come. */
  #end(): number {
    const last = this.#series.times.at(-1);
    if (last !== undefined && this.#state?.current !== true) return last;
    return Math.max(Date.now() + this.#ahead, last ?? 0);
  }

  #take(samples: Samples): void {
    this.#ahead = samples.now - Date.now();
    this.#series = merged(this.#series, samples);
    this.#drawing = drawing(this.#series);
    this.requestUpdate();
  }

  #choose(span: Span): void {
    this.#span = span;
    this.#link?.saveSpan(span);
    this.requestUpdate();
  }

  #point(name: string, point: Point | null): void {
    const old = this.#points.get(name);
    if (old?.at === point?.at && old?.value === point?.value) return;
    if (point) this.#points.set(name, point);
    else this.#points.delete(name);
    this.requestUpdate();
  }

  #retheme(): void {
    this.#theme += 1;
    this.requestUpdate();
  }
}

function renderEmpty(isUp: boolean): TemplateResult {
  return html`<div class="empty">
    <p class="headline">${t('Nothing is measured yet.')}</p>
    <p>
      ${
        isUp
          ? t('The server says how long it has been running, and no more than that so far.')
          : t(
              'Values appear here a few seconds after the server has started, if it is one that can be measured.',
            )
      }
    </p>
  </div>`;
}

function rangeWords(seen: readonly [least: string, most: string] | undefined): string {
  if (!seen) return t('nothing measured');
  const [least, most] = seen;
  return least === most ? t('unchanged') : t('{0} to {1}', least, most);
}

const spanWords = (span: Span): string => (span === 60 ? t('last hour') : t('last {0} minutes', span));

customElements.define('gso-metrics', MetricsPage);
