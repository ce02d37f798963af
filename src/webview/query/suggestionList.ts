import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import { count } from '../base/format.ts';
import { t } from '../base/l10n.ts';
import type { Shelf } from './shelf.ts';
import { earlier, fieldAt, preselected, suggest, type Option, type Suggestions } from './suggestions.ts';

/** A text and the place of the cursor in it. */
interface Cursor {
  readonly text: string;
  readonly at: number;
}

export const optionId = (index: number): string => `option-${index}`;

/** The list under the query bar: completions at the cursor, or earlier queries. */
export class SuggestionList {
  active = -1;
  #suggestions: Suggestions | null = null;
  /** Counts what was asked for: values that come late are of no use. */
  #asked = 0;
  #scroll = false;
  readonly #host: LitElement;
  readonly #shelf: () => Shelf | null;

  constructor(host: LitElement, shelf: () => Shelf | null) {
    this.#host = host;
    this.#shelf = shelf;
  }

  get isOpen(): boolean {
    return this.#suggestions !== null;
  }

  /** Offers what fits while one types: values at once, names from their first letter on. */
  complete(cursor: Cursor): void {
    void this.#suggest(cursor, ({ kind, typed, options }) => {
      const isThere = options.length === 1 && options[0]?.label.toLowerCase() === typed.toLowerCase();
      return !isThere && (kind === 'value' || typed !== '');
    });
  }

  /** Offers all that fits. */
  open(cursor: Cursor): void {
    void this.#suggest(cursor, () => true);
  }

  /** The cursor moved: what is open follows it. */
  follow(cursor: Cursor): void {
    if (this.isOpen && this.#suggestions?.kind !== 'history') this.open(cursor);
  }

  /** Moves in the list; where none is open, up leads to earlier queries and down to completions. */
  move(by: 1 | -1, cursor: Cursor): void {
    const options = this.#suggestions?.options.length ?? 0;
    if (options > 0) {
      const last = options - 1;
      this.active = this.active + by > last ? 0 : this.active + by < 0 ? last : this.active + by;
      this.#scroll = true;
      this.#host.requestUpdate();
    } else if (by > 0) this.open(cursor);
    else this.#show(earlier(cursor.text, this.#shelf()?.contents.history ?? []));
  }

  /** Closes the list; answers the option with the range that it replaces. */
  take(index: number): (Pick<Option, 'insert'> & { from: number; to: number; isWhole: boolean }) | undefined {
    const suggestions = this.#suggestions;
    const option = suggestions?.options[index];
    if (!suggestions || !option) return undefined;
    const { from, to, kind } = suggestions;
    this.close();
    return { insert: option.insert, from, to, isWhole: kind === 'history' };
  }

  close(): void {
    this.#asked++;
    this.#show(null);
  }

  render(accept: (index: number) => void): TemplateResult {
    const { options = [], typed = '', kind } = this.#suggestions ?? {};
    return html`<div
      id="suggestions"
      role="listbox"
      aria-label=${kind === 'history' ? t('Earlier queries') : t('Suggestions')}
      ?hidden=${!this.isOpen}
      @mousedown=${(event: Event) => event.preventDefault()}
    >
      ${options.map(
        ({ label, detail, count: times }, index) =>
          html`<div
            role="option"
            id=${optionId(index)}
            aria-selected=${index === this.active}
            title=${label.length > 60 ? label : nothing}
            @click=${() => accept(index)}
          >
            <span class="label">${marked(label, typed)}</span><span class="detail">${detail}</span>${
              times === null ? nothing : html`<span class="times">${count(times)}</span>`
            }
          </div>`,
      )}
    </div>`;
  }

  /** Brings the active option into view after the keys moved it. */
  scrollToActive(): void {
    if (!this.#scroll) return;
    this.#scroll = false;
    this.#host.renderRoot.querySelector(`#${optionId(this.active)}`)?.scrollIntoView({ block: 'nearest' });
  }

  async #suggest({ text, at }: Cursor, isWanted: (found: Suggestions) => boolean): Promise<void> {
    const asked = ++this.#asked;
    const field = fieldAt(text, at);
    const values = field === undefined ? [] : ((await this.#shelf()?.values(field)) ?? []);
    if (asked !== this.#asked) return;
    const found = suggest(text, at, values);
    this.#show(found && isWanted(found) ? found : null);
  }

  #show(suggestions: Suggestions | null): void {
    this.#suggestions = suggestions;
    this.active = suggestions ? preselected(suggestions) : -1;
    this.#scroll = suggestions !== null;
    this.#host.requestUpdate();
  }
}

/** A label with the typed text in it set off. */
function marked(label: string, typed: string): TemplateResult {
  const at = typed === '' ? -1 : label.toLowerCase().indexOf(typed.toLowerCase());
  if (at < 0) return html`${label}`;
  const end = at + typed.length;
  return html`${label.slice(0, at)}<b>${label.slice(at, end)}</b>${label.slice(end)}`;
}
