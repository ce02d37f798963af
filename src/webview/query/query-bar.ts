import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Span } from '../../core/journal/query/ast.ts';
import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import { parseQuery } from '../../core/journal/query/parse.ts';
import type { Status } from '../../rpc/inspector.ts';
import { fire } from '../base/events.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { commandOf } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { highlighted } from './highlight.ts';
import { queryBarStyles } from './query-bar.styles.ts';
import { say } from './say.ts';
import type { Shelf } from './shelf.ts';
import { optionId, SuggestionList } from './suggestionList.ts';

/** Typing rests this long before the host searches: one search a word instead of one a letter. */
const DEBOUNCE_MS = 150;

interface ShownProblem extends Span {
  readonly message: string;
  readonly replacement?: string;
}

/** The query with its result count. Owns the text while it is edited; otherwise shows what the host filters by. */
export class QueryBar extends LitElement {
  static override styles = [baseStyles, iconStyles, queryBarStyles];
  static override properties = {
    status: { attribute: false },
    shelf: { attribute: false },
    text: { state: true },
    settled: { state: true },
  };
  declare status: Status | null;
  declare shelf: Shelf | null;
  declare private text: string;
  /** Typing is over: what is not finished is wrong now. */
  declare private settled: boolean;
  readonly #list = new SuggestionList(this, () => this.shelf);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The text that the host was sent last; an answer with another text is not ours. */
  #told = '';

  constructor() {
    super();
    this.status = null;
    this.shelf = null;
    this.text = '';
    this.settled = true;
  }

  override focus(): void {
    this.#input?.focus();
    this.#input?.select();
  }

  /** Filters by that text at once. */
  setText(text: string): void {
    this.text = text;
    this.settled = true;
    this.#list.close();
    this.#tell();
  }

  /** Changes the text as it stands there. */
  edit(change: (text: string) => string): void {
    this.setText(change(this.text));
  }

  /** Back to the query that every inspector begins with; from there to all events. */
  reset(): void {
    this.setText(this.text.trim() === defaultQuery ? '' : defaultQuery);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const filter = this.status?.filter;
    if (!changed.has('status') || filter === undefined || this.#timer !== undefined || filter === this.#told)
      return;
    this.text = this.#told = filter;
    this.settled = true;
  }

  protected override updated(): void {
    this.#follow();
    this.#list.scrollToActive();
  }

  protected override render(): TemplateResult {
    const problems = this.#problems();
    const list = this.#list;
    const [problem] = problems;
    return html`<div class="bar ${problem ? 'invalid' : ''}">
        <span class="lead">${icon('list-filter')}</span>
        <div class="text">
          <div class="colours" aria-hidden="true">${highlighted(this.text, problems)}</div>
          <input
            type="text"
            role="combobox"
            aria-label=${t('Filter events')}
            aria-autocomplete="list"
            aria-expanded=${list.isOpen}
            aria-controls="suggestions"
            aria-activedescendant=${list.active >= 0 ? optionId(list.active) : nothing}
            aria-invalid=${problem !== undefined}
            aria-describedby=${problem ? 'problem' : nothing}
            placeholder=${t('Filter: words, type:…, is:failed, time:>now-1h, -word')}
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            .value=${live(this.text)}
            @input=${this.#onInput}
            @keydown=${this.#onKey}
            @click=${() => list.follow(this.#cursor())}
            @scroll=${this.#follow}
            @blur=${this.#onBlur}
          />
        </div>
        <div class="after">${this.#renderResult(problem !== undefined)}</div>
      </div>
      ${list.render((index) => this.#accept(index))} ${list.isOpen ? nothing : this.#renderProblem(problem)}`;
  }

  #renderResult(isWrong: boolean): TemplateResult {
    const { status } = this;
    const written = this.text.trim();
    const isCurrent = status !== null && status.filter === written && !isWrong;
    const saved = this.shelf?.contents.saved.find(({ query }) => query === written);
    const save = saved ? t('Saved as “{0}”. Save again…', saved.name) : t('Save Query…');
    return html`${isCurrent && written !== '' ? this.#renderCount(status) : nothing}${
      written === ''
        ? nothing
        : html`<button
              class="tool ${saved ? 'saved' : ''}"
              title=${save}
              aria-label=${save}
              @click=${() => this.shelf?.save(written)}
            >
              ${icon(saved ? 'star-full' : 'star-empty')}</button
            ><button
              class="tool"
              title=${t('Clear Filter')}
              aria-label=${t('Clear Filter')}
              @click=${() => {
                this.reset();
                this.focus();
              }}
            >
              ${icon('close')}
            </button>`
    }`;
  }

