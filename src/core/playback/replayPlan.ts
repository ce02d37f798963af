import type { NameMap } from '../systems/rewriting.ts';
import type { AnySystem } from '../systems/system.ts';
import { dueTimes, type PlayGaps, type PlaySpeed } from './player.ts';
import type { ReplayItem } from './replayItem.ts';

/** Taker of messages: of one system, or of every one where it names none. */
export interface Taker {
  readonly system?: Pick<AnySystem, 'id' | 'catalog'>;
}

/** Facts of a replay before it starts. */
export interface ReplayPlan {
  /** Messages that are sent, in their order. */
  readonly items: readonly ReplayItem[];
  /** Messages that no target takes, by system: another system's, or such as only a server sends. */
  readonly untaken: ReadonlyMap<string, number>;
  /** Messages among those sent from which secrets were cut. */
  readonly redacted: number;
  /** Messages that are never sent, because they were cut off when they were recorded. */
  readonly truncated: number;
}

/** Sorts out what can be sent to the targets. */
export function planReplay(items: readonly ReplayItem[], takers: readonly Taker[]): ReplayPlan {
  const untaken = new Map<string, number>();
  const sent: ReplayItem[] = [];
  let truncated = 0;
  for (const item of items) {
    if (!takers.some((taker) => takes(taker, item))) {
      untaken.set(item.system, (untaken.get(item.system) ?? 0) + 1);
    } else if (item.truncated === true) truncated++;
    else sent.push(item);
  }
  return {
    items: sent,
    untaken,
    redacted: sent.filter(({ redacted }) => redacted === true).length,
    truncated,
  };
}

/** Whether a target takes a message. A connection is a client: a server ends it where it sends what servers send. */
export function takes({ system }: Taker, item: ReplayItem): boolean {
  if (!system) return true;
  if (system.id !== item.system) return false;
  return system.catalog.find(({ type }) => type === item.type)?.sentBy !== 'server';
}

/** Changes of the messages of a replay. */
export interface ReplayChanges {
  readonly rename?: NameMap;
  /** Times in the messages move by the time that passed since each was recorded. */
  readonly shiftToNow: boolean;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The message as it is sent at a moment; bytes that are no text stay. */
export function rewriteItem(
  item: ReplayItem,
  system: Pick<AnySystem, 'rewrite'> | undefined,
  { rename, shiftToNow }: ReplayChanges,
  now: number,
): ReplayItem {
  if (!system || (!rename && !shiftToNow)) return item;
  let raw: string;
  try {
    raw = utf8.decode(item.bytes);
  } catch {
    return item;
  }
  const made = system.rewrite(raw, {
    ...(shiftToNow ? { shift: now - item.at } : {}),
    ...(rename ? { rename } : {}),
  });
  return made === raw ? item : { ...item, bytes: Buffer.from(made) };
}

export interface DryRun {
  readonly items: readonly ReplayItem[];
  readonly speed: PlaySpeed;
  readonly gaps?: PlayGaps;
  readonly changes: ReplayChanges;
  readonly systemOf: (id: string) => Pick<AnySystem, 'rewrite'> | undefined;
  /** Moment of the first message. */
  readonly now: number;
}

/** A line of JSON for each message that a replay would send: milliseconds from the start, system, and the exact text. */
export function* dryRunLines({
  items,
  speed,
  gaps,
  changes,
  systemOf,
  now,
}: DryRun): Generator<string, void> {
  const due = dueTimes(items, speed, gaps);
  for (const [n, item] of items.entries()) {
    const afterMs = Math.round(due[n] ?? 0);
    const { bytes, redacted } = rewriteItem(item, systemOf(item.system), changes, now + afterMs);
    yield JSON.stringify({
      afterMs,
      system: item.system,
      ...(redacted ? { redacted } : {}),
      ...payloadOf(bytes),
    });
  }
}

function payloadOf(bytes: Uint8Array): { readonly raw: string } | { readonly rawBase64: string } {
  try {
    return { raw: utf8.decode(bytes) };
  } catch {
    return { rawBase64: Buffer.from(bytes).toString('base64') };
  }
}

/**
 * Reads a place in a recording: the number of an event, `50%`, `90s`, `5m` or `1h` from its beginning, or a time. Answers the index of
 * the first event that is not before it; undefined for anything else.
 */
export function placeIn(items: readonly ReplayItem[], written: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(%|ms|s|m|h)?$/.exec(written.trim()) ?? [];
  if (number === undefined) {
    const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(written.trim()) ? Date.parse(written.trim()) : NaN;
    return Number.isNaN(time) ? undefined : indexAt(items, time);
  }
  const value = Number(number);
  if (unit === '')
    return Number.isInteger(value) && value >= 1 ? Math.min(value - 1, items.length) : undefined;
  if (unit === '%') return value <= 100 ? Math.round((items.length * value) / 100) : undefined;
  return indexAt(items, (items[0]?.at ?? 0) + value * (millisecondsOf[unit] ?? 0));
}

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function indexAt(items: readonly ReplayItem[], time: number): number {
  const found = items.findIndex(({ at }) => at >= time);
  return found < 0 ? items.length : found;
}
