import type { LifecycleState } from './lifecycle.ts';

/** States as far as a picture of days tells them apart. */
export type Band = 'up' | 'down' | 'moving' | 'crashed' | 'unknown';

const bands: Readonly<Record<LifecycleState, Band>> = {
  unknown: 'unknown',
  creating: 'moving',
  installing: 'moving',
  stopped: 'down',
  starting: 'moving',
  running: 'up',
  ready: 'up',
  pausing: 'moving',
  paused: 'down',
  restarting: 'moving',
  stopping: 'moving',
  updating: 'moving',
  backingUp: 'moving',
  restoring: 'moving',
  removing: 'moving',
  removed: 'unknown',
  failed: 'crashed',
  crashed: 'crashed',
};

export function bandOf(state: LifecycleState): Band {
  return bands[state];
}

/** A state that an instance got, in the order in which it was told. */
export interface StateChange {
  readonly at: number;
  readonly state: LifecycleState;
}

/** A time in which somebody listened. */
export interface Captured {
  readonly from: number;
  readonly to: number;
}

/** A state that a connection got. */
export interface ConnectionChange {
  readonly at: number;
  /** Whether events came from then on. */
  readonly isReady: boolean;
  /** When the server was last heard of, where nobody could say when the connection ended. */
  readonly heardAt?: number;
}

/** A time in which a state stood; times without a state are those in which nobody listened. */
export interface Stretch {
  readonly band: Band;
  readonly state?: LifecycleState;
  readonly from: number;
  readonly to: number;
  /** Short ones that are told as one, with the gravest state among them; absent for a single one. */
  readonly changes?: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How much of a time an instance was up. */
export interface Uptime {
  readonly upMs: number;
  /** Time of which the state is known; the share is of this. */
  readonly knownMs: number;
  readonly crashes: number;
}

/** Times in which a connection was heard, until the newest change, or `to` where it still is. */
export function capturedTimes(changes: readonly ConnectionChange[], to: number): readonly Captured[] {
  const inOrder = ascending(changes, to);
  return inOrder.flatMap(({ isReady, at }, n): readonly Captured[] => {
    if (!isReady) return [];
    const next = inOrder[n + 1];
    // A window that was killed wrote no end: the next one knows when the server was last heard of.
    const heardAt = next?.heardAt ?? Infinity;
    const end = Math.min(next?.at ?? to, Math.max(at, heardAt));
    return end > at ? [{ from: at, to: end }] : [];
  });
}

/** The states of a range without a hole: where nobody listened, or before the first one, nothing is known. */
export function stretchesOf(
  changes: readonly StateChange[],
  captured: readonly Captured[],
  { from, to }: Range,
): readonly Stretch[] {
  if (to <= from) return [];
  const told = ascending(changes, to);
  const times = mergedTimes(captured);
  const known = told.flatMap(({ at, state }, n): readonly Stretch[] => {
    const end = told[n + 1]?.at ?? to;
    return times.flatMap((time): readonly Stretch[] => {
      const begin = Math.max(at, time.from, from);
      const until = Math.min(end, time.to, to);
      return until > begin ? [{ band: bandOf(state), state, from: begin, to: until }] : [];
    });
  });
  const all: Stretch[] = [];
  let at = from;
  for (const stretch of known) {
    if (stretch.from > at) put(all, { band: 'unknown', from: at, to: stretch.from });
    put(all, stretch);
    at = stretch.to;
  }
  if (at < to) put(all, { band: 'unknown', from: at, to });
  return all;
}

/** The share of a range that an instance was up, and the crashes that were told in it. */
export function uptimeOf(
  stretches: readonly Stretch[],
  changes: readonly StateChange[],
  { from, to }: Range,
): Uptime {
  const lasting = (those: readonly Stretch[]): number =>
    those.reduce((sum, stretch) => sum + (stretch.to - stretch.from), 0);
  const told = ascending(changes, to);
  return {
    upMs: lasting(stretches.filter(({ band }) => band === 'up')),
    knownMs: lasting(stretches.filter(({ band }) => band !== 'unknown')),
    crashes: told.filter(
      ({ at, state }, n) => state === 'crashed' && at >= from && at <= to && told[n - 1]?.state !== 'crashed',
    ).length,
  };
}

/** Share of the known time; undefined where nothing is known, which is not 0. */
export function uptimeShare({ upMs, knownMs }: Uptime): number | undefined {
  return knownMs > 0 ? upMs / knownMs : undefined;
}

/** From calm to grave: the gravest of several speaks for them. */
const gravity: readonly Band[] = ['unknown', 'up', 'down', 'moving', 'crashed'];

/** No more than so many stretches: neighbours that are too short to be seen are told as one. */
export function coarse(stretches: readonly Stretch[], most: number): readonly Stretch[] {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (stretches.length <= most || !first || !last) return stretches;
  const shortMs = (2 * (last.to - first.from)) / most;
  const all: Stretch[] = [];
  for (const stretch of stretches) {
    const before = all.at(-1);
    if (before && stretch.to - before.from <= shortMs) all[all.length - 1] = together(before, stretch);
    else all.push(stretch);
  }
  return all;
}

function together(before: Stretch, next: Stretch): Stretch {
  const isGraver = gravity.indexOf(next.band) > gravity.indexOf(before.band);
  const { band, state } = isGraver ? next : before;
  return {
    band,
    ...(state === undefined ? {} : { state }),
    from: before.from,
    to: next.to,
    changes: (before.changes ?? 1) + (next.changes ?? 1),
  };
}

/** The order of telling counts: what a clock that was put back later dates ahead is taken to be as old as what follows. */
function ascending<Change extends { readonly at: number }>(
  changes: readonly Change[],
  to: number,
): readonly Change[] {
  let latest = to;
  return changes
    .toReversed()
    .map((change) => {
      latest = Math.min(latest, change.at);
      return change.at === latest ? change : { ...change, at: latest };
    })
    .reverse();
}

function mergedTimes(times: readonly Captured[]): readonly Captured[] {
  const merged: Captured[] = [];
  for (const time of times.toSorted((a, b) => a.from - b.from)) {
    const before = merged.at(-1);
    if (before && time.from <= before.to)
      merged[merged.length - 1] = { from: before.from, to: Math.max(before.to, time.to) };
    else merged.push(time);
  }
  return merged;
}

function put(all: Stretch[], stretch: Stretch): void {
  const before = all.at(-1);
  if (before?.to === stretch.from && before.band === stretch.band && before.state === stretch.state)
    all[all.length - 1] = { ...before, to: stretch.to };
  else all.push(stretch);
}
