const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * Numbers as a line of block characters, at most `width` of them; what was not measured is a space. More numbers than that
 * are put together in equal shares, each shown by its highest number: a short peak is what one looks for.
 */
export function sparkline(values: ArrayLike<number>, width = 30): string {
  const columns = Math.min(Math.max(0, Math.floor(width)), values.length);
  const heights = Array.from({ length: columns }, (_, column) =>
    highest(
      values,
      Math.floor((column * values.length) / columns),
      Math.floor(((column + 1) * values.length) / columns),
    ),
  );
  const measured = heights.filter((height) => !Number.isNaN(height));
  const least = Math.min(...measured);
  const range = Math.max(...measured) - least;
  return heights.map((height) => blockOf(height, least, range)).join('');
}

function highest(values: ArrayLike<number>, from: number, to: number): number {
  let result = NaN;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? NaN;
    if (Number.isFinite(value) && !(value <= result)) result = value;
  }
  return result;
}

function blockOf(height: number, least: number, range: number): string {
  if (Number.isNaN(height)) return ' ';
  // A constant series is drawn low rather than full: a full line reads as "at its limit".
  if (range === 0) return blocks[0];
  // Halves first: the range of huge numbers may be more than a number can hold.
  const share = Number.isFinite(range) ? (height - least) / range : height / 2 > 0 ? 1 : 0;
  return blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))] ?? ' ';
}
