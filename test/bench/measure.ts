/** One line of the bench. */
export interface Line {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The budget it is held against, e.g. `≥ 0.7`; empty where none is set yet. */
  readonly budget: string;
  readonly within: boolean;
  readonly note: string;
}

export function line(what: string, value: number, unit: string, budget: string, note = ''): Line {
  return { what, value: Math.round(value * 1000) / 1000, unit, budget, within: holds(value, budget), note };
}

function holds(value: number, budget: string): boolean {
  const [, sign, limit] = /^([≤≥]) ([\d.]+)/.exec(budget) ?? [];
  if (limit === undefined) return true;
  return sign === '≥' ? value >= Number(limit) : value <= Number(limit);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
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
