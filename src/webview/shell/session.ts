import type { Detail, HostCommand, RowsAnswer, Status, ViewState } from '../../rpc/inspector.ts';
import type { EmitDraft } from '../../rpc/inspectorEmit.ts';
import { defaultGrid, type GridSettings, type RowSpan, type ViewPlace } from '../../rpc/inspectorGrid.ts';
import type { Link } from '../base/link.ts';
import { setStrings } from '../base/l10n.ts';
import { DetailContext } from '../detail/context.ts';

/** The detail is asked for when the focus rests this long: holding an arrow key down asks for no detail on the way. */
const DETAIL_REST_MS = 60;
/** The focus left when it does not come back within this time. */
const LEAVE_MS = 100;

/** State of the shell as the host sends it; every change is told through one callback. */
export class Session {
  status: Status | null = null;
  home: 'panel' | 'tab' = 'panel';
  view: ViewState;
  /** Looks of the grid: those of this page, else those of the last one in its place. */
  grid: GridSettings = defaultGrid;
  /** Rows that came with the first status. */
  newest: RowsAnswer | null = null;
  /** Which event the detail is for, `null` for none. */
  seq: number | null = null;
  detail: Detail | null = null;
  gone = false;
  readonly about: DetailContext;
  /** Contents of the pane; the emit form and the statistics stand in the place of the detail. */
  pane: 'detail' | 'emit' | 'statistics' = 'detail';
  /** The message that the emit form begins with. */
  preset: { readonly draft: EmitDraft | null } | null = null;
  selected = 0;
  /** The last request that failed, for people; empty when all is well. */
  failure = '';
  readonly #link: Link;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  /** The first answer came, or none: the page shows what the host tells by itself. */
  #isGreeted = false;
  /** The event whose detail was last asked for. */
  #asked: number | null = null;

  constructor(link: Link, changed: () => void) {
    this.#link = link;
    this.#changed = changed;
    this.view = link.load();
    this.about = new DetailContext(
      () => this.host,
      (work) => this.#guard(work),
      changed,
    );
  }

  get isPaneOpen(): boolean {
    return this.pane !== 'detail' || (this.view.detailOpen && this.seq !== null);
  }

  get host(): Link['host'] {
    return this.#link.host;
  }

  async hello(): Promise<void> {
    await this.#guard(() => this.#greet());
    this.#isGreeted = true;
  }

