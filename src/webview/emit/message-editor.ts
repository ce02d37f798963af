import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { fire } from '../base/events.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { problemText, readJson, type JsonNode } from '../base/json.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { checkMessage, pathText, type MessageProblem } from './checkMessage.ts';
import { messageEditorStyles } from './message-editor.styles.ts';
import './message-form.ts';
import type { MessageForm } from './message-form.ts';
import type { JsonSchema } from './schemaFields.ts';

/** Characters of a message that has fields and is checked at every key: it takes 10 ms for so many. */
const maxFormLength = 200_000;

/** A message as fields and as JSON, beside each other where there is room; both are one text. Fires `gso-text`. */
export class MessageEditor extends LitElement {
  static override styles = [baseStyles, iconStyles, messageEditorStyles];
  static override properties = { schema: { attribute: false }, text: {}, example: {} };
  /** Null for a message of no known type: then it has no fields. */
  declare schema: JsonSchema | null;
  declare text: string;
  /** Fits the type; empty where there is none. */
  declare example: string;
  /** Why the text is no JSON; empty where it is, and where there is no text. */
  #warning = '';
  #root: JsonNode | null = null;
  /** Shown by the fields while the text is no JSON. */
  #lastGood: { readonly text: string; readonly root: JsonNode } | null = null;
  #problems: readonly MessageProblem[] = [];

  constructor() {
    super();
    this.schema = null;
    this.text = '';
    this.example = '';
  }

  override focus(): void {
    this.renderRoot.querySelector('textarea')?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('text') && !changed.has('schema')) return;
    const { root, problem } = readJson(this.text);
    const isEmpty = this.text.trim() === '';
    this.#warning = problem && !isEmpty ? problemText(this.text, problem) : '';
    this.#root = problem ? null : root;
    if (this.#root) this.#lastGood = { text: this.text, root: this.#root };
    const isChecked = this.#root !== null && this.text.length <= maxFormLength;
    this.#problems =
      isChecked && this.schema && this.#root ? checkMessage(this.schema, this.#root, this.text) : [];
  }

  protected override render(): TemplateResult {
    return html`<div class="both">
      ${this.schema ? html`<div class="form">${this.#renderForm(this.schema)}</div>` : nothing}
      <div class="source">
        <textarea
          class="mono"
          aria-label=${t('Message')}
          spellcheck="false"
          autocomplete="off"
          .value=${this.text}
          @input=${this.#onText}
        ></textarea>
        <div class="below">
          <span class="warning" role="status"
            >${this.#warning === '' ? nothing : html`${icon('warning')}<span>${t('Not JSON: {0}', this.#warning)}</span>`}</span
          >
          ${
            this.example !== '' && this.example !== this.text
              ? html`<button class="link" @click=${this.#insertExample}>${t('Insert Example')}</button>`
              : nothing
          }
        </div>
        ${this.#renderProblems()}
      </div>
    </div>`;
  }

  #renderForm(schema: JsonSchema): TemplateResult {
    if (this.text.length > maxFormLength)
      return html`<p class="hint">${t('The message is too long for fields. It is edited as JSON.')}</p>`;
    const isBroken = this.#warning !== '';
    const shown = isBroken ? this.#lastGood : { text: this.text, root: this.#root };
    return html`${
        isBroken
          ? html`<p class="hint">${t('The fields rest until the message is JSON again.')}</p>`
          : nothing
      }<gso-message-form
        ?inert=${isBroken}
        .schema=${schema}
        .text=${shown?.text ?? ''}
        .root=${shown?.root ?? null}
        .problems=${this.#problems}
      ></gso-message-form>`;
  }

  #renderProblems(): TemplateResult | typeof nothing {
    if (this.#problems.length === 0) return nothing;
    return html`<ul class="problems" aria-label=${t('Problems')}>
      ${this.#problems.map(
        ({ path, message }) =>
          html`<li>
            ${icon('warning')}<button class="link mono" @click=${() => this.#goTo(path)}>
              ${path.length === 0 ? t('message') : pathText(path)}</button
            ><span>${message}</span>
          </li>`,
      )}
    </ul>`;
  }

  #goTo(path: MessageProblem['path']): void {
    this.renderRoot.querySelector<MessageForm>('gso-message-form')?.focusField(path);
  }

  #onText(event: Event): void {
    fire(this, 'gso-text', (event.target as HTMLTextAreaElement).value);
  }

  #insertExample(): void {
    fire(this, 'gso-text', this.example);
  }
}

customElements.define('gso-message-editor', MessageEditor);
