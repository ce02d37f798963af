import uPlot from 'uplot';
import type { TimelineBins } from '../../rpc/inspectorTimeline.ts';
import { timeLabels } from './timeLabels.ts';

/** Distance of a press from its release that makes it a brush, in pixels. */
const BRUSH_PX = 4;

/** Questions and messages of the plot to its element. */
export interface PlotLink {
  readonly bins: () => TimelineBins | null;
  readonly binOf: (time: number) => number | null;
  /** Bins that are marked, both ends included. */
  readonly marked: () => readonly [from: number, to: number] | null;
  /** Time of the moment of the past on screen. */
  readonly moment: () => number | null;
  readonly onPoint: (bin: number | null) => void;
  readonly onBrush: (from: number, to: number) => void;
  readonly onPress: (time: number) => void;
}

/** Colours of the theme, read once for a canvas. */
function colors(element: Element): {
  readonly all: string;
  readonly matching: string;
  readonly warning: string;
  readonly error: string;
  readonly state: string;
  readonly quiet: string;
  readonly focus: string;
  readonly past: string;
} {
  const style = getComputedStyle(element);
  const color = (...names: string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ??
    style.color;
  const quiet = color('descriptionForeground');
  return {
    all: `color-mix(in srgb, ${quiet} 45%, transparent)`,
    matching: color('charts-blue'),
    warning: color('charts-yellow', 'editorWarning-foreground'),
    error: color('charts-red', 'errorForeground'),
    state: color('charts-green'),
    quiet,
    focus: color('focusBorder'),
    past: color('charts-purple'),
  };
}

export function timelineOptions(element: HTMLElement, link: PlotLink): uPlot.Options {
  const style = getComputedStyle(element);
  const palette = colors(element);
  const fontSize = Math.max(10, parseFloat(style.fontSize) - 3);
  const font = `${fontSize}px ${style.fontFamily}`;
  const bars = uPlot.paths.bars?.({ size: [0.8, Infinity] });
  const series = (fill: string): uPlot.Series => ({
    fill,
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  });
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    ms: 1,
    padding: [12, 0, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: BRUSH_PX },
    },
    scales: { x: { time: true }, y: { auto: false } },
    axes: [
      {
        stroke: palette.quiet,
        font,
        size: 16,
        gap: 1,
        space: 90,
        grid: { show: false },
        ticks: { show: false },
        values: ({ scales, width }, splits, _, __, step) =>
          timeLabels(splits, step, {
            from: scales['x']?.min ?? 0,
            to: scales['x']?.max ?? 0,
            // A digit of most fonts is at most six tenths as wide as the font is high.
            characters: width / (fontSize * 0.6),
          }),
      },
      { show: false },
    ],
    series: [
      {},
      series(palette.all),
      series(palette.matching),
      series(palette.warning),
      series(palette.error),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor;
          link.onPoint(left < 0 ? null : link.binOf(plot.posToVal(left, 'x')));
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width >= BRUSH_PX) link.onBrush(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [(plot) => onPress(plot, link.onPress)],
      draw: [
        (plot) => {
          const bins = link.bins();
          if (bins) drawMarks(plot, bins, palette, link.marked());
          const moment = link.moment();
          if (moment !== null) drawMoment(plot, moment, palette.past);
        },
      ],
    },
  };
}

/** Tells of a press that is no brush. */
function onPress(plot: uPlot, told: (time: number) => void): void {
  let pressedAt = 0;
  plot.over.addEventListener('mousedown', (event) => (pressedAt = event.clientX));
  plot.over.addEventListener('click', (event) => {
    if (Math.abs(event.clientX - pressedAt) < BRUSH_PX)
      told(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x'));
  });
}

/** A line through all bars, where it lies among them. */
function drawMoment(plot: uPlot, at: number, color: string): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.fillStyle = color;
  ctx.fillRect(x - devicePixelRatio, 0, 2 * devicePixelRatio, bbox.top + bbox.height);
  ctx.restore();
}

/** Marks above the bars, told apart by their shapes too: a cross for a failure, a hatched bin for a gap, a point for a state. */
function drawMarks(
  plot: uPlot,
  bins: TimelineBins,
  palette: ReturnType<typeof colors>,
  marked: readonly [number, number] | null,
): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const x = (bin: number): number => plot.valToPos(bins.from + bin * bins.width, 'x', true);
  const y = bbox.top - 5 * ratio;
  ctx.save();
  if (marked) {
    ctx.strokeStyle = palette.focus;
    ctx.lineWidth = ratio;
    ctx.strokeRect(x(marked[0]), bbox.top, x(marked[1] + 1) - x(marked[0]), bbox.height);
  }
  for (let bin = 0; bin < bins.bins; bin++) {
    const middle = x(bin + 0.5);
    if ((bins.gaps[bin] ?? 0) > 0) {
      ctx.fillStyle = `color-mix(in srgb, ${palette.warning} 25%, transparent)`;
      ctx.fillRect(x(bin), bbox.top, x(bin + 1) - x(bin), bbox.height);
      ctx.fillStyle = palette.warning;
      ctx.fillRect(middle - 3 * ratio, y - ratio, 6 * ratio, 2 * ratio);
    } else if ((bins.failures[bin] ?? 0) > 0) {
      ctx.strokeStyle = palette.error;
      ctx.lineWidth = 1.5 * ratio;
      ctx.beginPath();
      ctx.moveTo(middle - 3 * ratio, y - 3 * ratio);
      ctx.lineTo(middle + 3 * ratio, y + 3 * ratio);
      ctx.moveTo(middle + 3 * ratio, y - 3 * ratio);
      ctx.lineTo(middle - 3 * ratio, y + 3 * ratio);
      ctx.stroke();
    } else if ((bins.states[bin] ?? 0) > 0) {
      ctx.fillStyle = palette.state;
      ctx.beginPath();
      ctx.arc(middle, y, 1.5 * ratio, 0, 2 * Math.PI);
      ctx.fill();
    }
  }
  ctx.restore();
}
