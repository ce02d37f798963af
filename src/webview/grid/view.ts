import type { Remote } from '../../rpc/channel.ts';
import type { InspectorHost, Row, RowsAnswer, Status } from '../../rpc/inspector.ts';
import type { RowOrder, RowPlace, ViewPlace } from '../../rpc/inspectorGrid.ts';
import { RowWindow } from './row-window.ts';
import { ROW_HEIGHTS, ScrollSpace } from './scroll-space.ts';
import { Selection } from './selection.ts';

/** Attempts to reach a revision while it changes under our hands, before a slightly old one is shown. */
const PATIENCE = 3;

/** `focus` leaves the selection as it is. */
export type Move = 'only' | 'toggle' | 'extend' | 'focus';

/** Part of a row's place on screen that survives a change of positions. */
interface Anchor {
  readonly seq: number;
  /** Distance from the upper edge of the viewport, in pixels. */
  readonly offset: number;
}

/** Answer to the question after an event. */
interface Found {
  readonly at: number;
  readonly row: Row | undefined;
  /** The rows of this page do not hold it. */
  readonly isAbsent: boolean;
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
  /** Time of the focused row, `null` without one. */
  focusTime: number | null = null;
  rowHeight = ROW_HEIGHTS.comfortable;
  readonly selection = new Selection();
  readonly window: RowWindow;
  space = new ScrollSpace(0, 0, ROW_HEIGHTS.comfortable);

  #height = 0;
  #revision = -1;
  #filter = '';
  #order: RowOrder = 'sent';
  #timeline: string | null = null;
  /** Place to come back to as soon as its event is found. */
  #wanted: ViewPlace | null = null;
  #latest: Status | null = null;
  #newest: RowsAnswer | null = null;
  #remapping = false;
  /** Grows with everything the reader does, so that an answer never undoes it. */
  #touches = 0;
  /** A keyboard move to a row that is not loaded yet; it takes effect when it is. */
  #pending: { readonly at: number; readonly move: Move } | null = null;
  /** The event that had the focus until a filter hid it: another filter may show it again. */
  #hidden: RowPlace | null = null;
  /** Rows that were on screen since follow went off. */
  #seen = 0;
  readonly #host: Remote<InspectorHost>;
  readonly #changed: () => void;
  /** Told whether the focus moved, or only the events that belong to the selection. */
  readonly #selected: (focusMoved: boolean) => void;

  constructor(host: Remote<InspectorHost>, changed: () => void, selected: (focusMoved: boolean) => void) {
    this.#host = host;
    this.#changed = changed;
    this.#selected = selected;
    this.window = new RowWindow(
      (start, count, paths) => host.request('rows', { start, count, paths }),
      () => this.#rowsLoaded(),
    );
  }

  get height(): number {
    return this.#height;
  }

