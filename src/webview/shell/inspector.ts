import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Handlers } from '../../rpc/channel.ts';
import type { InspectorView, Status } from '../../rpc/inspector.ts';
import type { EmitDraft } from '../../rpc/inspectorEmit.ts';
import { exposeMenuContext } from '../base/contextMenu.ts';
import {
  isHostAction,
  type Action,
  type PageAction,
  type PartEvent,
  type PartEvents,
} from '../base/events.ts';
import type { Link } from '../base/link.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { commandOf, isTyping } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import type { DetailPane } from '../detail/detail.ts';
import type { EmitPane } from '../emit/emit-form.ts';
import '../grid/grid.ts';
import type { EventGrid } from '../grid/grid.ts';
import type { QueryBar } from '../query/query-bar.ts';
import { Shelf } from '../query/shelf.ts';
import { Announcement } from './announcement.ts';
import { hasBars } from './bars.ts';
import { renderEmpty } from './emptyGrid.ts';
import type { HelpDialog } from './help.ts';
import { inspectorStyles } from './inspector.styles.ts';
import type * as LateParts from './lateParts.ts';
import { hasRoomForTimeline, layoutOf, type Layout } from './layout.ts';
import { painted } from './painted.ts';
import { renderPane } from './pane.ts';
import { Session } from './session.ts';
import type { Toolbar } from './toolbar.ts';

/** Width in pixels below which the filter has a line of its own. */
const COMPACT_WIDTH = 720;
/** Width in pixels below which the filter with its count needs the room of the words on the buttons. */
const TERSE_WIDTH = 1100;

