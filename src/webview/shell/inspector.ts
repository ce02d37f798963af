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
import { withoutTerm, withTerm, withTime } from '../../core/journal/query/edit.ts';
import { count, eventCount } from '../base/format.ts';
import type { Link } from '../base/link.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { commandOf, isTyping } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import '../detail/detail.ts';
import type { DetailPane } from '../detail/detail.ts';
import type { EmitPane } from '../emit/emit-form.ts';
import '../grid/grid.ts';
import type { EventGrid } from '../grid/grid.ts';
import '../query/cleared-bar.ts';
import '../query/saved-chips.ts';
import type { QueryBar } from '../query/query-bar.ts';
import { Shelf } from '../query/shelf.ts';
import { renderEmpty } from './emptyGrid.ts';
import './help.ts';
import type { HelpDialog } from './help.ts';
import { inspectorStyles } from './inspector.styles.ts';
import { layoutOf, type Layout } from './layout.ts';
import { Session } from './session.ts';
import './splitter.ts';
import '../timeline/timeline.ts';
import './status-line.ts';
import './toolbar.ts';
import type { Toolbar } from './toolbar.ts';

/** How long counts rest before a screen reader hears them again; a filter's result is said at once. */
const ANNOUNCE_MS = 15_000;
/** Height in pixels of rows and bars below which they need the room of the timeline. */
const LEAST_FOR_TIMELINE = 240;
/** The same beside the emit form, which has more lines than a detail. */
const LEAST_FOR_TIMELINE_AND_FORM = 420;
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
  #announced = { text: '', filter: '', at: 0 };
  readonly #resize = new ResizeObserver(([entry]) => {
    this.#width = entry?.contentRect.width ?? 0;
    this.#height = entry?.contentRect.height ?? 0;
    this.requestUpdate();
  });

  /** Handlers of the host's messages: each goes to the session, or to the part that shows it. */
  readonly handlers: Handlers<InspectorView> = {
    status: (status) => this.#session?.follow(status),
    openEmit: ({ draft }) => this.#openEmit(draft),
    emitShelf: (shelf) => this.#emitPane?.model?.takeShelf(shelf),
    emitSeries: (series) => this.#emitPane?.model?.takeSeries(series),
    emitEcho: ({ correlation, seq }) => this.#emitPane?.model?.takeEcho(correlation, seq),
    focusFilter: ({ text }) => {
      if (text !== null) this.#query?.setText(text);
      this.#query?.focus();
    },
    shelf: (contents) => this.#shelf?.set(contents),
    reveal: ({ seq }) => void this.#reveal(seq),
    goToFailure: ({ direction }) => void this.#goToFailure(direction),
    grid: (wish) => this.#grid?.wish(wish),
  };

  start(link: Link): void {
    this.#session = new Session(link, () => this.requestUpdate());
    this.#shelf = new Shelf(link.host, () => this.requestUpdate());
    void this.#session.hello();
    void this.#shelf.load();
    if (document.hasFocus()) this.#onUse();
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
    if (!session?.status) return session?.failure ? html`<p class="failure">${session.failure}</p>` : nothing;
    return html`<main
      class="shell"
      @gso-action=${(event: PartEvent<'gso-action'>) => this.#act(event.detail)}
      @gso-filter=${(event: PartEvent<'gso-filter'>) => void session.setFilter(event.detail)}
      @gso-query=${(event: PartEvent<'gso-query'>) => this.#query?.setText(event.detail)}
      @gso-follow=${(event: PartEvent<'gso-follow'>) => this.#setFollow(event.detail)}
      @gso-focus=${(event: PartEvent<'gso-focus'>) => this.#onFocus(event.detail)}
      @gso-spans=${(event: PartEvent<'gso-spans'>) => void session.select(event.detail)}
      @gso-grid=${({ detail }: PartEvent<'gso-grid'>) => void session.setGrid(detail.settings, detail.shown)}
      @gso-place=${(event: PartEvent<'gso-place'>) => session.keepPlace(event.detail)}
      @gso-copy=${(event: PartEvent<'gso-copy'>) => void session.copy(event.detail)}
      @gso-time=${(event: PartEvent<'gso-time'>) => this.#askTime(session, event.detail)}
      @gso-term=${(event: PartEvent<'gso-term'>) => this.#askTerm(session, event.detail)}
      @gso-tab=${(event: PartEvent<'gso-tab'>) => session.setTab(event.detail)}
      @gso-wrap=${(event: PartEvent<'gso-wrap'>) => session.setWrap(event.detail)}
      @gso-go-to=${(event: PartEvent<'gso-go-to'>) => void this.#goTo(session, event.detail)}
      @gso-reveal=${(event: PartEvent<'gso-reveal'>) => void this.#reveal(event.detail)}
      @gso-document=${(event: PartEvent<'gso-document'>) => void session.about.openDocument(event.detail)}
      @gso-difference=${(event: PartEvent<'gso-difference'>) => void session.about.openDifference(event.detail)}
    >
      <h1 class="hidden-text">${t('Event inspector')}</h1>
      <gso-toolbar
        .host=${session.host}
        .status=${session.status}
        .shelf=${this.#shelf}
        .follow=${this.#follow}
        .home=${session.home}
        .compact=${this.#width < 720}
        .terse=${this.#width < TERSE_WIDTH}
      ></gso-toolbar>
      <gso-saved-chips
        .saved=${this.#shelf?.contents.saved ?? []}
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
      <div class="hidden-text" aria-live="polite">${this.#announcement(session.status)}</div>
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
          ${status.matched === 0 ? renderEmpty(status, (action) => this.#act(action)) : nothing}
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
              ${this.#renderPane(session)}
            </div>`
          : nothing
      }
    </div>`;
  }

  #renderPane(session: Session): TemplateResult {
    if (session.pane === 'emit') {
      return html`<gso-emit .host=${session.host} .preset=${session.preset}></gso-emit>`;
    }
    if (session.pane === 'statistics')
      return html`<gso-statistics .host=${session.host} .status=${session.status}></gso-statistics>`;
    return html`<gso-detail
      .detail=${session.detail}
      .context=${session.about.context}
      .pair=${session.about.pair}
      .wrap=${session.view.rawWrap}
      .gone=${session.gone}
      .tab=${session.view.detailTab}
    ></gso-detail>`;
  }

  /** Says counts rarely while they grow, and at once when the filter has changed them. */
  #announcement({ matched, total, filter }: Status): string {
    const now = performance.now();
    const last = this.#announced;
    if (filter === last.filter && now - last.at < ANNOUNCE_MS) return last.text;
    const text = filter === '' ? eventCount(total) : t('{0} of {1} events', count(matched), count(total));
    this.#announced = { text, filter, at: now };
    return text;
  }

  #act(action: Action): void {
    const session = this.#session;
    if (!session) return;
    const actions: Readonly<Record<PageAction, () => void>> = {
      togglePause: () => void session.togglePause(),
      toggleFollow: () => this.#grid?.setFollow(!this.#follow),
      clear: () => void session.clear(),
      undoClear: () => void session.undoClear(),
      showNoise: () => this.#query?.edit((text) => withoutTerm(text, 'is', 'noise', true)),
      hideNoise: () => this.#query?.edit((text) => withTerm(text, 'is', 'noise', 'not')),
      emit: () => this.#openEmit(null),
      emitAgain: () => void session.shownDraft().then((draft) => this.#openEmit(draft)),
      focusFilter: () => this.#query?.focus(),
      clearFilter: () => this.#query?.reset(),
      closePane: () => this.#closePane(session),
      copyEvent: () => void session.copyEvent(),
      statistics: () => this.#openStatistics(),
      columns: () => this.#grid?.configure(),
      help: () => this.#help?.show(),
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
    if (open && (wasShown || this.#isCovered())) void this.updateComplete.then(() => this.#pane?.focus());
  }

  #layoutOf({ view, pane }: Session): Layout {
    return layoutOf(this.#width, this.#height, view, pane === 'emit');
  }

  #hasRoomForTimeline(session: Session): boolean {
    const { place, size } = this.#layoutOf(session);
    if (session.pane === 'emit' && this.#height < LEAST_FOR_TIMELINE_AND_FORM) return false;
    if (!session.isPaneOpen || place === 'beside') return this.#height >= LEAST_FOR_TIMELINE;
    return place === 'below' && this.#height - size >= LEAST_FOR_TIMELINE;
  }

  #isCovered(): boolean {
    return this.#session !== null && this.#layoutOf(this.#session).place === 'over';
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
    void this.#focusPane(import('../statistics/statistics.ts'));
  }

  /** Focuses the pane when its code is there, which is loaded when it is opened first. */
  async #focusPane(loaded: Promise<unknown>): Promise<void> {
    await this.#session?.wait(loaded);
    await this.updateComplete;
    this.#pane?.focus();
  }

  #askTime(session: Session, time: PartEvents['gso-time']): void {
    const filter = session.status?.filter ?? '';
    void session.setFilter(withTime(filter, time ?? undefined));
  }

  #askTerm(session: Session, { field, value }: PartEvents['gso-term']): void {
    void session.setFilter(withTerm(session.status?.filter ?? '', field, value, 'and'));
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
    return this.renderRoot.querySelector<Toolbar>('gso-toolbar')?.query;
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