  /**
   * The rows to draw, from the first up to (not including) the last number. None beyond the viewport: the layer of the
   * rows stays in it while the space behind is scrolled, so that no hole can show.
   */
  get range(): readonly [first: number, end: number] {
    if (this.#height === 0) return [0, 0];
    // Rows stand at whole pixels.
    const top = Math.round(this.position);
    const end = Math.ceil((top + this.#height) / this.rowHeight);
    return [Math.floor(top / this.rowHeight), Math.min(end, this.matched)];
  }

  /** New rows below the reader while follow is off. */
  get fresh(): number {
    return this.follow ? 0 : Math.max(0, this.matched - this.#seen);
  }

  /** Takes the newest snapshot of the host, with rows at its end where some are there already. */
  show(status: Status, newest: RowsAnswer | null = null): void {
    this.#latest = status;
    this.#newest = newest;
    if (status.revision !== this.#revision) {
      void this.#remap();
      return;
    }
    this.matched = status.matched;
    this.#settle();
    void this.#comeBack();
  }

  /** The place to come back to after a reload; `null` without a focus, or where the timeline goes with its view. */
  get place(): ViewPlace | null {
    const { focus } = this.selection;
    if (this.#wanted) return this.#wanted;
    if (focus === null || this.focusAt < 0 || this.#latest?.timeline !== null) return null;
    const offset = this.focusAt * this.rowHeight - this.position;
    return { seq: focus.seq, offset, follow: this.follow };
  }

  /** Focuses the event of a place when it is found, where the reader has not begun something else. */
  restore(place: ViewPlace): void {
    this.#wanted = place;
  }

  async #comeBack(): Promise<void> {
    const wanted = this.#wanted;
    const touches = this.#touches;
    if (!wanted || this.#remapping) return;
    const isOver = this.#latest?.searching === false;
    const revision = this.#revision;
    const { at, row, isAbsent } = await this.#find(wanted.seq);
    if (wanted !== this.#wanted || revision !== this.#revision) return;
    if (touches !== this.#touches || this.selection.focus || (isOver && isAbsent)) this.#wanted = null;
    if (!this.#wanted || !row) return;
    this.#wanted = null;
    this.focusAt = at;
    this.focusTime = row[1];
    this.selection.only(this.placeOf(row));
    this.follow = wanted.follow;
    if (!this.follow) this.position = this.space.clamp(at * this.rowHeight - wanted.offset);
    this.#settle();
    this.#selected(true);
  }

  /** Position of an event with its row. Where neither came, it is absent only if the host looked at the rows of this page. */
  async #find(seq: number): Promise<Found> {
    const none = { at: -1, row: undefined, isAbsent: false };
    try {
      const { at, revision } = await this.#host.request('indexOf', { seq });
      if (at < 0) return { ...none, isAbsent: revision === this.#revision };
      const row = await this.#rowAt(at);
      return row?.[0] === seq ? { at, row, isAbsent: false } : none;
    } catch {
      return none;
    }
  }

  /** Place of a row in the order of the rows. */
  placeOf([seq, at]: Row): RowPlace {
    return { time: this.#order === 'sent' ? at : 0, seq };
  }

  setRowHeight(height: number): void {
    if (height === this.rowHeight) return;
    this.position *= height / this.rowHeight;
    this.rowHeight = height;
    this.#settle();
  }

  setPaths(paths: readonly string[]): void {
    this.window.setPaths(paths);
  }

  /** Takes the height of the viewport; a focused row that was in it stays in it. */
  resize(height: number): void {
    const keepsFocus = this.#isFocusVisible && height > 0;
    this.#height = height;
    if (keepsFocus && !this.follow) this.#reveal(this.focusAt);
    this.#settle();
  }

  get #isFocusVisible(): boolean {
    const top = this.focusAt * this.rowHeight;
    return this.focusAt >= 0 && top + this.rowHeight > this.position && top < this.position + this.#height;
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
    return Math.max(1, Math.floor(this.#height / this.rowHeight) - 1);
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
    this.selection.all(this.placeOf(head), this.placeOf(tail));
    if (this.focusAt < 0) {
      this.focusAt = last;
      this.focusTime = tail[1];
    }
    this.#selected(true);
    this.#changed();
  }

  /** Scrolls to an event and selects it; false where it is not in this view. */
  async goTo(seq: number): Promise<boolean> {
    const { at, row } = await this.#find(seq);
    if (!row) return false;
    this.#touches++;
    this.#hidden = null;
    this.follow = false;
    this.focusAt = at;
    this.focusTime = row[1];
    this.selection.only(this.placeOf(row));
    this.position = this.space.clamp(at * this.rowHeight - this.#height / 2);
    this.#settle();
    this.#selected(true);
    return true;
  }

  async #rowAt(position: number): Promise<Row | undefined> {
    return this.window.at(position) ?? (await this.#requestRow(position));
  }

  async #requestRow(position: number): Promise<Row | undefined> {
    const { paths } = this.window;
    return (await this.#host.request('rows', { start: position, count: 1, paths })).rows[0];
  }

  #reveal(at: number): void {
    const top = at * this.rowHeight;
    if (top < this.position) this.position = top;
    else if (top + this.rowHeight > this.position + this.#height)
      this.position = top + this.rowHeight - this.#height;
  }

  /** Brings position, rows and counters in line after anything changed. */
  #settle(): void {
    this.space = new ScrollSpace(this.matched, this.#height, this.rowHeight);
    this.position = this.follow ? this.space.limit : this.space.clamp(this.position);
    const bottom = Math.min(this.matched, Math.ceil((this.position + this.#height) / this.rowHeight));
    this.#seen = Math.min(this.follow ? this.matched : Math.max(this.#seen, bottom), this.matched);
    if (!this.#remapping) this.window.want(...this.range, this.matched);
    this.#changed();
  }

  #rowsLoaded(): void {
    const row = this.#pending && this.window.at(this.#pending.at);
    if (this.#pending && row) {
      const { move } = this.#pending;
      this.#pending = null;
      this.#hidden = null;
      const place = this.placeOf(row);
      if (move === 'only') this.selection.only(place);
      else if (move === 'toggle') this.selection.toggle(place);
      else if (move === 'focus') this.selection.focusOn(place);
      else this.selection.extendTo(place);
      this.focusTime = row[1];
      this.#selected(true);
    }
    this.#changed();
  }

  #anchor(filterChanged: boolean): Anchor | null {
    if (filterChanged && this.#isFocusVisible && this.selection.focus !== null) {
      return { seq: this.selection.focus.seq, offset: this.focusAt * this.rowHeight - this.position };
    }
    const first = Math.ceil(this.position / this.rowHeight);
    const row = this.window.at(first);
    return row ? { seq: row[0], offset: first * this.rowHeight - this.position } : null;
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
    void this.#comeBack();
  }

  async #reach(target: Status, lastTry: boolean): Promise<boolean> {
    const touches = this.#touches;
    const { order, timelineId } = target;
    const timelineChanged = this.#timeline !== null && timelineId !== this.#timeline;
    // The events of another order or timeline are not those between the same places.
    const filterChanged = target.filter !== this.#filter || order !== this.#order || timelineChanged;
    const anchor = this.follow || timelineChanged ? null : this.#anchor(filterChanged);
    const focus = timelineChanged ? null : (this.selection.focus ?? this.#hidden);
    const [anchorAt, focusAt] = await Promise.all([this.#indexOf(anchor?.seq), this.#indexOf(focus?.seq)]);

    const space = new ScrollSpace(target.matched, this.#height, this.rowHeight);
    let position = this.follow ? space.limit : space.clamp(this.position);
    if (anchor && anchorAt >= 0) position = space.clamp(anchorAt * this.rowHeight - anchor.offset);
    const start = Math.floor(position / this.rowHeight);
    const answer = this.#newestOf(target, start) ?? (await this.#requestRows(start, target));
    const isSought = focus !== null && (filterChanged || this.selection.focus === null);
    const focusRow = isSought ? await this.#rowOf(focus.seq, focusAt, answer) : undefined;
    const disturbed = touches !== this.#touches || answer.revision !== target.revision;
    if (disturbed && !lastTry) return false;

    const moved = position - this.position;
    this.#revision = target.revision;
    this.#filter = target.filter;
    this.#order = order;
    this.#timeline = timelineId;
    this.matched = target.matched;
    this.window.reset(target.revision, answer.start, answer.rows);
    this.position = position;
    this.#seen = filterChanged ? target.matched : this.#seen + Math.round(moved / this.rowHeight);
    this.focusAt = isSought && !focusRow ? -1 : focusAt;
    this.#pending = null;
    if (timelineChanged) this.follow = true;
    if (isSought || filterChanged) this.#refocus(focus, focusRow);
    else if (this.matched === 0) this.#refocus(focus, undefined);
    else if (this.#order === 'sent' && this.selection.hasRange) this.#selected(false);
    return true;
  }

  async #requestRows(start: number, { revision, matched }: Status): Promise<RowsAnswer> {
    const wanted = Math.ceil(this.#height / this.rowHeight) + 1;
    const count = Math.min(wanted, matched - start);
    if (count <= 0) return { revision, start, rows: [] };
    return this.#host.request('rows', { start, count, paths: this.window.paths });
  }

  /** The rows that came with the first status, where they are those to be shown. */
  #newestOf({ revision }: Status, start: number): RowsAnswer | undefined {
    const newest = this.#newest;
    const isOf = newest?.revision === revision && newest.start <= start && this.window.paths.length === 0;
    return isOf ? newest : undefined;
  }

  /** The row of an event at its position; undefined where another stands there, because the rows changed meanwhile. */
  async #rowOf(seq: number, at: number, { start, rows }: RowsAnswer): Promise<Row | undefined> {
    if (at < 0) return undefined;
    const row = rows[at - start] ?? (await this.#requestRow(at));
    return row?.[0] === seq ? row : undefined;
  }

  async #indexOf(seq: number | null | undefined): Promise<number> {
    if (seq === null || seq === undefined) return -1;
    return (await this.#host.request('indexOf', { seq })).at;
  }

  /** A span means other events under another filter: then only the focused event stays selected, as soon as it is found. */
  #refocus(focus: RowPlace | null, row: Row | undefined): void {
    this.#hidden = row ? null : focus;
    if (this.selection.spans.length === 0 && this.selection.focus === null && !row) return;
    if (row) this.selection.only(this.placeOf(row));
    else this.selection.clear();
    this.focusTime = row?.[1] ?? null;
    this.#selected(true);
  }
}
