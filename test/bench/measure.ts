/** One line of the bench. */
export interface Line {
  readonly what: string;
  /** Left out where the code to measure does not exist yet. */
  readonly value?: number;
  readonly unit: string;
  /** The budget it is held against, e.g. `≥ 0.7`; empty where none is set. */
  readonly budget: string;
  readonly within: boolean;
  readonly note: string;
  /** Why the figure cannot be true. */
  readonly impossible?: string;
}

/** Between which bounds a figure can be true at all; by default anything above zero. */
interface Bounds {
  readonly least?: number;
  readonly most?: number;
  /** The outcome may be nothing, and that may be the wanted one. */
  readonly mayBeZero?: boolean;
}

export function line(
  what: string,
  value: number,
  unit: string,
  budget: string,
  note = '',
  bounds: Bounds = {},
): Line {
  const impossible = impossibility(value, bounds);
  return {
    what,
    value: Math.round(value * 1000) / 1000,
    unit,
    budget,
    within: holds(value, budget),
    note,
    ...(impossible === undefined ? {} : { impossible }),
  };
}

/** A row of the budgets whose code comes with the issue of that title. */
export function rowFrom(issue: string, what: string, budget: string): Line {
  return { what, unit: '', budget, within: true, note: `from: ${issue}` };
}

/** A time beside the least that the same takes, which no code of ours can undercut by much. */
export function ratio(
  what: string,
  bare: number,
  ours: number,
  unit: string,
  budget: string,
  note = '',
): Line {
  return line(what, bare / ours, unit, budget, note, { most: 3 });
}

/** Says why a figure cannot be true; nothing where it can. */
function impossibility(
  value: number,
  { least = 0, most = Infinity, mayBeZero = false }: Bounds,
): string | undefined {
  if (!Number.isFinite(value)) return 'it is no number';
  if (value < 0) return 'it is negative';
  if (value === 0 && !mayBeZero) return 'it is zero';
  if (value < least) return `it is below ${least}, which is held for certain`;
  if (value > most) return `it is above ${most}`;
  return undefined;
}

function holds(value: number, budget: string): boolean {
  const [, sign, limit] = /^([≤≥]) ([\d.]+)/.exec(budget) ?? [];
  if (limit === undefined) return true;
  return sign === '≥' ? value >= Number(limit) : value <= Number(limit);
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Medians of two contenders that take turns, so that a busy moment of the machine hits both. */
export async function takeTurns(
  rounds: number,
  bare: () => Promise<number>,
  ours: () => Promise<number>,
): Promise<{ bare: number; ours: number }> {
  const a: number[] = [];
  const b: number[] = [];
  await bare();
  await ours();
  for (let n = 0; n < rounds; n++) {
    a.push(await bare());
    b.push(await ours());
  }
  return { bare: median(a), ours: median(b) };
}

/** Milliseconds that something takes. */
export async function timed(run: () => unknown): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

export const perSecond = (count: number, ms: number): string =>
  `${Math.round(count / (ms / 1000)).toLocaleString('en')} events/s`;
