import { css, html, LitElement, type PropertyValues, type TemplateResult, unsafeCSS } from 'lit';
import uPlot from 'uplot';
import uPlotCss from 'uplot/dist/uPlot.min.css?text';
import { baseStyles } from '../base/styles.ts';
import type { Measure } from './measures.ts';
import type { Drawn } from './series.ts';
import { dayOf, timeOfDay } from './units.ts';

/** Data of one chart: its column over the times that all charts have in common. */
export interface ChartData {
  readonly times: readonly number[];
  readonly column: Drawn;
  readonly from: number;
  readonly to: number;
}

/** The values under the crosshair. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** All charts of the page move their crosshair together. */
const CROSSHAIR = 'metrics';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps of the time axis; the chart's own steps leave too few marks where it is narrow. */
const TIME_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10].map((days) => days * DAY),
];

/** One measured name over time. The picture is for the eye; its label says the same in words. */
export class Chart extends LitElement {
  static override styles = [
    baseStyles,
    unsafeCSS(uPlotCss),
    css`
      :host {
        display: block;
        min-width: 0;
        position: relative;
      }
      .plot {
        inset: 0;
        position: absolute;
      }
      .uplot {
        font-family: inherit;
      }
      .u-hz .u-cursor-x {
        border-right: 1px solid var(--vscode-descriptionForeground);
      }
    `,
  ];
  static override properties = {
    measure: { attribute: false },
    data: { attribute: false },
    summary: { attribute: false },
    axis: { type: Boolean },
    theme: { type: Number },
  };
  declare measure: Measure;
  declare data: ChartData;
  /** The chart in words. */
  declare summary: string;
  /** Whether the common time axis is written below this one. */
  declare axis: boolean;
  /** Grows with every change of the theme: colours are read once. */
  declare theme: number;
  #plot: uPlot | undefined;
  readonly #resize = new ResizeObserver(() => this.#fit());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    if (this.hasUpdated) this.#make();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override render(): TemplateResult {
    return html`<div class="plot" role="img" aria-label=${this.summary}></div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.#plot || changed.has('theme') || changed.has('axis') || changed.has('measure')) this.#make();
    else if (changed.has('data')) this.#draw(this.#plot);
  }

  #make(): void {
    this.#plot?.destroy();
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!place) return;
    this.#plot = new uPlot(this.#options(), [[], []], place);
    this.#draw(this.#plot);
  }

  #draw(plot: uPlot): void {
    const { times, column, from, to } = this.data;
    plot.batch(() => {
      plot.setData([times as number[], column as (number | null | undefined)[]], false);
      plot.setScale('x', { min: from, max: to });
    });
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this;
    if (this.#plot && width > 0 && height > 0) this.#plot.setSize({ width, height });
  }

  #options(): uPlot.Options {
    const { measure } = this;
    const style = getComputedStyle(this);
    const color = (...names: string[]): string =>
      names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ??
      style.color;
    const font = `${Math.max(10, parseFloat(style.fontSize) - 2)}px ${style.fontFamily}`;
    const line = color(measure.color, 'contrastBorder');
    const quiet = color('descriptionForeground');
    const shared: uPlot.Axis = {
      stroke: quiet,
      font,
      grid: { stroke: `color-mix(in srgb, ${quiet} 20%, transparent)`, width: 1 },
      ticks: { show: false },
    };
    return {
      width: Math.max(1, this.clientWidth),
      height: Math.max(1, this.clientHeight),
      ms: 1,
      padding: [8, 12, this.axis ? 0 : 4, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 7 },
        sync: { key: CROSSHAIR, setSeries: false },
      },
      scales: {
        x: { time: true },
        y: { range: (_, __, most) => [0, Math.max(measure.least, most * 1.1)] },
      },
      axes: [
        {
          ...shared,
          show: true,
          size: this.axis ? 24 : 0,
          space: 70,
          incrs: [...TIME_STEPS],
          values: (_, splits, __, ___, step) =>
            splits.map((at) => (!this.axis ? '' : step < DAY ? timeOfDay(at, step < MINUTE) : dayOf(at))),
        },
        {
          ...shared,
          size: 72,
          gap: 6,
          space: 28,
          ...(measure.steps ? { incrs: [...measure.steps] } : {}),
          values: (_, splits) => splits.map((value) => measure.format(value)),
        },
      ],
      series: [
        {},
        {
          label: measure.label(),
          stroke: line,
          width: 1.5,
          fill: `color-mix(in srgb, ${line} 14%, transparent)`,
          // The first value is no line yet. (Those between two gaps get a point anyway.)
          points: { size: 4, fill: line, show: (_, __, first, last) => first === last },
          ...(measure.stepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        },
      ],
      hooks: {
        setCursor: [(plot) => this.#tell(plot)],
      },
    };
  }

  /** Says which value is under the crosshair, to whoever writes it down. */
  #tell(plot: uPlot): void {
    const index = plot.cursor.idxs?.[1];
    const value = index == null ? undefined : plot.data[1]?.[index];
    const at = index == null ? undefined : plot.data[0][index];
    const point: Point | null =
      plot.cursor.left === undefined || plot.cursor.left < 0 || value == null || at === undefined
        ? null
        : { at, value };
    this.dispatchEvent(new CustomEvent<Point | null>('gso-point', { detail: point }));
  }
}

customElements.define('gso-chart', Chart);
