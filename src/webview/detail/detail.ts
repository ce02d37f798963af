import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Detail } from '../../rpc/inspector.ts';
import type { Comparison, DetailTab, EventContext } from '../../rpc/inspectorDetail.ts';
import { closeTool } from '../base/closeTool.ts';
import { menuContext } from '../base/contextMenu.ts';
import { fire, firing } from '../base/events.ts';
import { bytes, count } from '../base/format.ts';
import { icon, type IconName, iconStyles } from '../base/icons.ts';
import { type JsonReading, problemText, readJson } from '../base/json.ts';
import { commandOf, isTyping } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import './changes.ts';
import { detailStyles } from './detail.styles.ts';
import './effects.ts';
import { facts } from './facts.ts';
import './raw.ts';
import './related.ts';
import './tree.ts';
import type { PayloadTree } from './tree.ts';
import { TreeMarks } from './treeMarks.ts';

const TABS: readonly DetailTab[] = ['payload', 'raw', 'changes', 'related', 'effects'];

/** One event in full: what it is and means, its payload as tree or exact text, and its place among other events. */
export class DetailPane extends LitElement {
  static override styles = [baseStyles, iconStyles, detailStyles];
  static override properties = {
    detail: { attribute: false },
    context: { attribute: false },
    pair: { attribute: false },
    gone: { type: Boolean },
    tab: {},
    wrap: { type: Boolean },
  };
  declare detail: Detail | null;
  /** Facts about the event among others, which come a moment after it. */
  declare context: EventContext | null;
  /** The two selected events beside each other. */
  declare pair: Comparison | null;
  /** The event was removed from the journal meanwhile. */
  declare gone: boolean;
  declare tab: DetailTab;
  declare wrap: boolean;
  #reading: JsonReading | null = null;
  #marks: TreeMarks | null = null;
  readonly #resize = new ResizeObserver(() => this.#keepTabInSight());

  constructor() {
    super();
    this.detail = null;
    this.context = null;
    this.pair = null;
    this.gone = false;
    this.tab = 'payload';
    this.wrap = true;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.#selectedTab?.focus());
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { detail } = this;
    if (changed.has('detail')) {
      const isReadable = detail?.problems.every(({ path }) => path !== '') === true;
      this.#reading = detail && !detail.base64 ? readJson(detail.raw, isReadable && !detail.rawCut) : null;
    }
    if (!changed.has('detail') && !changed.has('context')) return;
    const root = this.#reading?.root;
    this.#marks = detail && root ? new TreeMarks(root, detail.problems, this.#own) : null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const tabs = this.renderRoot.querySelector('[role=tablist]');
    if (tabs) this.#resize.observe(tabs);
    // The context brings the counts in the names of tabs.
    if (changed.has('tab') || changed.has('context')) this.#keepTabInSight();
  }

