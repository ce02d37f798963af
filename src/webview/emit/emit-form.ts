import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EmitForm, EmitOutcome, EmitTarget, EmitType } from '../../rpc/inspector.ts';
import { fire, firing } from '../base/events.ts';
import { closeTool } from '../base/closeTool.ts';
import { icon, iconStyles } from '../base/icons.ts';
import { problemText } from '../base/json.ts';
import { checkJson } from '../base/jsonCheck.ts';
import { commandOf } from '../base/strokes.ts';
import { t } from '../base/l10n.ts';
import { baseStyles } from '../base/styles.ts';
import { emitStyles } from './emit-form.styles.ts';
import './type-picker.ts';

/** Stands for the form until it has come, so that one can type at once. */
const COMING: EmitForm = { types: [], targets: [] };

/** Composes a message and sends it to the chosen targets; broken JSON is warned about, not refused. */
export class EmitPane extends LitElement {
  static override styles = [baseStyles, iconStyles, emitStyles];
  static override properties = {
    form: { attribute: false },
    preset: { attribute: false },
    outcomes: { attribute: false },
    busy: { type: Boolean },
  };
  declare form: EmitForm | null;
  /** The text to begin with, `null` for an empty form. A new object, even with the same text, begins anew. */
  declare preset: { readonly text: string | null } | null;
  declare outcomes: readonly EmitOutcome[];
  declare busy: boolean;
  #type: EmitType | null = null;
  #text = '';
  #targets = new Set<string>();
  #wantsFocus = false;

  constructor() {
    super();
    this.form = null;
    this.preset = null;
    this.outcomes = [];
    this.busy = false;
  }

  override focus(): void {
    this.#wantsFocus = true;
    this.requestUpdate();
  }

  protected override updated(): void {
    if (!this.#wantsFocus) return;
    this.#wantsFocus = false;
    const field = (this.preset?.text ?? null) === null ? 'gso-type-picker' : 'textarea';
    this.renderRoot.querySelector<HTMLElement>(field)?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('preset')) {
      this.#type = null;
      this.#text = this.preset?.text ?? '';
    }
    if (!changed.has('form') || !this.form) return;
    const { targets } = this.form;
    const known = new Set(targets.map(({ id }) => id));
    this.#targets = new Set([...this.#targets].filter((id) => known.has(id)));
    // The only target is meant; among several nobody may be hit by accident.
    if (targets.length === 1 && targets[0]) this.#targets.add(targets[0].id);
  }

  protected override render(): TemplateResult {
    return html`<section aria-label=${t('Emit an event')} @keydown=${this.#onKey}>
      <header>
        <span class="title">${t('Emit Event')}</span>
        <div class="tools">${closeTool(this)}</div>
      </header>
      <div class="panel">${this.#renderForm(this.form ?? COMING)}</div>
    </section>`;
  }

  #renderForm(form: EmitForm): TemplateResult {
    const warning = this.#warning();
    const isReady = this.#text !== '' && this.#targets.size > 0 && !this.busy;
    return html`<gso-type-picker
        .types=${form.types}
        .value=${this.#type}
        @change=${this.#onType}
      ></gso-type-picker>
      <p class="hint">
        ${this.#type?.description ?? t('A type fills in an example; any other text can be sent as well.')}
      </p>
      <textarea
        class="mono"
        aria-label=${t('Message')}
        spellcheck="false"
        autocomplete="off"
        .value=${this.#text}
        @input=${this.#onText}
      ></textarea>
      <div class="below">
        <span class="warning" role="status"
          >${warning === '' ? nothing : html`${icon('warning')}<span>${t('Not JSON: {0}', warning)}</span>`}</span
        >
        ${
          this.#type && this.#type.example !== this.#text
            ? html`<button class="link" @click=${this.#insertExample}>${t('Insert Example')}</button>`
            : nothing
        }
      </div>
      <fieldset>
        <legend>${t('Send to')}</legend>
        ${
          form !== COMING && form.targets.length === 0
            ? html`<p class="hint">${t('No connection takes events now.')}</p>`
            : nothing
        }
        ${form.targets.map((target) => this.#renderTarget(target))}
        <button class="link add" @click=${firing(this, 'gso-action', 'addTarget')}>
          ${t('Add target…')}
        </button>
      </fieldset>
      <div class="send">
        <vscode-button ?disabled=${!isReady} title=${t('Send (Ctrl+Enter)')} @click=${this.#send}
          >${warning === '' ? t('Send') : t('Send Anyway')}</vscode-button
        >
        ${isReady || this.busy ? nothing : html`<span class="muted">${this.#missing()}</span>`}
      </div>
      <div role="status">
        <ul class="outcomes">
          ${this.outcomes.map((outcome) => renderOutcome(outcome))}
        </ul>
      </div>`;
  }

  #renderTarget({ id, label, detail }: EmitTarget): TemplateResult {
    return html`<div class="target">
      <vscode-checkbox
        .checked=${this.#targets.has(id)}
        label=${label}
        @change=${(event: Event) => this.#onTarget(id, (event.target as HTMLInputElement).checked)}
      ></vscode-checkbox>
      <span class="muted" title=${detail}>${detail}</span>
    </div>`;
  }

  #missing(): string {
    if (this.#text === '') return t('Choose a type or write a message.');
    return t('Choose at least one target.');
  }

  #warning(): string {
    if (this.#text.trim() === '') return '';
    const problem = checkJson(this.#text);
    return problem ? problemText(this.#text, problem) : '';
  }

  #onType(event: Event): void {
    const before = this.#type?.example ?? '';
    this.#type = (event.target as unknown as { value: EmitType | null }).value;
    // Text of the user is only replaced when asked for.
    if (this.#text === '' || this.#text === before) this.#text = this.#type?.example ?? '';
    this.requestUpdate();
  }

  #insertExample(): void {
    this.#text = this.#type?.example ?? '';
    this.requestUpdate();
  }

  #onText(event: Event): void {
    this.#text = (event.target as HTMLTextAreaElement).value;
    this.requestUpdate();
  }

  #onTarget(id: string, checked: boolean): void {
    if (checked) this.#targets.add(id);
    else this.#targets.delete(id);
    this.requestUpdate();
  }

  #onKey(event: KeyboardEvent): void {
    if (commandOf(event, 'form')?.command !== 'send') return;
    event.preventDefault();
    event.stopPropagation();
    this.#send();
  }

  #send(): void {
    if (this.#text === '' || this.#targets.size === 0 || this.busy) return;
    fire(this, 'gso-emit', { text: this.#text, targets: [...this.#targets] });
  }
}

function renderOutcome({ ok, label, message }: EmitOutcome): TemplateResult {
  return html`<li class=${ok ? 'ok' : 'failed'}>
    ${icon(ok ? 'pass' : 'error')}<span><b>${label}</b> ${message === '' && ok ? t('sent') : message}</span>
  </li>`;
}

customElements.define('gso-emit', EmitPane);
