import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Handlers } from '../../rpc/channel.ts';
import type { History, MetricsState, MetricsView, Samples } from '../../rpc/metrics.ts';
import { setStrings, t } from '../base/l10n.ts';
import { spansStyles } from '../base/spans.styles.ts';
import { baseStyles } from '../base/styles.ts';
import './chart.ts';
import type { Point } from './chart.ts';
import { type Link, type Span, SPANS } from './link.ts';
import { type Measure, measuresOf, uptimeName } from './measures.ts';
import { pageStyles } from './page.styles.ts';
import {
  type Drawing,
  drawing,
  merged,
  newest,
  noSeries,
  type Series,
  seriesOf,
  statistics,
} from './series.ts';
import { duration, timeOfDay } from './units.ts';

/** So long a value stands for what is now; the charts go on without it. */
const CURRENT_MS = 15_000;
/** Longest span that is drawn from the samples themselves. */
const LIVE_MINUTES = 60;
/** How often a longer one is read again. */
const HISTORY_EVERY_MS = 60_000;

/** The data of the charts: the line, and where the least and the greatest values stand. */
interface Shown {
  readonly line: Drawing;
  readonly names: readonly string[];
  readonly means: Series;
  readonly least: Series;
  readonly greatest: Series;
}

/** The charts of one instance, stacked over one time axis. It shows what the host sends, and moves on every second. */
export class MetricsPage extends LitElement {
  static override styles = [baseStyles, spansStyles, pageStyles];
  static override properties = { isEmbedded: { attribute: 'embedded', type: Boolean, reflect: true } };
  /** Charts alone, as a part of another page, which chooses the span. */
  declare isEmbedded: boolean;
  #link: Link | undefined;
  #state: MetricsState | undefined;
  #series: Series = noSeries;
  #drawing: Drawing = drawing(noSeries);
  #span: Span = SPANS[0];
  /** Of the span that is chosen, if it is a long one and has been read. */
  #history: (Shown & { readonly readAt: number }) | undefined;
  /** How far the host's clock is ahead of this one. */
  #ahead = 0;
  #theme = 0;
  #failure = '';
  readonly #points = new Map<string, Point>();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #themes = new MutationObserver(() => this.#retheme());

  readonly handlers: Handlers<MetricsView> = {
    state: (state) => {
      const wasAt = this.#state?.until?.at;
      this.#state = state;
      if (wasAt !== state.until?.at) void this.#readHistory();
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
      await this.#readHistory();
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
      if (document.hidden) return;
      if (this.#state?.current === true) this.requestUpdate();
      const { readAt = Infinity } = this.#history ?? {};
      if (performance.now() - readAt > HISTORY_EVERY_MS) void this.#readHistory();
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
    const { names } = this.#shown;
    const measures = measuresOf(names);
    return html`<main>
      ${this.isEmbedded ? nothing : this.#renderHead(state)}
      ${measures.length > 0 ? this.#renderCharts(measures) : this.#isLive ? renderEmpty(names.length > 0) : this.#renderNoHistory()}
    </main>`;
  }

  #renderHead(state: MetricsState): TemplateResult {
    return html`<header>
        <div class="title">
          <h1>${state.name}</h1>
          <p class="muted">${[state.connection, ...this.#uptime()].join(' · ')}</p>
        </div>
        ${this.#renderSpans()}
      </header>
      <div role="status">${noteOf(state).map((note) => html`<p class="note">${note}</p>`)}</div>`;
  }

  #renderSpans(): TemplateResult {
    return html`<div class="spans" role="group" aria-label=${t('Time span')}>
      ${SPANS.map(
        (span) =>
          html`<button
            type="button"
            aria-pressed=${span === this.#span ? 'true' : 'false'}
            @click=${() => this.choose(span)}
          >
            ${spanLabel(span)}
          </button>`,
      )}
    </div>`;
  }

  /** Drawn from the samples: of the past, only what the journal keeps is at hand. */
  get #isLive(): boolean {
    return this.#span <= LIVE_MINUTES && !this.#state?.until;
  }

