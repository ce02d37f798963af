import { t } from '../base/l10n.ts';

const digits = (count: number): Intl.NumberFormat =>
  new Intl.NumberFormat(undefined, { maximumFractionDigits: count });
const whole = digits(0);
const tenths = digits(1);
const hundredths = digits(2);

/** Three digits where there are as many: more would only flicker. */
function short(value: number): string {
  const size = Math.abs(value);
  return (size < 10 ? hundredths : size < 100 ? tenths : whole).format(value);
}

/** A share of one processor: `7.3 %`, `130 %`. */
export const percent = (value: number): string =>
  t('{0} %', (Math.abs(value) < 100 ? tenths : whole).format(value));

/** An amount in the unit that suits it. What would be shown as a whole step of a unit is one of the next. */
function scaled<U extends string>(
  amount: number,
  step: number,
  [unit, ...bigger]: readonly [U, ...U[]],
): readonly [number, U] {
  const [next, ...rest] = bigger;
  if (next === undefined || Math.abs(amount) < step - 0.5) return [amount, unit];
  return scaled(amount / step, step, [next, ...rest]);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** An amount of memory or storage in units of 1024: `512 MiB`, `1.54 GiB`. */
export function memory(bytes: number): string {
  const [value, unit] = scaled(bytes, 1024, UNITS);
  return `${unit === 'B' ? whole.format(value) : short(value)} ${unit}`;
}

const RATES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Network traffic a second, in units of 1000 as networks are counted: `640 B/s`, `1.2 MB/s`. */
export function rate(bytes: number): string {
  const [value, unit] = scaled(bytes, 1000, RATES);
  const digits = unit === 'B' || Math.abs(value) >= 100 ? whole : tenths;
  return t('{0}/s', `${digits.format(value)} ${unit}`);
}

export const plain = (value: number): string => short(value);

const pad = (value: number): string => String(value).padStart(2, '0');

/** A time that something lasts, in its two biggest units: `3 d 04 h`, `2 h 05 m`, `1 m 30 s`, `12 s`. */
export function duration(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [Math.floor(all / 86_400), Math.floor(all / 3600), Math.floor(all / 60)];
  if (days > 0) return t('{0} d {1} h', whole.format(days), pad(hours % 24));
  if (hours > 0) return t('{0} h {1} m', hours, pad(minutes % 60));
  if (minutes > 0) return t('{0} m {1} s', minutes, pad(all % 60));
  return t('{0} s', all);
}

/** Local time of day, with seconds where they matter. */
export function timeOfDay(at: number, seconds: boolean): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}${seconds ? `:${pad(date.getSeconds())}` : ''}`;
}

/** A day of this year: `26 Nov`. */
export const dayOf = (at: number): string =>
  new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });

/** Steps of an axis of bytes: powers of two, since steps of 1,000 would give crooked numbers. */
export const memorySteps: readonly number[] = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** Steps of an axis of rates. */
export const rateSteps: readonly number[] = Array.from({ length: 13 }, (_, power) => 10 ** power).flatMap(
  (unit) => [unit, 2 * unit, 5 * unit],
);
