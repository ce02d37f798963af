/** Longest name and note; what is longer is cut. */
const maxName = 200;
const maxNote = 5_000;

/** A name as it is kept; undefined where nothing is left of it. */
export function recordingName(written: string): string | undefined {
  const name = written.trim().slice(0, maxName).trim();
  return name === '' ? undefined : name;
}

export function recordingNote(written: string): string {
  return written.trim().slice(0, maxNote);
}

/** A name for a file that every file system takes. */
export function fileNameOf(name: string): string {
  const safe = name
    // eslint-disable-next-line no-control-regex -- no file system takes them
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\\/:*?"<>|]+/g, '-')
    .replace(/^[\s.-]+|[\s.-]+$/g, '')
    .slice(0, 80)
    .trim();
  return safe === '' ? 'recording' : safe;
}

/** A time for an input box, in the zone of this machine: `2026-11-27 14:02:03`. */
export function writtenTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** The time that somebody wrote so, its seconds optional; undefined where it is none. */
export function readTime(written: string): number | undefined {
  const [, day, time, second = ':00'] =
    /^(\d{4}-\d\d-\d\d)[ T]+(\d\d:\d\d)(:\d\d)?$/.exec(written.trim()) ?? [];
  if (day === undefined) return undefined;
  const at = new Date(`${day}T${time}${second}`).getTime();
  return Number.isNaN(at) ? undefined : at;
}