  get #shown(): Shown {
    if (!this.#isLive) return this.#history ?? nothingShown;
    const names = Object.keys(this.#series.values);
    const series = this.#series;
    return { line: this.#drawing, names, means: series, least: series, greatest: series };
  }

  #renderNoHistory(): TemplateResult | typeof nothing {
    if (!this.#history) return nothing;
    return html`<div class="empty"><p class="headline">${t('Nothing was measured in this time.')}</p></div>`;
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
    const { line, least, greatest } = this.#shown;
    const low = statistics(least, name, from, to)?.minimum;
    const high = statistics(greatest, name, from, to)?.maximum;
    const range = rangeWords(
      low === undefined || high === undefined ? undefined : [format(low), format(high)],
    );
    const summary = this.#state?.until
      ? t('{0}, {1}: at the end {2}, {3}', label, spanWords(this.#span), now, range)
      : t('{0}, {1}: now {2}, {3}', label, spanWords(this.#span), now, range);
    return html`<section class=${`${measure.color} ${last ? 'last' : ''}`}>
      <div class="head">
        <h2>${label}</h2>
        <span class="now">${point ? t('{0} at {1}', format(point.value), this.#timeOf(point.at)) : now}</span>
        <span class="range">${range}</span>
      </div>
      <gso-chart
        .measure=${measure}
        .data=${{ times: line.times, column: line.columns[name] ?? [], from, to }}
        .summary=${summary}
        .axis=${last}
        .theme=${this.#theme}
        @gso-point=${({ detail }: CustomEvent<Point | null>) => this.#point(name, detail)}
      ></gso-chart>
    </section>`;
  }

  /** The newest value in words; a dash where it is too old to be said of now. */
  #now({ name, format, stepped }: Measure, to: number): string {
    if (this.#state?.until) {
      const past = newest(this.#shown.means, name);
      return past ? format(past.value) : '–';
    }
    const last = newest(this.#series, name);
    if (!last) return '–';
    const isOld = this.#state?.current === true && !stepped && to - last.at > CURRENT_MS;
    return isOld ? '–' : format(last.value);
  }

  /** The time of a point; with its date where the span is longer than a day. */
  #timeOf(at: number): string {
    if (this.#isLive) return timeOfDay(at, true);
    return new Date(at).toLocaleString(undefined, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
  }

  #uptime(): readonly string[] {
    if (this.#state?.until) return [];
    const last = newest(this.#series, uptimeName);
    if (!last || (this.#state?.current === true && this.#end() - last.at > CURRENT_MS)) return [];
    return [t('up for {0}', duration(last.value))];
  }

  /** End of the time axis: now, or the last value where nothing new can come. */
  #end(): number {
    if (this.#state?.until) return this.#state.until.at;
    const last = this.#series.times.at(-1);
    if (this.#isLive && last !== undefined && this.#state?.current !== true) return last;
    return Math.max(Date.now() + this.#ahead, last ?? 0);
  }

  #take(samples: Samples): void {
    this.#ahead = samples.now - Date.now();
    this.#series = merged(this.#series, samples);
    this.#drawing = drawing(this.#series);
    this.requestUpdate();
  }

  choose(span: Span): void {
    this.#span = span;
    this.#link?.saveSpan(span);
    this.#history = undefined;
    void this.#readHistory();
    this.requestUpdate();
  }

  async #readHistory(): Promise<void> {
    const span = this.#span;
    const at = this.#state?.until?.at;
    if (!this.#link || this.#isLive) return;
    try {
      const history = await this.#link.host.request('history', { minutes: span });
      if (span === this.#span && at === this.#state?.until?.at)
        this.#history = { ...shownOf(history), readAt: performance.now() };
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
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

function noteOf({ note, until }: MetricsState): readonly string[] {
  if (until) return [t('As of {0}, the moment that the tree shows.', until.words)];
  return note === '' ? [] : [note];
}

const nothingShown: Shown = {
  line: drawing(noSeries),
  names: [],
  means: noSeries,
  least: noSeries,
  greatest: noSeries,
};

/** Lines are broken where the journal has no value for a point. */
function shownOf(history: History): Shown {
  const { times, means, step } = history;
  return {
    line: drawing({ times, values: seriesOf(history, 'means').values }, 1.5 * step),
    names: Object.keys(means),
    means: seriesOf(history, 'means'),
    least: seriesOf(history, 'least'),
    greatest: seriesOf(history, 'greatest'),
  };
}

function spanWords(span: Span): string {
  if (span < 60) return t('last {0} minutes', span);
  if (span === 60) return t('last hour');
  return span === 1440 ? t('last day') : t('last {0} days', span / 1440);
}

function spanLabel(span: Span): string {
  if (span < 60) return t('{0} min', span);
  return span === 60 ? t('1 h') : t('{0} d', span / 1440);
}

customElements.define('gso-metrics', MetricsPage);
