import type { Detail, EmitForm, EmitOutcome, HostCommand, Status, ViewState } from '../../rpc/inspector.ts';
import type { Link } from '../base/host.ts';
import { setStrings } from '../base/l10n.ts';

/** The detail is asked for when the focus rests this long: holding an arrow key down asks for no detail on the way. */
const DETAIL_REST_MS = 60;

/** State of the shell as the host sends it; every change is told through one callback. */
export class Session {
  status: Status | null = null;
  home: 'panel' | 'tab' = 'panel';
  view: ViewState;
  /** Which event the detail is for, `null` for none. */
  seq: number | null = null;
  detail: Detail | null = null;
  gone = false;
  emitting = false;
  form: EmitForm | null = null;
  preset: { readonly text: string | null } | null = null;
  outcomes: readonly EmitOutcome[] = [];
  sending = false;
  selected = 0;
  /** The last request that failed, for people; empty when all is well. */
  failure = '';
  readonly #link: Link;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The event whose detail was last asked for. */
  #asked: number | null = null;

  constructor(link: Link, changed: () => void) {
    this.#link = link;
    this.#changed = changed;
    this.view = link.load();
  }

  get host(): Link['host'] {
    return this.#link.host;
  }

  async hello(): Promise<void> {
    await this.#guard(async () => {
      const { strings, status, home } = await this.host.request('hello', null);
      setStrings(strings);
      this.home = home;
      this.setStatus(status);
    });
  }

  /** Tells the host that somebody works in this page. */
  use(): void {
    this.host.notify('used', null);
  }

  setStatus(status: Status): void {
    this.status = status;
    this.#changed();
  }

  setFilter(text: string): Promise<void> {
    return this.#guard(async () => {
      this.setStatus(await this.host.request('setFilter', { text }));
    });
  }

  togglePause(): Promise<void> {
    const paused = this.status?.paused !== true;
    return this.#guard(async () => {
      this.setStatus(await this.host.request('setPaused', { paused }));
    });
  }

  clear(): Promise<void> {
    return this.#guard(async () => {
      this.setStatus(await this.host.request('clear', null));
    });
  }

  select(spans: readonly (readonly [number, number])[]): Promise<void> {
    return this.#guard(async () => {
      this.selected = (await this.host.request('select', { spans })).count;
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
      const detail = this.detail?.seq === seq ? this.detail : await this.host.request('detail', { seq });
      if (detail) await this.host.request('copy', { text: detail.raw });
    });
  }

  /** The focus went to an event: its detail follows if it is open, or opens. */
  focusOn(seq: number, open: boolean): void {
    this.seq = seq;
    if (open) {
      this.emitting = false;
      this.#keep({ detailOpen: true });
    }
    this.#showDetail(open ? 0 : DETAIL_REST_MS);
    this.#changed();
  }

  /** Events never change: the one that is shown or on its way is not asked for again, and keeps its folds. */
  #showDetail(rest: number): void {
    const { seq } = this;
    if (seq === null || seq === this.#asked || !this.view.detailOpen || this.emitting) return;
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

  resize(size: Partial<Pick<ViewState, 'detailWidth' | 'detailHeight'>>): void {
    this.#keep(size);
  }

  closePane(): void {
    if (this.emitting) {
      this.emitting = false;
      this.#showDetail(0);
    } else this.#keep({ detailOpen: false });
    this.#changed();
  }

  openEmit(text: string | null): void {
    this.emitting = true;
    this.preset = { text };
    this.outcomes = [];
    this.#changed();
    void this.#loadForm();
  }

  async addTarget(): Promise<void> {
    await this.run('addTarget');
    await this.#loadForm();
  }

  #loadForm(): Promise<void> {
    return this.#guard(async () => {
      this.form = await this.host.request('emitForm', null);
      this.#changed();
    });
  }

  async emit(text: string, targets: readonly string[]): Promise<void> {
    this.sending = true;
    this.outcomes = [];
    this.#changed();
    await this.#guard(async () => {
      this.outcomes = await this.host.request('emit', { text, targets });
    });
    this.sending = false;
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
