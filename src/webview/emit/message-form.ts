import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { fire } from '../base/events.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { unquoted, type JsonNode } from '../base/json.ts';
import { checkJson } from '../base/jsonCheck.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { pathText, type MessageProblem } from './checkMessage.ts';
import { valueAt, withoutValue, withValue } from './editJson.ts';
import { messageFormStyles } from './message-form.styles.ts';
import { elementOf, fieldsOf, firstValue, type Field, type JsonSchema } from './schemaFields.ts';

/** Characters of a value that a field takes; longer ones are edited as JSON. */
const maxFieldLength = 5000;
/** Elements of a list that have fields. */
const maxElements = 30;

/** The fields of a message. Each change fires `gso-text` with the whole text, of which all the rest stays as it is. */
export class MessageForm extends LitElement {
  static override styles = [baseStyles, iconStyles, messageFormStyles];
  static override properties = {
    schema: { attribute: false },
    text: {},
    root: { attribute: false },
    problems: { attribute: false },
  };
  declare schema: JsonSchema;
  declare text: string;
  /** The text as it was read; null where it is empty or no JSON. */
  declare root: JsonNode | null;
  declare problems: readonly MessageProblem[];

  constructor() {
    super();
    this.schema = {};
    this.text = '';
    this.root = null;
    this.problems = [];
  }

  /** Puts the focus into the field of a problem, or of what holds it. */
  focusField(path: MessageProblem['path']): void {
    for (let length = path.length; length > 0; length--) {
      const id = pathText(path.slice(0, length));
      const field = this.renderRoot.querySelector<HTMLElement>(`[data-path="${CSS.escape(id)}"]`);
      if (!field) continue;
      field.focus();
      field.scrollIntoView({ block: 'nearest' });
      return;
    }
  }

  protected override render(): TemplateResult {
    return html`<fieldset class="fields" ?disabled=${this.root === null && this.text.trim() !== ''}>
      <legend class="hidden-text">${t('Fields')}</legend>
      ${fieldsOf(this.schema).map((field) => this.#renderField(field))}
    </fieldset>`;
  }

