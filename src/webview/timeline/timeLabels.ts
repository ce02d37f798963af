const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The part of time that an axis shows, and how many characters stand beside each other on it. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly characters: number;
}

/** Labels of points in time as exact as their distance is; none where an end of the axis would cut it. */
export function timeLabels(times: readonly number[], step: number, axis: Axis): string[] {
  const { from, to, characters } = axis;
  return times.map((time) => {
    const label = timeLabel(time, step);
    const middle = ((time - from) / (to - from)) * characters;
    const half = label.length / 2;
    return middle >= half && middle <= characters - half ? label : '';
  });
}

const pad = (value: number): string => String(value).padStart(2, '0');

function timeLabel(at: number, step: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  if (step >= DAY) return day;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (step >= MINUTE) return date.getHours() + date.getMinutes() === 0 ? day : time;
  return step >= 1000
    ? `${time}:${pad(date.getSeconds())}`
    : `${time}:${pad(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