/** The whole inspector: arranges its parts, routes their wishes to the session and its state back to them. */
export class Inspector extends LitElement {
  static override styles = [baseStyles, iconStyles, inspectorStyles];
  #session: Session | null = null;
  #shelf: Shelf | null = null;
  #follow = true;
  /** The first rows are there. */
  #hasRows = false;
  #width = 0;
  #height = 0;
  readonly #announcement = new Announcement();
  #hasLateParts = false;
  #lateParts: Promise<typeof LateParts> | undefined;
  #greeted: Promise<void> | undefined;
  readonly #resize = new ResizeObserver(() => {
    this.#measure();
    this.requestUpdate();
  });

  /** Handlers of the host's messages: each goes to the session, or to the part that shows it. */
  readonly handlers: Handlers<InspectorView> = {
    status: (status) => this.#session?.follow(status),
    openEmit: ({ draft }) => this.#openEmit(draft),
    emitShelf: (shelf) => this.#emitPane?.model?.takeShelf(shelf),
    emitSeries: (series) => this.#emitPane?.model?.takeSeries(series),
    emitEcho: ({ correlation, seq }) => this.#emitPane?.model?.takeEcho(correlation, seq),
    focusFilter: ({ text }) => void this.#focusFilter(text),
    shelf: (contents) => this.#shelf?.set(contents),
    reveal: ({ seq }) => void this.#reveal(seq),
    goToFailure: ({ direction }) => void this.#goToFailure(direction),
    grid: (wish) => this.#grid?.wish(wish),
  };

  start(link: Link): void {
    // The first rows may come before the first frame, and are arranged by the size.
    this.#measure();
    this.#session = new Session(link, () => this.requestUpdate());
    this.#shelf = new Shelf(link.host, () => this.requestUpdate());
    void this.#shelf.load();
    this.#greeted = this.#session.hello();
    void this.#load(this.#session);
    (document.hasFocus() ? this.#onUse : this.#onLeave)();
  }

  #measure(): void {
    ({ width: this.#width, height: this.#height } = this.getBoundingClientRect());
  }

  /** Loads what stands around the rows as soon as they are on screen, or cannot come. */
  async #load(session: Session): Promise<void> {
    await this.#greeted;
    await this.updateComplete;
    await painted();
    await session.wait(this.#inPlace());
  }

  /** The late parts, when they stand in the page. */
  async #inPlace(): Promise<typeof LateParts> {
    const [parts] = await Promise.all([(this.#lateParts ??= import('./lateParts.ts')), this.#greeted]);
    await this.updateComplete;
    await this.#toolbar?.updateComplete;
    await this.#query?.updateComplete;
    if (!this.#hasLateParts) {
      this.#hasLateParts = true;
      this.requestUpdate();
      await this.#inPlace();
    }
    return parts;
  }

  async #focusFilter(text: string | null): Promise<void> {
    await this.#inPlace();
    if (text !== null) this.#query?.setText(text);
    this.#query?.focus();
  }

  async #showNoise(shows: boolean): Promise<void> {
    const { withoutTerm, withTerm } = await this.#inPlace();
    this.#query?.edit((text) =>
      shows ? withoutTerm(text, 'is', 'noise', true) : withTerm(text, 'is', 'noise', 'not'),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    document.addEventListener('keydown', this.#onKey);
    window.addEventListener('focus', this.#onFocusOfPage);
    window.addEventListener('blur', this.#onLeave);
    this.addEventListener('contextmenu', this.#onContextMenu);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    document.removeEventListener('keydown', this.#onKey);
    window.removeEventListener('focus', this.#onFocusOfPage);
    window.removeEventListener('blur', this.#onLeave);
    this.removeEventListener('contextmenu', this.#onContextMenu);
  }

  protected override updated(): void {
    if (this.#hasRows || !this.#grid) return;
    this.#hasRows = true;
    void this.#grid.updateComplete.then(() => this.#focusRows());
  }

  protected override render(): TemplateResult | typeof nothing {
    const session = this.#session;
    if (!session?.status || (!this.#hasLateParts && hasBars(session.status)))
      return session?.failure ? html`<p class="failure">${session.failure}</p>` : nothing;
    const saved = this.#shelf?.contents.saved ?? [];
    return html`<main
      class="shell ${this.#hasLateParts ? '' : 'early'}"
      @gso-action=${(event: PartEvent<'gso-action'>) => this.#act(event.detail)}
      @gso-filter=${(event: PartEvent<'gso-filter'>) => void session.setFilter(event.detail)}
      @gso-query=${(event: PartEvent<'gso-query'>) => this.#query?.setText(event.detail)}
      @gso-follow=${(event: PartEvent<'gso-follow'>) => this.#setFollow(event.detail)}
      @gso-focus=${(event: PartEvent<'gso-focus'>) => this.#onFocus(event.detail)}
      @gso-spans=${(event: PartEvent<'gso-spans'>) => void session.select(event.detail)}
      @gso-grid=${({ detail }: PartEvent<'gso-grid'>) => void session.setGrid(detail.settings, detail.shown)}
      @gso-place=${(event: PartEvent<'gso-place'>) => session.keepPlace(event.detail)}
      @gso-copy=${(event: PartEvent<'gso-copy'>) => void session.copy(event.detail)}
      @gso-time=${(event: PartEvent<'gso-time'>) => void this.#askTime(session, event.detail)}
      @gso-term=${(event: PartEvent<'gso-term'>) => void this.#askTerm(session, event.detail)}
      @gso-tab=${(event: PartEvent<'gso-tab'>) => session.setTab(event.detail)}
      @gso-wrap=${(event: PartEvent<'gso-wrap'>) => session.setWrap(event.detail)}
      @gso-go-to=${(event: PartEvent<'gso-go-to'>) => void this.#goTo(session, event.detail)}
      @gso-reveal=${(event: PartEvent<'gso-reveal'>) => void this.#reveal(event.detail)}
      @gso-document=${(event: PartEvent<'gso-document'>) => void session.about.openDocument(event.detail)}
      @gso-difference=${(event: PartEvent<'gso-difference'>) => void session.about.openDifference(event.detail)}
    >
      <h1 class="hidden-text">${t('Event inspector')}</h1>
      <gso-toolbar
        class=${this.#width < COMPACT_WIDTH ? 'compact' : ''}
        .host=${session.host}
        .status=${session.status}
        .shelf=${this.#shelf}
        .follow=${this.#follow}
        .home=${session.home}
        .compact=${this.#width < COMPACT_WIDTH}
        .terse=${this.#width < TERSE_WIDTH}
      ></gso-toolbar>
      <gso-saved-chips
        class=${saved.length > 0 ? 'some' : ''}
        .saved=${saved}
        .query=${session.status.filter}
      ></gso-saved-chips>
      <gso-cleared-bar .count=${session.status.cleared}></gso-cleared-bar>
      ${session.failure === '' ? nothing : html`<p class="failure" role="alert">${icon('error')}${session.failure}</p>`}
      ${
        this.#hasRoomForTimeline(session)
          ? html`<gso-timeline .host=${session.host} .status=${session.status}></gso-timeline>`
          : nothing
      }
      ${this.#renderMain(session, session.status)}
      <gso-status-line
        .status=${session.status}
        .selected=${session.selected}
        .narrow=${this.#width < 560}
      ></gso-status-line>
      <gso-help></gso-help>
      <div class="hidden-text" aria-live="polite">${this.#announcement.of(session.status)}</div>
    </main>`;
  }

  #renderMain(session: Session, status: Status): TemplateResult {
    const isOpen = session.isPaneOpen;
    const layout = this.#layoutOf(session);
    const covers = isOpen && layout.place === 'over';
    return html`<div class="main ${layout.place}">
      <gso-grid
        .host=${session.host}
        .status=${status}
        .settings=${session.grid}
        .newest=${session.newest}
        .place=${session.view.place}
        ?hidden=${covers}
      >
        <div slot="empty">
          ${status.matched === 0 && this.#hasLateParts ? renderEmpty(status, (action) => this.#act(action)) : nothing}
        </div>
      </gso-grid>
      ${
        isOpen && !covers
          ? html`<gso-splitter
              ?below=${layout.place === 'below'}
              .size=${layout.size}
              .least=${layout.least}
              .most=${layout.most}
              @gso-resize=${(event: PartEvent<'gso-resize'>) => {
                session.resizePane(layout.place, event.detail);
              }}
            ></gso-splitter>`
          : nothing
      }
      ${
        isOpen
          ? html`<div class="pane" .style=${covers ? '' : `flex-basis:${layout.size}px`}>
              ${renderPane(session)}
            </div>`
          : nothing
      }
    </div>`;
  }

  #act(action: Action): void {
    const session = this.#session;
    if (!session) return;
    const actions: Readonly<Record<PageAction, () => void>> = {
      togglePause: () => void session.togglePause(),
      toggleFollow: () => this.#grid?.setFollow(!this.#follow),
      clear: () => void session.clear(),
      undoClear: () => void session.undoClear(),
      showNoise: () => void this.#showNoise(true),
      hideNoise: () => void this.#showNoise(false),
      emit: () => this.#openEmit(null),
      emitAgain: () => void session.shownDraft().then((draft) => this.#openEmit(draft)),
      focusFilter: () => void this.#focusFilter(null),
      clearFilter: () => this.#query?.reset(),
      closePane: () => this.#closePane(session),
      copyEvent: () => void session.copyEvent(),
      statistics: () => this.#openStatistics(),
      columns: () => this.#grid?.configure(),
      help: () => void this.#inPlace().then(() => this.#help?.show()),
    };
    if (isHostAction(action)) void session.run(action);
    else actions[action]();
  }

  #setFollow(follow: boolean): void {
    this.#follow = follow;
    this.requestUpdate();
  }

  /** Enter on the event that is open already goes into its detail. */
  #onFocus({ seq, open }: { readonly seq: number; readonly open: boolean }): void {
    const session = this.#session;
    if (!session) return;
    const wasShown = session.isPaneOpen && session.pane === 'detail' && session.seq === seq;
    session.focusOn(seq, open);
    if (open && (wasShown || this.#layoutOf(session).place === 'over'))
      void this.updateComplete.then(() => this.#pane?.focus());
  }

  #layoutOf({ view, pane }: Session): Layout {
    return layoutOf(this.#width, this.#height, view, pane === 'emit');
  }

  #hasRoomForTimeline(session: Session): boolean {
    const pane = session.isPaneOpen ? session.pane : null;
    return hasRoomForTimeline(this.#layoutOf(session), this.#height, pane);
  }

  #closePane(session: Session): void {
    session.closePane();
    void this.updateComplete.then(() => this.#grid?.focus());
  }

  #openEmit(draft: EmitDraft | null): void {
    this.#session?.openEmit(draft);
    void this.#focusPane(import('../emit/emit-form.ts'));
  }

  #openStatistics(): void {
    this.#session?.openStatistics();
    void this.#focusPane(this.#inPlace());
  }

  /** Focuses the pane when its code is there, which is loaded when it is opened first. */
  async #focusPane(loaded: Promise<unknown>): Promise<void> {
    await this.#session?.wait(loaded);
    await this.updateComplete;
    this.#pane?.focus();
  }

  async #askTime(session: Session, time: PartEvents['gso-time']): Promise<void> {
    const { withTime } = await this.#inPlace();
    const filter = session.status?.filter ?? '';
    await session.setFilter(withTime(filter, time ?? undefined));
  }

  async #askTerm(session: Session, { field, value }: PartEvents['gso-term']): Promise<void> {
    const { withTerm } = await this.#inPlace();
    await session.setFilter(withTerm(session.status?.filter ?? '', field, value, 'and'));
  }

  async #reveal(seq: number): Promise<void> {
    this.#session?.focusOn(seq, true);
    // A page that is opened for the event has no rows yet.
    if (this.#grid) await this.#grid.goTo(seq);
    else this.#session?.keepPlace({ seq, offset: 0, follow: false });
  }

  async #goTo(session: Session, seq: number): Promise<void> {
    if ((await session.positionOf(seq)) >= 0) await this.#grid?.goTo(seq);
    else await this.#reveal(seq);
  }

  async #goToFailure(direction: 'next' | 'previous'): Promise<void> {
    const seq = await this.#session?.failureBeside(direction);
    if (typeof seq === 'number') await this.#grid?.goTo(seq);
  }

  readonly #onUse = (): void => this.#session?.use();
  readonly #onLeave = (): void => this.#session?.leave();
  readonly #onFocusOfPage = (): void => {
    this.#onUse();
    this.#focusRows();
  };

  /** The keys go to the rows if no part of the page has the focus: VS Code focuses a page, and nothing in it. */
  #focusRows(): void {
    if (document.hasFocus() && document.activeElement === document.body) this.#grid?.focus();
  }

  readonly #onContextMenu = (event: MouseEvent): void => {
    this.#onUse();
    exposeMenuContext(this, event);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const command = commandOf(event, 'anywhere')?.command;
    const isText = isTyping(event);
    if (command === undefined || (isText && (event.key === '/' || event.key === '?'))) return;
    if (command === 'closePane') {
      const session = this.#session;
      if (session?.isPaneOpen !== true) return;
      this.#closePane(session);
    } else if (command === 'rows') this.#grid?.focus();
    else if (command === 'focusFilter' || command === 'help') this.#act(command);
    event.preventDefault();
  };

  get #grid(): EventGrid | null {
    return this.renderRoot.querySelector<EventGrid>('gso-grid');
  }

  get #query(): QueryBar | null | undefined {
    return this.#toolbar?.query;
  }

  get #toolbar(): Toolbar | null {
    return this.renderRoot.querySelector<Toolbar>('gso-toolbar');
  }

  get #help(): HelpDialog | null {
    return this.renderRoot.querySelector<HelpDialog>('gso-help');
  }

  get #emitPane(): EmitPane | null {
    return this.renderRoot.querySelector<EmitPane>('gso-emit');
  }

  get #pane(): DetailPane | EmitPane | null {
    return this.renderRoot.querySelector<DetailPane | EmitPane>('.pane > *');
  }
}

customElements.define('gso-inspector', Inspector);