  #keepTabInSight(): void {
    this.#selectedTab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** The context, if it is that of the shown event. */
  get #own(): EventContext | null {
    return this.context?.seq === this.detail?.seq ? this.context : null;
  }

  get #selectedTab(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]');
  }

  protected override render(): TemplateResult {
    return html`<section
      aria-label=${t('Event detail')}
      data-vscode-context=${this.detail ? menuContext('event', this.detail.seq) : nothing}
      @keydown=${this.#onKey}
    >
      <header>
        <div role="tablist" aria-label=${t('Event detail')} @keydown=${this.#onTabKey}>
          ${TABS.map(
            (id) =>
              html`<button
                role="tab"
                id="tab-${id}"
                aria-controls="panel"
                aria-selected=${id === this.tab}
                tabindex=${id === this.tab ? 0 : -1}
                @click=${firing(this, 'gso-tab', id)}
              >
                ${this.#label(id)}
              </button>`,
          )}
        </div>
        ${this.#renderTools()}
      </header>
      <div
        class="panel"
        role="tabpanel"
        id="panel"
        aria-labelledby="tab-${this.tab}"
        tabindex=${this.tab === 'effects' || this.tab === 'changes' ? 0 : nothing}
      >
        ${this.#renderPanel()}
      </div>
    </section>`;
  }

  #label(tab: DetailTab): string {
    const related = (this.context?.related.length ?? 0) + (this.context?.moreRelated ?? 0);
    if (tab === 'payload') return t('Payload');
    if (tab === 'raw') return t('Raw');
    if (tab === 'changes') return t('Changes');
    if (tab === 'effects') return t('What It Did');
    return related > 1 ? t('Related ({0})', count(related)) : t('Related');
  }

  #renderTools(): TemplateResult {
    const { detail } = this;
    if (detail === null) return html`<div class="tools">${closeTool(this)}</div>`;
    const copy = detail.rawCut ? t('Copy the shown part') : t('Copy the exact text');
    return html`<div class="tools">
      ${this.tab === 'payload' ? tool(t('Search the Payload (Ctrl+F)'), 'search', () => this.#find()) : nothing}
      ${
        this.tab === 'raw'
          ? html`<button
              class="tool"
              role="switch"
              aria-checked=${this.wrap}
              title=${t('Wrap Long Lines')}
              aria-label=${t('Wrap Long Lines')}
              @click=${() => fire(this, 'gso-wrap', !this.wrap)}
            >
              ${icon('word-wrap')}
            </button>`
          : nothing
      }
      ${tool(t('Open as Document'), 'go-to-file', firing(this, 'gso-document', detail.seq))}
      ${tool(copy, 'copy', firing(this, 'gso-copy', detail.raw), t('Copy'), 'copy')}
      ${
        detail.emittable
          ? html`<button
              class="tool text"
              title=${t('Emit Again…')}
              aria-label=${t('Emit Again…')}
              @click=${firing(this, 'gso-action', 'emitAgain')}
            >
              ${icon('pulse')}<span>${t('Emit Again…')}</span>
            </button>`
          : nothing
      }
      ${closeTool(this)}
    </div>`;
  }

  #renderPanel(): TemplateResult | typeof nothing {
    const { detail, context } = this;
    if (this.gone) return html`<p class="hint">${t('This event is not in the history any more.')}</p>`;
    if (!detail) return nothing;
    if (this.tab === 'raw') return html`${this.#renderNotices(detail)}${this.#renderRaw(detail)}`;
    if (this.tab === 'payload') {
      return html`${facts(detail, this.#own?.causeAt ?? null)}${this.#renderNotices(detail)}${this.#renderProblems(detail)}
      ${this.#renderPayload(detail)}`;
    }
    if (this.tab === 'related') {
      return context
        ? html`<gso-related
            .rows=${context.related}
            .more=${context.moreRelated}
            .current=${detail.seq}
          ></gso-related>`
        : nothing;
    }
    if (this.tab === 'effects') {
      const own = this.#own;
      return own
        ? html`<gso-effects
            .rows=${own.effects}
            .sharers=${own.sharers}
            .note=${own.effectsNote}
          ></gso-effects>`
        : nothing;
    }
    return html`<gso-changes
      .comparison=${this.pair ?? this.#own?.previous ?? null}
      .selected=${this.pair !== null}
    ></gso-changes>`;
  }

  #renderNotices({ redacted, truncated, rawCut, size }: Detail): TemplateResult {
    return html`${
      redacted.length === 0 ? nothing : notice(t('Removed before it was stored: {0}', redacted.join(', ')))
    }${
      truncated
        ? notice(t('The event was too long and was cut when it arrived ({0}).', bytes(size)))
        : nothing
    }${rawCut ? notice(t('Only the beginning is shown; the event has {0}.', bytes(size))) : nothing}`;
  }

  #renderProblems({ problems }: Detail): TemplateResult | typeof nothing {
    if (problems.length === 0) return nothing;
    return html`<ul class="problems mono" aria-label=${t('Problems')}>
      ${problems.map(
        ({ path, message }) =>
          html`<li>
            ${
              path === ''
                ? nothing
                : html`<button
                    class="path"
                    title=${t('Show Its Place')}
                    @click=${() => this.#tree?.goToPath(path)}
                  >
                    ${path}
                  </button> `
            }${message}
          </li>`,
      )}
    </ul>`;
  }

  #renderPayload(detail: Detail): TemplateResult {
    if (detail.base64) {
      return html`<p class="hint">${t('Binary data, shown as Base64.')}</p>
        ${this.#renderRaw(detail)}`;
    }
    const { root, problem } = this.#reading ?? { root: null, problem: null };
    const isCut = detail.rawCut || detail.truncated;
    if (root && (!problem || isCut)) {
      return html`<gso-tree
        .root=${root}
        .text=${detail.raw}
        .marks=${this.#marks}
        .seq=${detail.seq}
      ></gso-tree>`;
    }
    if (detail.raw.trim() === '') return html`<p class="hint">${t('The event has no content.')}</p>`;
    return html`<p class="hint">
        ${problem ? t('Not JSON ({0}); this is the text as it came:', problemText(detail.raw, problem)) : nothing}
      </p>
      ${this.#renderRaw(detail)}`;
  }

  #renderRaw(detail: Detail): TemplateResult {
    return html`<gso-raw
      .text=${detail.raw}
      .seq=${detail.seq}
      .json=${this.#reading?.problem === null}
      .wrap=${this.wrap}
    ></gso-raw>`;
  }

  get #tree(): PayloadTree | null {
    return this.renderRoot.querySelector<PayloadTree>('gso-tree');
  }

  /** Searches the payload, from any tab. */
  #find(): void {
    if (this.tab !== 'payload') fire(this, 'gso-tab', 'payload');
    void this.updateComplete.then(() => this.#tree?.find());
  }

  #onKey(event: KeyboardEvent): void {
    const command = commandOf(event, 'detail')?.command;
    if (command === undefined || (command !== 'find' && isTyping(event))) return;
    if (command === 'find') this.#find();
    else this.#step(command === 'nextTab' ? 1 : -1);
    event.preventDefault();
    event.stopPropagation();
  }

  #onTabKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowRight') this.#step(1);
    else if (event.key === 'ArrowLeft') this.#step(-1);
    else if (event.key === 'Home') this.#goTo(TABS[0]);
    else if (event.key === 'End') this.#goTo(TABS.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(by: number): void {
    this.#goTo(TABS[(TABS.indexOf(this.tab) + by + TABS.length) % TABS.length]);
  }

  #goTo(tab: DetailTab | undefined): void {
    if (tab === undefined) return;
    // Not only when the shell says so: the focus goes to the tab that is selected after the next update.
    this.tab = tab;
    fire(this, 'gso-tab', tab);
    this.focus();
  }
}

function tool(title: string, name: IconName, run: () => void, label = title, classes = ''): TemplateResult {
  return html`<button class="tool ${classes}" title=${title} aria-label=${label} @click=${run}>
    ${icon(name)}
  </button>`;
}

const notice = (text: string): TemplateResult =>
  html`<p class="notice">${icon('info')}<span>${text}</span></p>`;

customElements.define('gso-detail', DetailPane);
