import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EmitType } from '../../rpc/inspectorEmit.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { pickerStyles } from './type-picker.styles.ts';

/** A box to find one event type in: typing narrows the list, which is grouped by category. Fires `change`. */
export class TypePicker extends LitElement {
  static override styles = [baseStyles, iconStyles, pickerStyles];
  static override properties = { types: { attribute: false }, value: { attribute: false } };
  declare types: readonly EmitType[];
  declare value: EmitType | null;
  #query: string | null = null;
  #active = 0;

  constructor() {
    super();
    this.types = [];
    this.value = null;
  }

  get #isOpen(): boolean {
    return this.#query !== null;
  }

  get #found(): readonly EmitType[] {
    const words = (this.#query ?? '').toLowerCase().split(/\s+/);
    const found = this.types.filter((type) => {
      const text = `${type.type} ${type.category} ${type.description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    // Types of one category stand together even where the catalog mixes them.
    const categories = [...new Set(found.map(({ category }) => category))];
    return categories.flatMap((category) => found.filter((type) => type.category === category));
  }

  override focus(): void {
    void this.updateComplete.then(() => this.#input?.focus());
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector('input');
  }

  protected override updated(): void {
    if (this.#isOpen) this.renderRoot.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult {
    const found = this.#isOpen ? this.#found : [];
    return html`<div class="field">
        <input
          role="combobox"
          aria-label=${t('Event type')}
          aria-expanded=${this.#isOpen}
          aria-controls="list"
          aria-autocomplete="list"
          aria-activedescendant=${this.#isOpen && found.length > 0 ? `type-${this.#active}` : nothing}
          autocomplete="off"
          spellcheck="false"
          placeholder=${t('Choose a type…')}
          .value=${this.#query ?? this.value?.type ?? ''}
          @input=${this.#onInput}
          @mousedown=${() => this.#open()}
          @keydown=${this.#onKey}
          @blur=${this.#close}
        />${icon('chevron-down')}
      </div>
      <div class="list" role="listbox" id="list" aria-label=${t('Event types')} ?hidden=${!this.#isOpen}>
        ${found.length === 0 && this.types.length > 0 ? html`<div class="none">${t('No such type')}</div>` : nothing}
        ${found.map((type, index) => this.#renderType(type, index, found[index - 1]))}
      </div>`;
  }

  #renderType(type: EmitType, index: number, before: EmitType | undefined): TemplateResult {
    const isFirst = type.category !== before?.category;
    return html`${isFirst ? html`<div class="category" role="presentation">${type.category}</div>` : nothing}
      <div
        class="type ${index === this.#active ? 'active' : ''}"
        role="option"
        id="type-${index}"
        aria-selected=${index === this.#active}
        title=${type.description}
        @mousedown=${(event: Event) => {
          event.preventDefault();
          this.#choose(type);
        }}
      >
        ${type.type}
      </div>`;
  }

  #onInput(event: Event): void {
    this.#query = (event.target as HTMLInputElement).value;
    this.#active = 0;
    this.requestUpdate();
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#query = '';
    this.#active = Math.max(0, this.value ? this.#found.indexOf(this.value) : 0);
    this.requestUpdate();
  }

  #close(): void {
    this.#query = null;
    this.requestUpdate();
  }

  #choose(type: EmitType): void {
    this.value = type;
    this.#close();
    this.dispatchEvent(new Event('change'));
  }

  #onKey(event: KeyboardEvent): void {
    const isArrow = event.key === 'ArrowDown' || event.key === 'ArrowUp';
    if (!this.#isOpen) {
      if (!isArrow) return;
      this.#open();
    } else if (isArrow) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const last = this.#found.length - 1;
      this.#active = Math.min(Math.max(0, this.#active + step), Math.max(0, last));
      this.requestUpdate();
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      const type = this.#found[this.#active];
      if (type) this.#choose(type);
    } else if (event.key === 'Escape') this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define('gso-type-picker', TypePicker);
