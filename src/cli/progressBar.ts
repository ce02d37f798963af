/** Milliseconds between two drawings. */
const drawnEveryMs = 100;
const width = 24;
const clearLine = '\r\u001b[K';

/** Draws how far something is on standard error, while a terminal shows it. */
export class ProgressBar {
  readonly #isShown: boolean;
  #drawnAt = -Infinity;

  constructor(isShown = process.stderr.isTTY) {
    this.#isShown = isShown;
  }

  draw(done: number, total: number, words = ''): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#drawnAt < drawnEveryMs) return;
    this.#drawnAt = now;
    process.stderr.write(clearLine + barOf(done, total, words));
  }

  /** Takes it away again. */
  end(): void {
    if (this.#isShown) process.stderr.write(clearLine);
  }
}

/** A bar with numbers, for a terminal. */
export function barOf(done: number, total: number, words = ''): string {
  if (!Number.isFinite(total)) return `${done}${words}`;
  const part = Math.min(1, done / Math.max(1, total));
  const filled = Math.round(part * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${Math.floor(100 * part)} % ${done}/${total}${words}`;
}
