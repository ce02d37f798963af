import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { FilterProblem, Status } from '../../rpc/inspector.ts';
import { fire } from '../base/events.ts';
import { count } from '../base/format.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';

/** Typing rests this long before the host filters: one evaluation a word instead of one a letter. */
const DEBOUNCE_MS = 150;

/** The filter with its result count. Owns the text while it is edited; otherwise shows what the host filters by. */
export class FilterField extends LitElement {
  static override styles = [
    baseStyles,
    iconStyles,
    css`
      :host {
        display: block;
        min-width: 0;
        position: relative;
      }
      .problem {
        background: var(--vscode-inputValidation-errorBackground, var(--vscode-editorWidget-background));
        border: 1px solid var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
        color: var(--vscode-inputValidation-errorForeground, inherit);
        left: 0;
        margin: 0;
        overflow-wrap: anywhere;
        padding: 3px 6px;
        position: absolute;
        right: 0;
        top: 100%;
        z-index: 3;
      }
      .problem button {
        color: var(--vscode-textLink-foreground);
        text-decoration: underline;
      }
      vscode-textfield {
        --vscode-font-family: var(--vscode-editor-font-family, monospace);
        display: block;
        min-width: 0;
        width: 100%;
      }
      .lead {
        color: var(--vscode-descriptionForeground);
        display: block;
        margin-left: 6px;
      }
      .after {
        align-items: center;
        display: flex;
        gap: 4px;
        padding-right: 1px;
      }
      .count {
        color: var(--vscode-descriptionForeground);
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: calc(var(--vscode-font-size, 13px) - 1px);
        padding: 0 4px;
        white-space: nowrap;
      }
      .count.none {
        color: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
      }
      button.tool {
        height: 20px;
      }
      @media (max-width: 340px) {
        .time {
          display: none;
        }
      }
    `,
  ];
  static override properties = { status: { attribute: false }, text: { state: true } };
  declare status: Status | null;
  declare private text: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The text that the host was sent last; an answer with another text is not ours. */
  #told = '';

  constructor() {
    super();
    this.status = null;
    this.text = '';
  }

  override focus(): void {
    const field = this.renderRoot.querySelector('vscode-textfield');
    field?.focus();
    field?.wrappedElement.select();
  }

  /** Filters by that text at once. */
  setText(text: string): void {
    this.text = text;
    this.#tell();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const filter = this.status?.filter;
    if (!changed.has('status') || filter === undefined || this.#timer !== undefined || filter === this.#told)
      return;
    this.text = this.#told = filter;
  }

  protected override render(): TemplateResult {
    return html`<vscode-textfield
        .label=${t('Filter events')}
        placeholder=${t('Filter: words, type:…, is:failed, time:>now-1h, -word')}
        autocomplete="off"
        title=${filterHelp()}
        .value=${this.text}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
      >
        <span slot="content-before" class="lead">${icon('list-filter')}</span>
        <span slot="content-after" class="after">${this.#renderResult()}</span> </vscode-textfield
      >${this.#renderProblem()}`;
  }

  #renderResult(): TemplateResult | typeof nothing {
    const { status } = this;
    if (this.text === '') return nothing;
    const isCurrent = status !== null && status.filter === this.text.trim();
    return html`${isCurrent ? this.#renderCount(status) : nothing}<button
        class="tool"
        title=${t('Clear Filter')}
        aria-label=${t('Clear Filter')}
        @click=${() => this.#clear()}
      >
        ${icon('close')}
      </button>`;
  }

  #renderProblem(): TemplateResult | typeof nothing {
    const { problem, filter } = this.status ?? {};
    if (!problem || filter !== this.text.trim()) return nothing;
    const { message, replacement } = problem;
    return html`<p class="problem" role="alert">
      ${message}${
        replacement === undefined
          ? nothing
          : html` <button @click=${() => this.#mend(problem, replacement)}>
              ${t('Use {0}', replacement)}
            </button>`
      }
    </p>`;
  }

  #mend({ from, to }: FilterProblem, replacement: string): void {
    const text = this.text.trim();
    this.setText(text.slice(0, from) + replacement + text.slice(to));
    this.focus();
  }

  #renderCount({ matched, total, filterMs, searching, problem }: Status): TemplateResult | typeof nothing {
    if (problem) return nothing;
    const time = filterMs < 10 && filterMs > 0 ? Math.ceil(filterMs * 10) / 10 : Math.round(filterMs);
    const spent = searching ? t('searching…') : t('{0} ms', time);
    return html`<span class="count ${matched === 0 ? 'none' : ''}"
      >${t('{0} of {1}', count(matched), count(total))}<span class="time"> · ${spent}</span></span
    >`;
  }

  #clear(): void {
    this.setText('');
    this.focus();
  }

  #onInput(event: Event): void {
    this.text = (event.target as HTMLInputElement).value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), DEBOUNCE_MS);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') this.#tell();
    else if (event.key === 'Escape' && this.text !== '') this.#clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.text.trim();
    if (text === this.#told) return;
    this.#told = text;
    fire(this, 'gso-filter', text);
  }
}

/** Help for the filter, a line for each kind of term. */
const filterHelp = (): string =>
  [t('Words are searched in everything.'), ...filterTerms().map(([term, text]) => `${term}  ${text}`)].join(
    '\n',
  );

export const filterTerms = (): readonly (readonly [term: string, meaning: string])[] => [
  ['type:', t('type of event')],
  ['instance:', t('instance')],
  ['connection:', t('connection')],
  ['severity:', t('debug, info, warning or error')],
  ['is:failed', t('also error, task, gap and noise')],
  ['time:>now-15m', t('when it arrived')],
  ['size:>10kB', t('bytes of the message')],
  ['$.Data.Version:1.2', t('value in the payload')],
  ['/regex/i', t('regular expression')],
  ['a OR (b -c)', t('either, both, not')],
  [t('-word'), t('leaves out what has the word')],
];

customElements.define('gso-filter-field', FilterField);
