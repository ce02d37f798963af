/** Instants [from, to) in milliseconds since the epoch. */
interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** The clock and time zone that relative times mean. */
export interface QueryClock {
  readonly now: number;
  /** Minutes that local time is ahead of UTC at an instant. */
  readonly zoneOffset: (instant: number) => number;
}

/** A time as written; what it means is known with the clock. */
export type TimeValue = (clock: QueryClock) => TimeSpan;
/** Either side may be missing. */
export interface TimeRange {
  readonly from?: TimeValue;
  readonly to?: TimeValue;
}
export interface NumberRange {
  readonly from?: number;
  readonly to?: number;
}

const second = 1000;
const minute = 60 * second;
const hourMs = 60 * minute;
const day = 24 * hourMs;
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: second,
  m: minute,
  h: hourMs,
  d: day,
  w: 7 * day,
};

const relative = /^now(?:([+-])(\d{1,9})(ms|s|m|h|d|w))?$/i;
const date = /^(\d{4})-(\d\d)(?:-(\d\d))?$/;
const timeOfDay = /^(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Beginnings of values, also of a range, while they are typed. */
export const timeBeginning =
  /^"?(?!(?:\d{4}-\d\d-\d\d|\d\d?:\d\d)$)(?:\.{0,2}|\d[\d:.+TZ -]*|now[+-]\d*[smhdw]*\.?|[nty][a-z]*\.?)$/i;
export const sizeBeginning = /^"?(?:\.{0,2}|\d+\.?\d*[kmg]?i?b?\.?)$/i;
/** Of whole numbers without a sign. */
export const countBeginning = /^"?\d*\.{0,2}$/;
export const numberBeginning = /^"?[+-]?\d*\.?(?:\d+e[+-]?)?$/i;

/** A time: `now-15m`, `today`, `10:50`, `2026-11-20`, `2026-11-20T10:50Z`. Undefined where it is none. */
export function parseTime(value: string): TimeValue | undefined {
  const shift = relative.exec(value);
  if (shift) {
    const [, sign, count, unit = 'ms'] = shift;
    const offset = Number(count ?? 0) * (units[unit.toLowerCase()] ?? 0) * (sign === '-' ? -1 : 1);
    return ({ now }) => ({ from: now + offset, to: now + offset + 1 });
  }
  const days = ['today', 'yesterday'].indexOf(value.toLowerCase());
  if (days >= 0) return (clock) => localSpan(clock, localDay(clock) - days * day, day);
  const [first = '', second] = value.split(/[T ]/i);
  if (second === undefined) return parseDate(first) ?? parseTimeOfDay(first);
  return parseDate(first, second);
}

function parseDate(value: string, time?: string): TimeValue | undefined {
  const [, year, month, dayOfMonth] = date.exec(value) ?? [];
  if (year === undefined || (time !== undefined && dayOfMonth === undefined)) return undefined;
  const start = Date.parse(`${year}-${month ?? ''}-${dayOfMonth ?? '01'}T00:00:00Z`);
  // The thirtieth of February would be the second of March.
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(value)) return undefined;
  if (time !== undefined) return parseTimeOfDay(time, start);
  const end = dayOfMonth === undefined ? Date.UTC(Number(year), Number(month), 1) : start + day;
  return (clock) => localSpan(clock, start, end - start);
}

/** `start` is the beginning of the day as if local time were UTC; without it the day is today, without a zone. */
function parseTimeOfDay(value: string, start?: number): TimeValue | undefined {
  const [, hour, minutes, seconds = '0', fraction = '', zone] = timeOfDay.exec(value) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const parts = Number(hour) * hourMs + Number(minutes) * minute + Number(seconds) * second;
  const time = parts + Number(fraction.padEnd(3, '0'));
  const width =
    fraction !== '' ? 1 : value.split(':').length > (zone?.includes(':') ? 3 : 2) ? second : minute;
  if (zone === undefined) return (clock) => localSpan(clock, (start ?? localDay(clock)) + time, width);
  const digits = zone.replace(/\D/g, '');
  const ahead = Number(digits.slice(0, 2)) * hourMs + Number(digits.slice(2)) * minute;
  if (start === undefined) return undefined;
  const from = start + time - (zone.startsWith('-') ? -ahead : ahead);
  return () => ({ from, to: from + width });
}

/** The beginning of today as if local time were UTC. */
function localDay({ now, zoneOffset }: QueryClock): number {
  return Math.floor((now + zoneOffset(now) * minute) / day) * day;
}

function localSpan(clock: QueryClock, local: number, width: number): TimeSpan {
  return { from: toInstant(clock, local), to: toInstant(clock, local + width) };
}

/** The offset is asked for twice: the first answer is that of an instant some hours away. */
function toInstant({ zoneOffset }: QueryClock, local: number): number {
  const near = local - zoneOffset(local) * minute;
  return local - zoneOffset(near) * minute;
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** A size in bytes: `512`, `10kB`, `1.5MiB`. Undefined where it is none. */
export function parseSize(value: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?)([a-z]*)$/i.exec(value) ?? [];
  const factor = Object.hasOwn(sizeUnits, unit.toLowerCase()) ? sizeUnits[unit.toLowerCase()] : undefined;
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

/** A whole number without a sign. */
export function parseCount(value: string): number | undefined {
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** A number as JSON writes it, also with a plus or leading zeros. */
export function parseNumber(value: string): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
}
