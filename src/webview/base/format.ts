import { t } from './l10n.ts';

const integers = new Intl.NumberFormat();
const decimals = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const exact = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3, minimumFractionDigits: 3 });
const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

export const count = (value: number): string => integers.format(value);

export const eventCount = (value: number): string =>
  value === 1 ? t('1 event') : t('{0} events', count(value));

/** Time of day to the millisecond: `19:42:07.318`. */
export function clock(at: number, zone: 'local' | 'utc' = 'local'): string {
  const date = new Date(at);
  if (zone === 'utc') return date.toISOString().slice(11, 23);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

/** Local date and time: `2026-11-20 19:42:07.318`. */
export function moment(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(at)}`;
}

const distances = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

/** Distance of a moment from another one in words: `3 min. ago`. Units count once they are whole. */
export function ago(at: number, now: number): string {
  const seconds = Math.trunc((at - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return distances.format(seconds, 'second');
  if (size < 3600) return distances.format(Math.trunc(seconds / 60), 'minute');
  if (size < 86_400) return distances.format(Math.trunc(seconds / 3600), 'hour');
  return distances.format(Math.trunc(seconds / 86_400), 'day');
}

/** A signed distance in time, as short as its column: `+2 ms`, `+0.4 s`, `+1 m 05 s`, `+3 h 20 m`. */
export function delta(milliseconds: number): string {
  const sign = milliseconds < 0 ? '−' : '+';
  const size = Math.abs(milliseconds);
  if (size < 100) return `${sign}${Math.round(size)} ms`;
  if (size < 59_950) return `${sign}${decimals.format(size / 1000)} s`;
  const seconds = Math.round(size / 1000);
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${sign}${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  return `${sign}${integers.format(Math.round(minutes / 1440))} d`;
}

/** How long something took, exact to the millisecond where people would count them: `10 ms`, `3.001 s`, `1 m 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 60_000 ? `${exact.format(milliseconds / 1000)} s` : delta(milliseconds).slice(1);
}

/** A size with decimal units: `183 B`, `2.1 kB`, `31.2 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${integers.format(size)} B`;
  if (size < 999_950) return `${decimals.format(size / 1000)} kB`;
  if (size < 999_950_000) return `${decimals.format(size / 1_000_000)} MB`;
  return `${decimals.format(size / 1_000_000_000)} GB`;
}

/** Events a second: whole from ten upwards, since the digits behind would only flicker. */
export function rate(value: number): string {
  return t('{0} ev/s', value < 10 && value > 0 ? decimals.format(value) : integers.format(Math.round(value)));
}