  #renderField(field: Field): TemplateResult {
    const node = valueAt(this.root, field.path);
    if (field.kind === 'object') return this.#renderObject(field, node);
    if (field.kind === 'list') return this.#renderList(field, node);
    const id = pathText(field.path);
    return html`<div class="field">
      <label for=${id}>${this.#renderName(field)}</label>
      ${this.#renderInput(field, node, id)}${this.#renderHelp(field, id)}
    </div>`;
  }

  #renderName({ name, isRequired }: Field): TemplateResult {
    return html`<span class="name">${name}</span>${
        isRequired ? html`<span class="required" title=${t('required')} aria-hidden="true">*</span>` : nothing
      }`;
  }

  #renderHelp({ description }: Field, id: string): TemplateResult {
    const own = this.problems.filter(({ path }) => pathText(path) === id);
    return html`${
      own.length === 0
        ? nothing
        : html`<div class="problem" id="${id}-problem">
            ${icon('warning')}<span>${own.map(({ message }) => message).join('; ')}</span>
          </div>`
    }${description === '' ? nothing : html`<div class="help" id="${id}-help">${description}</div>`}`;
  }

  #renderObject(field: Field, node: JsonNode | undefined): TemplateResult {
    const id = pathText(field.path);
    return html`<fieldset class="group">
      <legend data-path=${id} tabindex="-1">${this.#renderName(field)}</legend>
      ${this.#renderHelp(field, id)}
      ${
        node === undefined && !field.isRequired
          ? this.#renderAdd(t('Add {0}', field.name), () => this.#set(field, '{}'))
          : field.fields.map((each) => this.#renderField(each))
      }
    </fieldset>`;
  }

  #renderList(field: Field, node: JsonNode | undefined): TemplateResult {
    const id = pathText(field.path);
    const count = node?.kind === 'array' ? node.count : 0;
    const elements = Array.from({ length: Math.min(count, maxElements) }, (_, index) =>
      elementOf(field, index, this.schema),
    );
    const add = (): void => {
      const value = firstValue(field.items, this.schema);
      if (node?.kind === 'array') this.#change(withValue(this.text, [...field.path, count], value));
      else this.#set(field, `[${value}]`);
    };
    return html`<fieldset class="group">
      <legend data-path=${id} tabindex="-1">${this.#renderName(field)}</legend>
      ${this.#renderHelp(field, id)}
      ${elements.map(
        (element) =>
          html`<div class="element">
            <div class="value">${this.#renderField(element)}</div>
            <button
              class="tool"
              title=${t('Remove')}
              aria-label=${t('Remove {0} {1}', field.name, element.name)}
              @click=${() => this.#change(withoutValue(this.text, element.path))}
            >
              ${icon('close')}
            </button>
          </div>`,
      )}
      ${count > maxElements ? html`<div class="help">${t('{0} more are in the JSON.', count - maxElements)}</div>` : nothing}
      ${this.#renderAdd(t('Add to {0}', field.name), add)}
    </fieldset>`;
  }

  #renderAdd(label: string, add: () => void): TemplateResult {
    return html`<button class="link" @click=${add}>${icon('add')}${label}</button>`;
  }

  #renderInput(field: Field, node: JsonNode | undefined, id: string): TemplateResult {
    const described = `${id}-problem ${id}-help`;
    const isWrong = this.problems.some(({ path }) => pathText(path) === id);
    if (field.kind === 'constant' || field.kind === 'choice' || field.kind === 'boolean')
      return this.#renderChoice(field, node, id);
    const value = this.#shown(field, node);
    if (value.length > maxFieldLength)
      return html`<div class="help" id=${id} data-path=${id} tabindex="-1">
        ${t('{0} characters, edited in the JSON', value.length)}
      </div>`;
    return html`<input
      id=${id}
      data-path=${id}
      class=${field.kind === 'json' ? 'mono' : ''}
      type="text"
      inputmode=${field.kind === 'number' ? 'decimal' : 'text'}
      autocomplete="off"
      spellcheck="false"
      aria-required=${field.isRequired}
      aria-invalid=${isWrong}
      aria-describedby=${described}
      placeholder=${node?.kind === 'null' ? 'null' : field.example}
      .value=${value}
      @input=${(event: Event) => this.#onInput(field, (event.target as HTMLInputElement).value)}
    />`;
  }

  /** Values of which there are a few; another one that stands in the text is offered too, so that it stays. */
  #renderChoice(field: Field, node: JsonNode | undefined, id: string): TemplateResult {
    const source = node ? this.text.slice(node.start, node.end) : '';
    const known = field.kind === 'boolean' ? ['true', 'false'] : field.choices;
    if (field.kind === 'constant')
      return html`<input id=${id} data-path=${id} type="text" readonly .value=${this.#shown(field, node)} />`;
    const isOther = source !== '' && !known.includes(source);
    return html`<select
      id=${id}
      data-path=${id}
      aria-required=${field.isRequired}
      aria-describedby="${id}-problem ${id}-help"
      @change=${(event: Event) => this.#onChoice(field, (event.target as HTMLSelectElement).value)}
    >
      ${
        field.isRequired && source !== ''
          ? nothing
          : html`<option value="" ?selected=${source === ''}>${t('(not set)')}</option>`
      }
      ${isOther ? html`<option value=${source} selected>${source.slice(0, 60)}</option>` : nothing}
      ${known.map(
        (value) =>
          html`<option value=${value} ?selected=${value === source}>
            ${value.startsWith('"') ? unquoted(value) : value}
          </option>`,
      )}
    </select>`;
  }

  /** A text as it means, any other value as it is written; nothing for what is not there. */
  #shown({ kind }: Field, node: JsonNode | undefined): string {
    if (!node) return '';
    const source = this.text.slice(node.start, node.end);
    if (kind === 'json') return source;
    if (node.kind === 'null') return '';
    return node.kind === 'string' ? unquoted(source) : source;
  }

  #onInput(field: Field, written: string): void {
    if (written === '' && !(field.kind === 'text' && field.isRequired)) {
      this.#remove(field);
      return;
    }
    const isLiteral = field.kind !== 'text' && checkJson(written) === null;
    // A number that is none yet stands there as text, and is said to be none.
    this.#set(field, isLiteral ? written.trim() : JSON.stringify(written));
  }

  #onChoice(field: Field, value: string): void {
    if (value === '') this.#remove(field);
    else this.#set(field, value);
  }

  #set(field: Field, json: string): void {
    this.#change(withValue(this.text, field.path, json, field.order));
  }

  #remove(field: Field): void {
    this.#change(withoutValue(this.text, field.path));
  }

  #change(text: string): void {
    if (text !== this.text) fire(this, 'gso-text', text);
  }
}

customElements.define('gso-message-form', MessageForm);
