import { html, LitElement, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from 'lit';
import uPlot from 'uplot';
import uPlotCss from 'uplot/dist/uPlot.min.css?text';
import type { Status } from '../../rpc/inspector.ts';
import type { TimelineBins } from '../../rpc/inspectorTimeline.ts';
import { fire } from '../base/events.ts';
import { clock, count, eventCount, moment } from '../base/format.ts';
import type { Host } from '../base/link.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { timelineOptions } from './plot.ts';
import { timelineStyles } from './timeline.styles.ts';

/** Bins asked for: no bar narrower than this many pixels. */
const LEAST_BAR = 8;
const MOST_BINS = 100;
/** Least time between two counts while events come in. */
const REFRESH_MS = 1000;
/** Factor of one step of the wheel or a key. */
const ZOOM = 1.5;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Events over time: all, and those that match by severity. Its brush sets the time of the query. */
export class Timeline extends LitElement {
  static override styles = [baseStyles, unsafeCSS(uPlotCss), timelineStyles];
  static override properties = {
    host: { attribute: false },
    status: { attribute: false },
    theme: { state: true },
    bins: { state: true },
    pointed: { state: true },
    brush: { state: true },
  };
  declare host: Host;
  declare status: Status | null;
  declare theme: number;
  declare bins: TimelineBins | null;
  /** Bin under the pointer, or that the keys stand on. */
  declare pointed: number | null;
  /** The bin at which a brush by keys began. */
  declare brush: number | null;
  #range: Range | null = null;
  #plot: uPlot | undefined;
  #asked = '';
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #themes = new MutationObserver(() => (this.theme += 1));

  constructor() {
    super();
    this.status = null;
    this.theme = 0;
    this.bins = null;
    this.pointed = null;
    this.brush = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    // VS Code sets the variables on the document and the name of the theme on the body.
    this.#themes.observe(document.documentElement, { attributeFilter: ['style', 'class'] });
    this.#themes.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    if (this.hasUpdated) this.#make();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#themes.disconnect();
    clearTimeout(this.#timer);
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override render(): TemplateResult {
    const { bins, pointed } = this;
    const words = bins && pointed !== null ? this.#wordsOf(bins, pointed) : this.#summary();
    return html`<div
        class="plot"
        role="slider"
        tabindex="0"
        aria-label=${t('Timeline')}
        aria-valuemin="0"
        aria-valuemax=${Math.max(0, (bins?.bins ?? 1) - 1)}
        aria-valuenow=${pointed ?? Math.max(0, (bins?.bins ?? 1) - 1)}
        aria-valuetext=${words}
        title=""
        @keydown=${this.#onKey}
        @wheel=${this.#onWheel}
        @blur=${() => this.#point(null)}
      ></div>
      ${
        pointed === null || !bins
          ? nothing
          : html`<div class="hover ${pointed > bins.bins / 2 ? 'left' : ''}" aria-hidden="true">
              ${words}
            </div>`
      }
      ${
        this.#range === null
          ? nothing
          : html`<button
              class="link whole"
              title=${t('Show the whole time (Escape)')}
              @click=${() => this.#zoom(null)}
            >
              ${t('Whole time')}
            </button>`
      }`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.#plot || changed.has('theme')) this.#make();
    if (changed.has('status')) this.#refresh();
    const hasMoved = changed.get('status')?.travel?.at !== this.status?.travel?.at;
    if (changed.has('bins') || changed.has('pointed') || (changed.has('status') && hasMoved)) this.#draw();
  }

  /** Asks for the bins: at once for another query, once a second while events come in. */
  #refresh(): void {
    const { status } = this;
    if (!status || this.#isBusy) return;
    const query = JSON.stringify([status.filter, status.timeline, status.recording?.name, this.#range]);
    if (query !== this.#asked) void this.#load(query);
    else this.#timer ??= setTimeout(() => void this.#load(query), REFRESH_MS);
  }

  async #load(query: string): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isBusy = true;
    const bins = Math.max(10, Math.min(MOST_BINS, Math.floor(this.clientWidth / LEAST_BAR)));
    const revision = this.status?.revision;
    const matched = this.status?.matched;
    try {
      this.bins = await this.host.request('timeline', { range: this.#range, bins });
      this.#asked = query;
    } catch {
      // The host is gone or could not answer: the next status asks again.
    } finally {
      this.#isBusy = false;
    }
    if (this.status?.revision !== revision || this.status?.matched !== matched) this.#refresh();
  }

  #make(): void {
    this.#plot?.destroy();
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!place || this.clientWidth === 0) return;
    this.#plot = new uPlot(
      timelineOptions(this, {
        onPoint: (bin) => this.#point(bin),
        onBrush: (from, to) => this.#choose(from, to),
        onPress: (time) => void this.#go(time),
        binOf: (time) => this.#binAt(time),
        bins: () => this.bins,
        marked: () => this.#marked(),
        moment: () => this.status?.travel?.at ?? null,
      }),
      [[], [], [], [], []],
      place,
    );
    this.#draw();
  }

  #draw(): void {
    const { bins } = this;
    if (!this.#plot || !bins) return;
    const times = bins.all.map((_, n) => bins.from + (n + 0.5) * bins.width);
    const troubled = bins.warnings.map((warnings, n) => warnings + (bins.errors[n] ?? 0));
    const most = Math.max(1, ...bins.all);
    // A single error among thousands of events still is a bar that can be seen.
    const seen = (value: number): number => (value === 0 ? 0 : Math.max(value, most * 0.08));
    this.#plot.batch(() => {
      this.#plot?.setData(
        [times, [...bins.all], bins.counts.map(seen), troubled.map(seen), bins.errors.map(seen)],
        false,
      );
      this.#plot?.setScale('x', { min: bins.from, max: bins.from + bins.bins * bins.width });
      this.#plot?.setScale('y', { min: 0, max: most });
    });
    this.#plot.redraw(false);
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this;
    if (width === 0 || height === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height });
    else this.#make();
  }

  #point(bin: number | null): void {
    this.pointed = bin;
    if (bin === null) this.brush = null;
  }

  /** Bins between the brush by keys and its other end. */
  #marked(): readonly [from: number, to: number] | null {
    const { brush, pointed } = this;
    return pointed === null
      ? null
      : [Math.min(brush ?? pointed, pointed), Math.max(brush ?? pointed, pointed)];
  }

  #binAt(time: number): number | null {
    const { bins } = this;
    if (!bins) return null;
    const bin = Math.floor((time - bins.from) / bins.width);
    return bin >= 0 && bin < bins.bins ? bin : null;
  }

  /** Zooms to a time and asks for it in the query. */
  #choose(from: number, to: number): void {
    const { bins } = this;
    if (!bins || to <= from) return;
    this.#zoom({ from, to });
    fire(this, 'gso-time', { from: Math.floor(from), to: Math.ceil(to) });
  }

  async #go(time: number): Promise<void> {
    const bin = this.#binAt(time);
    const { bins } = this;
    if (bin === null || !bins) return;
    const seq = await this.host.request('eventAt', { time: bins.from + bin * bins.width });
    if (seq !== null) fire(this, 'gso-reveal', seq);
  }

  #zoom(range: Range | null): void {
    if (range === null && this.#range !== null) fire(this, 'gso-time', null);
    this.#range = range;
    this.pointed = null;
    this.brush = null;
    this.#asked = '';
    this.#refresh();
    this.requestUpdate();
  }

  /** Makes the shown time longer or shorter around a point, without a change of the query. */
  #scale(factor: number, around: number): void {
    const { bins } = this;
    if (!bins) return;
    const span = bins.width * bins.bins * factor;
    if (span < 10) return;
    const share = (around - bins.from) / (bins.width * bins.bins);
    this.#range = { from: around - span * share, to: around + span * (1 - share) };
    this.#asked = '';
    this.#refresh();
    this.requestUpdate();
  }

  #onWheel(event: WheelEvent): void {
    if (event.deltaY === 0 || !this.#plot) return;
    event.preventDefault();
    const { left } = this.getBoundingClientRect();
    this.#scale(event.deltaY > 0 ? ZOOM : 1 / ZOOM, this.#plot.posToVal(event.clientX - left, 'x'));
  }

  #onKey(event: KeyboardEvent): void {
    const { bins } = this;
    if (!bins || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = bins.bins - 1;
    const at = this.pointed ?? last;
    const middle = bins.from + (at + 0.5) * bins.width;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#step(event, this.pointed === null ? last : Math.max(0, at - 1)),
      ArrowRight: () => this.#step(event, this.pointed === null ? last : Math.min(last, at + 1)),
      Home: () => this.#step(event, 0),
      End: () => this.#step(event, last),
      '+': () => this.#scale(1 / ZOOM, middle),
      '-': () => this.#scale(ZOOM, middle),
      ' ': () => void this.#go(middle),
      Enter: () => {
        const [from, to] = this.#marked() ?? [last, last];
        this.#choose(bins.from + from * bins.width, bins.from + (to + 1) * bins.width);
      },
      Escape: () => this.#zoom(null),
    };
    if (event.key === 'Escape' && this.#range === null && this.pointed === null) return;
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }

  #step(event: KeyboardEvent, to: number): void {
    if (event.shiftKey) this.brush ??= this.pointed ?? to;
    else this.brush = null;
    this.pointed = to;
  }

  #summary(): string {
    const { bins } = this;
    if (!bins) return t('No event');
    return t('{0} to {1}', moment(bins.from), moment(bins.from + bins.width * bins.bins));
  }

  #wordsOf(bins: TimelineBins, at: number): string {
    const [first, last] = this.#marked() ?? [at, at];
    const sum = (list: readonly number[]): number =>
      list.slice(first, last + 1).reduce((all, each) => all + each, 0);
    const from = bins.from + first * bins.width;
    const to = bins.from + (last + 1) * bins.width;
    const [all, counts, warnings, errors, failures, gaps] = [
      sum(bins.all),
      sum(bins.counts),
      sum(bins.warnings),
      sum(bins.errors),
      sum(bins.failures),
      sum(bins.gaps),
    ];
    const time = isOneDay(from, to)
      ? t('{0} to {1}', moment(from), clock(to))
      : t('{0} to {1}', moment(from), moment(to));
    return [
      time,
      counts === all ? eventCount(all) : t('{0} of {1} events', count(counts), count(all)),
      ...(errors > 0 ? [errors === 1 ? t('1 error') : t('{0} errors', count(errors))] : []),
      ...(warnings > 0 ? [warnings === 1 ? t('1 warning') : t('{0} warnings', count(warnings))] : []),
      ...(failures > 0 ? [failures === 1 ? t('1 failure') : t('{0} failures', count(failures))] : []),
      ...(gaps > 0 ? [t('events are missing here')] : []),
    ].join(' · ');
  }
}

function isOneDay(from: number, to: number): boolean {
  return new Date(from).toDateString() === new Date(to).toDateString();
}

customElements.define('gso-timeline', Timeline);
