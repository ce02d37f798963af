import { t } from '../base/l10n.ts';
import { memory, memorySteps, percent, plain, rate, rateSteps } from './units.ts';

/** How one measured name is shown. */
export interface Measure {
  readonly name: string;
  readonly label: () => string;
  readonly format: (value: number) => string;
  /** Theme colour of its line, without the prefix. */
  readonly color: string;
  /** A value holds until the next one, such as a number of players. */
  readonly stepped?: boolean;
  /** The top of the axis is no lower than this: what hardly changes shall look like it. */
  readonly least: number;
  /** Steps of the axis; the chart chooses without. */
  readonly steps?: readonly number[];
}

/** A value that only grows while a server runs: a number to read, not to chart. */
export const uptimeName = 'uptime';

const KNOWN: readonly Measure[] = [
  { name: 'cpu', label: () => t('Processor'), format: percent, color: 'charts-blue', least: 10 },
  {
    name: 'memory',
    label: () => t('Memory'),
    format: memory,
    color: 'charts-purple',
    least: 1024 ** 2,
    steps: memorySteps,
  },
  {
    name: 'players',
    label: () => t('Players'),
    format: plain,
    color: 'charts-green',
    stepped: true,
    least: 4,
    steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
  },
  {
    name: 'received',
    label: () => t('Received'),
    format: rate,
    color: 'charts-green',
    least: 1000,
    steps: rateSteps,
  },
  {
    name: 'sent',
    label: () => t('Sent'),
    format: rate,
    color: 'charts-yellow',
    least: 1000,
    steps: rateSteps,
  },
  {
    name: 'poolsUsed',
    label: () => t('Storage used'),
    format: memory,
    color: 'charts-orange',
    least: 1024 ** 3,
    steps: memorySteps,
  },
];

/** The charts of a series from top to bottom: what is known in its order, then the rest by name. */
export function measuresOf(names: readonly string[]): readonly Measure[] {
  const others = names
    .filter((name) => name !== uptimeName && !KNOWN.some((known) => known.name === name))
    .sort((a, b) => a.localeCompare(b))
    .map((name): Measure => ({ name, label: () => name, format: plain, color: 'charts-orange', least: 1 }));
  return [...KNOWN.filter(({ name }) => names.includes(name)), ...others];
}