  #renderCount({ matched, total, filterMs, searching }: Status): TemplateResult {
    const time = filterMs < 10 && filterMs > 0 ? Math.ceil(filterMs * 10) / 10 : Math.round(filterMs);
    const spent = searching ? t('searching…') : t('{0} ms', time);
    return html`<span class="count ${matched === 0 ? 'none' : ''}"
      >${t('{0} of {1}', count(matched), count(total))}<span class="time"> · ${spent}</span></span
    >`;
  }

  #renderProblem(problem: ShownProblem | undefined): TemplateResult | typeof nothing {
    if (!problem) return nothing;
    const { message, replacement, from, to } = problem;
    return html`<p class="problem" id="problem" role="alert">
      ${message}${
        replacement === undefined
          ? nothing
          : html` <button
              @mousedown=${keepFocus}
              @click=${() => {
                this.setText(this.text.slice(0, from) + replacement + this.text.slice(to));
                this.focus();
              }}
            >
              ${replacement === '' ? t('Remove it') : t('Use {0}', replacement)}
            </button>`
      }
    </p>`;
  }

  /** Mistakes in the text; what is just not finished counts when typing is over. The host alone sees what takes too long. */
  #problems(): readonly ShownProblem[] {
    const { problem, filter } = this.status ?? {};
    const own = parseQuery(this.text).problems.filter(({ open }) => this.settled || open !== true);
    if (own.length > 0)
      return own.map(({ message, from, to, replacement }) => ({
        message: say(message),
        from,
        to,
        ...(replacement === undefined ? {} : { replacement }),
      }));
    return problem && filter === this.text ? [problem] : [];
  }

  /** The colours scroll with the text. */
  readonly #follow = (): void => {
    const colours = this.renderRoot.querySelector<HTMLElement>('.colours');
    if (colours) colours.style.transform = `translateX(${-(this.#input?.scrollLeft ?? 0)}px)`;
  };

  #onInput(event: InputEvent): void {
    this.text = (event.target as HTMLInputElement).value;
    this.settled = false;
    if (!event.isComposing) this.#list.complete(this.#cursor());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), DEBOUNCE_MS);
  }

  readonly #onBlur = (): void => {
    this.#list.close();
    this.#settle();
  };

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing || !this.#press(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Does what a key means here; false where it means nothing. */
  #press(event: KeyboardEvent): boolean {
    const list = this.#list;
    switch (commandOf(event, 'query')?.command) {
      case 'suggest':
        list.open(this.#cursor());
        return true;
      case 'nextSuggestion':
        list.move(1, this.#cursor());
        return true;
      case 'previousSuggestion':
        list.move(-1, this.#cursor());
        return true;
      case 'takeSuggestion':
        if (!list.isOpen) return false;
        this.#accept(Math.max(0, list.active));
        return true;
      case 'search':
        this.#search();
        return true;
      case 'leaveQuery':
        return this.#leave();
      default:
        if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key))
          requestAnimationFrame(() => list.follow(this.#cursor()));
        return false;
    }
  }

  #search(): void {
    if (this.#list.active >= 0) {
      this.#accept(this.#list.active);
      return;
    }
    this.#list.close();
    this.#tell();
    this.#settle();
  }

  /** One step back; false where there is none. */
  #leave(): boolean {
    if (this.#list.isOpen) this.#list.close();
    else if (this.text.trim() !== defaultQuery) this.reset();
    else return false;
    return true;
  }

  #accept(index: number): void {
    const chosen = this.#list.take(index);
    const input = this.#input;
    if (!chosen || !input) return;
    input.focus();
    input.setSelectionRange(chosen.from, chosen.to);
    // The only way that the browser can undo; it tells of the input as if it were typed.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing has taken its place
    document.execCommand('insertText', false, chosen.insert);
    if (chosen.isWhole) this.#tell();
  }

  #cursor(): { readonly text: string; readonly at: number } {
    return { text: this.text, at: this.#input?.selectionStart ?? this.text.length };
  }

  /** Typing is over: what is wrong is said, what was found by is remembered. */
  #settle(): void {
    this.settled = true;
    if (this.text.trim() === this.#told && this.#told !== defaultQuery) this.shelf?.remember(this.#told);
  }

  /** A query with a mistake is kept back: the last one that had none goes on. */
  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.text.trim();
    if (text === this.#told || parseQuery(text).problems.length > 0) return;
    this.#told = text;
    fire(this, 'gso-filter', text);
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector('input');
  }
}

/** A press on something that goes away with the focus must not take it. */
const keepFocus = (event: Event): void => event.preventDefault();

customElements.define('gso-query-bar', QueryBar);
