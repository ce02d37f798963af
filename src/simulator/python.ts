/** A Python float: `0.0` where JavaScript would write `0`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * JSON as the real programs write it, so that recordings can be compared as text. `socket` is `json.dumps`: spaces after
 * commas and colons, ASCII alone; `http` is FastAPI's compact form.
 */
export function pythonJson(value: unknown, style: 'socket' | 'http' = 'socket'): string {
  const [comma, colon] = style === 'socket' ? [', ', ': '] : [',', ':'];
  const write = (each: unknown): string => {
    if (each instanceof Float) return Number.isInteger(each.value) ? `${each.value}.0` : String(each.value);
    if (Array.isArray(each)) return `[${each.map(write).join(comma)}]`;
    if (typeof each === 'object' && each !== null) {
      const members = Object.entries(each).filter(([, inner]) => inner !== undefined);
      return `{${members.map(([key, inner]) => `${text(key)}${colon}${write(inner)}`).join(comma)}}`;
    }
    return typeof each === 'string' ? text(each) : JSON.stringify(each ?? null);
  };
  const text = (each: string): string => {
    const quoted = JSON.stringify(each);
    if (style === 'http') return quoted;
    return quoted.replace(
      /[\u007f-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  return write(value);
}

/** `repr()` of a string. */
export function pythonRepr(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

/** `str()` of a value that came in as JSON. */
export function pythonText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === true) return 'True';
  if (value === false) return 'False';
  return pythonJson(value);
}

/** `not value`, as Python sees it. */
export function isFalsy(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Lists and dictionaries cannot be keys: using one as a topic raises. */
export function isHashable(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** `str(timedelta)` without its fraction. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const two = (each: number): string => String(each).padStart(2, '0');
  const clock = `${Math.floor((seconds % 86_400) / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return days === 0 ? clock : `${days} day${days === 1 ? '' : 's'}, ${clock}`;
}
