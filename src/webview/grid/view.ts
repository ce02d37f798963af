import type { Row, Status } from '../../rpc/inspector.ts';
import type { Host } from '../base/host.ts';
import { RowWindow } from './row-window.ts';
import { ROW_HEIGHT, ScrollSpace } from './scroll-space.ts';
import { Selection } from './selection.ts';

/** Rows drawn beyond the viewport on each side: a frame of fast scrolling shows text, not holes. */
const OVERSCAN = 4;
/** Attempts to reach a revision while it changes under our hands, before a slightly old one is shown. */
const PATIENCE = 3;

export type Move = 'only' | 'toggle' | 'extend';

/** Part of a row's place on screen that survives a change of positions. */
interface Anchor {
  readonly seq: number;
  /** Distance from the upper edge of the viewport, in pixels. */
  readonly offset: number;
}

/**
 * State of the grid, without any element: the scroll position, follow mode, focus and
 * selection, and their way from one revision of positions to the next. While that way is under way the old
 * rows stay on screen, so that nothing flickers.
 */
export class GridView {
  matched = 0;
  position = 0;
  follow = true;
  /** Position of the focused row, -1 where there is none in this view. */
  focusAt = -1;
  readonly selection = new Selection();
  readonly window: RowWindow;
  space = new ScrollSpace(0, 0);

  #height = 0;
  #revision = -1;
  #filter = '';
  #latest: Status | null = null;
  #remapping = false;
  /** Grows with everything the reader does, so that an answer never undoes it. */
  #touches = 0;
  /** A keyboard move to a row that is not loaded yet; it takes effect when it is. */
  #pending: { readonly at: number; readonly move: Move } | null = null;
  /** Rows that were on screen since follow went off. */
  #seen = 0;
  readonly #host: Host;
  readonly #changed: () => void;
  readonly #selected: () => void;

  constructor(host: Host, changed: () => void, selected: () => void) {
    this.#host = host;
    this.#changed = changed;
    this.#selected = selected;
    this.window = new RowWindow(
      (start, count) => host.request('rows', { start, count }),
      () => this.#rowsLoaded(),
    );
  }

  get height(): number {
    return this.#height;
  }