  async #greet(): Promise<void> {
    const { query } = this.view;
    const [{ strings, status, home, newest }, grid] = await Promise.all([
      this.host.request('hello', { query }),
      this.view.grid ?? this.host.request('gridSettings', null),
    ]);
    setStrings(strings);
    this.home = home;
    this.grid = grid ?? defaultGrid;
    this.newest = newest;
    this.setStatus(status);
    await this.#order();
  }

  /** Tells the host that somebody works in this page. */
  use(): void {
    clearTimeout(this.#leaving);
    this.host.notify('used', null);
  }

  /** Tells the host that the focus left this page. Commands focus a page anew: a key between two presses is still its own. */
  leave(): void {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.host.notify('left', null), LEAVE_MS);
  }

  /** Takes a status that came by itself. Before the first answer the page does not know the looks of its grid. */
  follow(status: Status): void {
    if (this.#isGreeted) this.setStatus(status);
  }

  setStatus(status: Status): void {
    // In another timeline a seq means another event.
    if (this.status && status.timelineId !== this.status.timelineId) this.#forgetEvent();
    this.status = status;
    if (status.filter === this.view.query) this.#changed();
    else this.#keep({ query: status.filter });
  }

  #forgetEvent(): void {
    clearTimeout(this.#timer);
    this.seq = this.#asked = this.detail = null;
    this.gone = false;
    this.selected = 0;
  }

  /** Keeps the looks of the grid, and lets the host order the rows as they say. */
  setGrid(settings: GridSettings, shown: readonly string[]): Promise<void> {
    this.grid = settings;
    this.#keep({ grid: settings });
    return this.#guard(async () => {
      await this.host.request('keepGrid', { settings, shown });
      await this.#order();
    });
  }

  async #order(): Promise<void> {
    const { order } = this.grid;
    if (this.status && this.status.order !== order)
      this.setStatus(await this.host.request('setOrder', { order }));
  }

  /** Keeps the place in the list for the next load of the page; nothing on screen depends on it. */
  keepPlace(place: ViewPlace | null): void {
    this.view = { ...this.view, place };
    this.#link.save(this.view);
  }

  setFilter(text: string): Promise<void> {
    return this.#guard(async () => {
      this.setStatus(await this.host.request('setFilter', { text }));
    });
  }

  /** Waits for a part of the page; says so where it cannot be loaded. */
  wait(part: Promise<unknown>): Promise<void> {
    return this.#guard(() => part);
  }

  togglePause(): Promise<void> {
    const paused = this.status?.paused !== true;
    return this.#guard(async () => {
      this.setStatus(await this.host.request('setPaused', { paused }));
    });
  }

  /** Hides what came so far; the detail of what is not in the list any more goes too. */
  clear(): Promise<void> {
    return this.#guard(async () => {
      const status = await this.host.request('clear', null);
      this.seq = this.detail = this.#asked = null;
      this.setStatus(status);
    });
  }

  undoClear(): Promise<void> {
    return this.#guard(async () => {
      this.setStatus(await this.host.request('undoClear', null));
    });
  }

  select(spans: readonly RowSpan[]): Promise<void> {
    return this.#guard(async () => {
      this.selected = (await this.host.request('select', { spans })).count;
      void this.about.selected(this.selected);
      this.#changed();
    });
  }

  run(command: HostCommand): Promise<void> {
    return this.#guard(() => this.host.request('run', { command }));
  }

  copy(text: string): Promise<void> {
    return this.#guard(() => this.host.request('copy', { text }));
  }

  async copyEvent(): Promise<void> {
    const { seq } = this;
    if (seq === null) return;
    await this.#guard(async () => {
      if (this.selected > 1) {
        await this.host.request('copyAs', { form: 'raw' });
        return;
      }
      const detail = this.detail?.seq === seq ? this.detail : await this.host.request('detail', { seq });
      if (detail) await this.host.request('copy', { text: detail.raw });
    });
  }

  /** Position of an event among those that match; -1 where it is not among them. */
  async positionOf(seq: number): Promise<number> {
    let position = -1;
    await this.#guard(async () => {
      position = (await this.host.request('indexOf', { seq })).at;
    });
    return position;
  }

  /** The failure beside the event that has the focus; `null` where there is none. */
  async failureBeside(direction: 'next' | 'previous'): Promise<number | null> {
    let found: number | null = null;
    await this.#guard(async () => {
      const seq = this.seq ?? this.view.place?.seq ?? null;
      found = await this.host.request('failureBeside', { seq, direction });
    });
    return found;
  }

  /** The focus went to an event: its detail follows if it is open, or opens. */
  focusOn(seq: number, open: boolean): void {
    this.seq = seq;
    if (open) {
      this.pane = 'detail';
      this.#keep({ detailOpen: true });
    }
    this.#showDetail(open ? 0 : DETAIL_REST_MS);
    this.#changed();
  }

  /** Events never change: the one that is shown or on its way is not asked for again, and keeps its folds. */
  #showDetail(rest: number): void {
    const { seq } = this;
    if (seq === null || seq === this.#asked || !this.view.detailOpen || this.pane !== 'detail') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#loadDetail(seq), rest);
  }

  async #loadDetail(seq: number): Promise<void> {
    if (seq !== this.seq) return;
    this.#asked = seq;
    await this.#guard(async () => {
      try {
        const detail = await this.host.request('detail', { seq });
        if (seq !== this.seq) return;
        this.detail = detail;
        this.gone = detail === null;
        if (detail) void this.about.load(seq);
      } finally {
        // A detail that did not reach the screen may be asked for again.
        if (this.#asked === seq && this.detail?.seq !== seq) this.#asked = null;
      }
      this.#changed();
    });
  }

  setTab(detailTab: ViewState['detailTab']): void {
    this.#keep({ detailTab });
  }

  setWrap(rawWrap: boolean): void {
    this.#keep({ rawWrap });
  }

  /** Keeps the size that the user gave the pane: the emit form has a width of its own. */
  resizePane(place: 'beside' | 'below' | 'over', size: number): void {
    if (place === 'below') this.#keep({ detailHeight: size });
    else this.#keep(this.pane === 'emit' ? { emitWidth: size } : { detailWidth: size });
  }

  closePane(): void {
    if (this.pane !== 'detail') {
      this.pane = 'detail';
      this.#showDetail(0);
    } else this.#keep({ detailOpen: false });
    this.#changed();
  }

  openStatistics(): void {
    this.pane = 'statistics';
    this.#changed();
  }

  /** The whole message of the event that the detail shows; `null` where there is none. */
  async shownDraft(): Promise<EmitDraft | null> {
    const { detail } = this;
    let draft: EmitDraft | null = null;
    if (detail)
      await this.#guard(async () => {
        draft = await this.host.request('emitDraft', { seq: detail.seq });
      });
    return draft;
  }

  openEmit(draft: EmitDraft | null): void {
    this.pane = 'emit';
    this.preset = { draft };
    this.#changed();
  }

  #keep(part: Partial<ViewState>): void {
    this.view = { ...this.view, ...part };
    this.#link.save(this.view);
    this.#changed();
  }

  async #guard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (this.failure === '') return;
      this.failure = '';
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.#changed();
  }
}