  /** The rows to draw, from the first up to (not including) the last number. */
  get range(): readonly [first: number, end: number] {
    if (this.#height === 0) return [0, 0];
    const first = Math.max(0, Math.floor(this.position / ROW_HEIGHT) - OVERSCAN);
    const end = Math.ceil((this.position + this.#height) / ROW_HEIGHT) + OVERSCAN;
    return [first, Math.min(end, this.matched)];
  }

  /** New rows below the reader while follow is off. */
  get fresh(): number {
    return this.follow ? 0 : Math.max(0, this.matched - this.#seen);
  }

  /** Takes the newest snapshot of the host. */
  show(status: Status): void {
    this.#latest = status;
    if (status.revision !== this.#revision) {
      void this.#remap();
      return;
    }
    this.matched = status.matched;
    this.#settle();
  }

  /** Takes the height of the viewport; a focused row that was in it stays in it. */
  resize(height: number): void {
    const keepsFocus = this.#isFocusVisible && height > 0;
    this.#height = height;
    if (keepsFocus && !this.follow) this.#reveal(this.focusAt);
    this.#settle();
  }

  get #isFocusVisible(): boolean {
    const top = this.focusAt * ROW_HEIGHT;
    return this.focusAt >= 0 && top + ROW_HEIGHT > this.position && top < this.position + this.#height;
  }

  scrollTo(position: number): void {
    this.#touches++;
    this.position = this.space.clamp(position);
    this.follow = this.position >= this.space.limit - 1;
    this.#settle();
  }

  setFollow(follow: boolean): void {
    this.#touches++;
    this.follow = follow;
    this.#seen = this.matched;
    this.#settle();
  }

  /** Rows that a page key moves by. */
  get page(): number {
    return Math.max(1, Math.floor(this.#height / ROW_HEIGHT) - 1);
  }

  moveTo(target: number, move: Move): void {
    if (this.matched === 0) return;
    const at = Math.min(Math.max(0, target), this.matched - 1);
    this.#touches++;
    this.focusAt = at;
    this.follow = this.follow && at === this.matched - 1;
    this.#pending = { at, move };
    this.#reveal(at);
    this.#settle();
    this.#rowsLoaded();
  }

  async selectAll(): Promise<void> {
    if (this.matched === 0) return;
    const last = this.matched - 1;
    const [head, tail] = await Promise.all([this.#rowAt(0), this.#rowAt(last)]);
    if (!head || !tail) return;
    this.selection.all(head[0], tail[0]);
    if (this.focusAt < 0) this.focusAt = last;
    this.#selected();
    this.#changed();
  }

  /** Scrolls to an event and selects it; false where it is not in this view. */
  async goTo(seq: number): Promise<boolean> {
    const at = await this.#host.request('indexOf', { seq });
    if (at < 0) return false;
    this.#touches++;
    this.follow = false;
    this.focusAt = at;
    this.selection.only(seq);
    this.position = this.space.clamp(at * ROW_HEIGHT - this.#height / 2);
    this.#settle();
    this.#selected();
    return true;
  }

  async #rowAt(position: number): Promise<Row | undefined> {
    return (
      this.window.at(position) ?? (await this.#host.request('rows', { start: position, count: 1 })).rows[0]
    );
  }

  #reveal(at: number): void {
    const top = at * ROW_HEIGHT;
    if (top < this.position) this.position = top;
    else if (top + ROW_HEIGHT > this.position + this.#height) this.position = top + ROW_HEIGHT - this.#height;
  }

  /** Brings position, rows and counters in line after anything changed. */
  #settle(): void {
    this.space = new ScrollSpace(this.matched, this.#height);
    this.position = this.follow ? this.space.limit : this.space.clamp(this.position);
    const bottom = Math.min(this.matched, Math.ceil((this.position + this.#height) / ROW_HEIGHT));
    this.#seen = Math.min(this.follow ? this.matched : Math.max(this.#seen, bottom), this.matched);
    if (!this.#remapping) this.window.want(...this.range, this.matched);
    this.#changed();
  }

  #rowsLoaded(): void {
    const row = this.#pending && this.window.at(this.#pending.at);
    if (this.#pending && row) {
      const { move } = this.#pending;
      this.#pending = null;
      if (move === 'only') this.selection.only(row[0]);
      else if (move === 'toggle') this.selection.toggle(row[0]);
      else this.selection.extendTo(row[0]);
      this.#selected();
    }
    this.#changed();
  }

  #anchor(filterChanged: boolean): Anchor | null {
    if (filterChanged && this.#isFocusVisible && this.selection.focus !== null) {
      return { seq: this.selection.focus, offset: this.focusAt * ROW_HEIGHT - this.position };
    }
    const first = Math.ceil(this.position / ROW_HEIGHT);
    const row = this.window.at(first);
    return row ? { seq: row[0], offset: first * ROW_HEIGHT - this.position } : null;
  }

  /** Finds the way to the newest revision: same row at the same place, focus kept, then the rows at once. */
  async #remap(): Promise<void> {
    if (this.#remapping) return;
    this.#remapping = true;
    try {
      for (let tries = 0; this.#latest && this.#latest.revision !== this.#revision; tries++) {
        if (!(await this.#reach(this.#latest, tries >= PATIENCE))) continue;
        tries = 0;
        this.#settle();
      }
    } catch {
      // The host could not answer; the next status tries again.
    } finally {
      this.#remapping = false;
    }
    this.#settle();
  }

  async #reach(target: Status, lastTry: boolean): Promise<boolean> {
    const touches = this.#touches;
    const filterChanged = target.filter !== this.#filter;
    const anchor = this.follow ? null : this.#anchor(filterChanged);
    const focus = this.selection.focus;
    const [anchorAt, focusAt] = await Promise.all([this.#indexOf(anchor?.seq), this.#indexOf(focus)]);

    const space = new ScrollSpace(target.matched, this.#height);
    let position = this.follow ? space.limit : space.clamp(this.position);
    if (anchor && anchorAt >= 0) position = space.clamp(anchorAt * ROW_HEIGHT - anchor.offset);
    const start = Math.max(0, Math.floor(position / ROW_HEIGHT) - OVERSCAN);
    const wanted = Math.ceil(this.#height / ROW_HEIGHT) + 2 * OVERSCAN + 1;
    const count = Math.min(wanted, target.matched - start);
    const answer =
      count > 0
        ? await this.#host.request('rows', { start, count })
        : { revision: target.revision, start, rows: [] };
    const disturbed = touches !== this.#touches || answer.revision !== target.revision;
    if (disturbed && !lastTry) return false;

    const moved = position - this.position;
    this.#revision = target.revision;
    this.#filter = target.filter;
    this.matched = target.matched;
    this.window.reset(target.revision, answer.start, answer.rows);
    this.position = position;
    this.#seen = filterChanged ? target.matched : this.#seen + Math.round(moved / ROW_HEIGHT);
    this.focusAt = focusAt;
    this.#pending = null;
    this.#reselect(filterChanged, focus, focusAt);
    return true;
  }

  #indexOf(seq: number | null | undefined): Promise<number> {
    return seq === null || seq === undefined ? Promise.resolve(-1) : this.#host.request('indexOf', { seq });
  }

  /** A span means other events under another filter: then only the focused event stays selected. */
  #reselect(filterChanged: boolean, focus: number | null, focusAt: number): void {
    if (this.selection.spans.length === 0 && focus === null) return;
    if (!filterChanged && this.matched > 0) return;
    if (focus === null || focusAt < 0) this.selection.clear();
    else this.selection.only(focus);
    this.#selected();
  }
}
